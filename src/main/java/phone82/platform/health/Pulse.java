package phone82.platform.health;

import phone82.platform.http.LimitedClient;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A liveness check that sends a request to the context's own port. The request needs no other process, but takes the whole way from the
 * socket to a route and back.
 */
public class Pulse implements Callable<Map<String, ?>> {

    private static final int MOST_BYTES = 64 * 1024;

    private final HttpClient client;
    private final HttpRequest request;

    /** @param url of a path that the context serves */
    public Pulse(String url) {
        this(url, Duration.ofMinutes(1));
    }

    /** @param longest longest wait for the whole answer */
    Pulse(String url, Duration longest) {
        client = new LimitedClient(longest, MOST_BYTES, url.startsWith("https:") ? Tls.toItself() : null);
        request = HttpRequest.newBuilder(URI.create(url)).timeout(longest).build();
    }

    @Override
    public Map<String, ?> call() throws IOException, InterruptedException {
        int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status >= 500) {
            throw new IOException(request.uri() + " answers " + status);
        }
        return Map.of();
    }
}
