package phone82.gateway.login;

import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import phone82.platform.http.LimitedClient;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Sends requests to the issuer. Each whole answer has a limit, in time and in size; the client in the library of the protocol limits each read only. */
class IssuerClient implements HTTPRequestSender {

    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(4);
    private static final int MOST_BYTES = 256 * 1024;

    private final HttpClient http = new LimitedClient(CONNECT, MOST_BYTES);

    /** A resource of the issuer, whose answer must be 200. */
    CompletableFuture<String> get(URI place) {
        try {
            return http.sendAsync(HttpRequest.newBuilder(place).timeout(ANSWER).build(), BodyHandlers.ofString()).thenApply(answer -> {
                if (answer.statusCode() != 200) {
                    throw new CompletionException(new IOException("it answers " + answer.statusCode() + " at " + place));
                }
                return answer.body();
            });
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new IOException(e));
        }
    }

    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        try {
            HttpRequest.Builder sent = HttpRequest.newBuilder(request.getURI()).timeout(ANSWER)
                    .method(request.getMethod().name(), request.getBody() == null ? BodyPublishers.noBody() : BodyPublishers.ofString(request.getBody()));
            request.getHeaderMap().forEach((name, values) -> values.forEach(value -> sent.header(name, value)));
            HttpResponse<String> answer = http.send(sent.build(), BodyHandlers.ofString());
            HTTPResponse read = new HTTPResponse(answer.statusCode());
            answer.headers().map().forEach((name, values) -> read.setHeader(name, values.toArray(String[]::new)));
            read.setBody(answer.body());
            return read;
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
