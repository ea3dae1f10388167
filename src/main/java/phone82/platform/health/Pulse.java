package phone82.platform.health;

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

    private final HttpClient client;
    private final HttpRequest request;

    /** @param url of a path that the context serves */
    public Pulse(String url) {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        client = url.startsWith("https:") ? builder.sslContext(Tls.toItself()).build() : builder.build();
        request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMinutes(1)).build();
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
