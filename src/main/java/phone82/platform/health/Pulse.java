package phone82.platform.health;

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

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;

    public Pulse(String host, int port, String path) {
        request = HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path)).timeout(Duration.ofMinutes(1)).build();
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
