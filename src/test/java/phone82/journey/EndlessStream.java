package phone82.journey;

import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Stands for the customer context, whose stream of events never ends. */
final class EndlessStream {

    private EndlessStream() {
    }

    /** One heart-beat and then nothing. The caller stops it. */
    static HttpServer start() {
        return start(1);
    }

    /** That many heart-beats at once and then nothing. The caller stops it. */
    static HttpServer start(int heartBeats) {
        try {
            HttpServer customer = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
            customer.createContext("/", exchange -> {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("event: heart-beat\ndata: {}\n\n".repeat(heartBeats).getBytes(UTF_8));
                exchange.getResponseBody().flush();
            });
            customer.start();
            return customer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
