package phone82.journey;

import phone82.Stub;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Stands for the customer context, whose stream of events never ends. */
final class EndlessStream {

    private EndlessStream() {
    }

    /** That many heart-beats at once and then nothing. The caller closes it. */
    static Stub start(int heartBeats) {
        return new Stub().on("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("event: heart-beat\ndata: {}\n\n".repeat(heartBeats).getBytes(UTF_8));
            exchange.getResponseBody().flush();
        });
    }
}
