package phone82.journey;

import com.sun.net.httpserver.Headers;
import phone82.Stub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A stub for a context behind the gateway: records the requests and answers all of them alike. */
final class Recorder implements AutoCloseable {

    /** A request as it arrived. */
    record Arrived(String request, Headers headers, String body) {
    }

    private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    private final Stub server;

    Recorder(byte[] answer) {
        server = new Stub().on("/", exchange -> {
            arrived.add(new Arrived(exchange.getRequestMethod() + " " + exchange.getRequestURI(), exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
    }

    String url() {
        return server.url();
    }

    List<Arrived> arrived() {
        return arrived;
    }

    @Override
    public void close() {
        server.close();
    }
}
