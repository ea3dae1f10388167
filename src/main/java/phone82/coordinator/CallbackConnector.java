package phone82.coordinator;

import jakarta.ws.rs.ProcessingException;
import org.glassfish.jersey.client.ClientRequest;
import org.glassfish.jersey.client.ClientResponse;
import org.glassfish.jersey.client.spi.AsyncConnectorCallback;
import org.glassfish.jersey.client.spi.Connector;
import org.glassfish.jersey.message.internal.Statuses;
import phone82.platform.http.LimitedClient;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Sends callbacks to participants. Each whole answer has a limit, in time and in size; Jersey's own connector limits each read only. */
final class CallbackConnector implements Connector {

    private static final Duration CONNECT = Duration.ofMillis(500);
    /** Shorter than the coordinator's own limit of 2 s, so that no thread keeps waiting after the coordinator has given up. */
    private static final Duration ANSWER = Duration.ofMillis(1900);
    private static final int MOST_BYTES = 64 * 1024;
    /** The client writes these itself. */
    private static final Set<String> OF_THE_CLIENT = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final HttpClient http = new LimitedClient(CONNECT, MOST_BYTES);

    @Override
    public ClientResponse apply(ClientRequest request) {
        try {
            HttpResponse<byte[]> answer = http.send(converted(request), BodyHandlers.ofByteArray());
            ClientResponse response = new ClientResponse(Statuses.from(answer.statusCode()), request);
            response.headers(answer.headers().map());
            response.setEntityStream(new ByteArrayInputStream(answer.body()));
            return response;
        } catch (IOException e) {
            throw new ProcessingException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessingException(e);
        }
    }

    /** Runs in the caller's thread, as Jersey's own connector does: the coordinator has threads for its callbacks. */
    @Override
    public Future<?> apply(ClientRequest request, AsyncConnectorCallback callback) {
        try {
            callback.response(apply(request));
        } catch (RuntimeException e) {
            callback.failure(e);
        }
        return CompletableFuture.completedFuture(null);
    }

    private static HttpRequest converted(ClientRequest request) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (request.hasEntity()) {
            request.setStreamProvider(length -> body);
            request.writeEntity();
        }
        HttpRequest.Builder converted = HttpRequest.newBuilder(request.getUri()).timeout(ANSWER)
                .method(request.getMethod(), request.hasEntity() ? BodyPublishers.ofByteArray(body.toByteArray()) : BodyPublishers.noBody());
        request.getStringHeaders().forEach((name, values) -> {
            if (!OF_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> converted.header(name, value));
            }
        });
        return converted.build();
    }

    @Override
    public String getName() {
        return "phone82";
    }

    @Override
    public void close() {
        // all callbacks share it
    }
}
