package phone82.command;

import org.apache.commons.lang3.function.FailableFunction;
import phone82.command.OperatorCommand.Stop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A client for the lists of one context, or of the payment provider.
 *
 * @param property      the property that sets the URL
 * @param authorization supplies the {@code Authorization} header; null if none is needed
 * @param credential    what to set if the context refuses that
 */
record ContextApi(HttpClient http, String context, String url, String property, Supplier<String> authorization, String credential) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /**
     * @param reading   parses the bytes of a JSON response
     * @param otherwise the result for a 404; null if a 404 is an error
     * @throws Stop if the context does not answer, or the answer is not as expected
     */
    <T> T get(String path, FailableFunction<byte[], T, IOException> reading, T otherwise) {
        HttpResponse<byte[]> answer = answer(path);
        if (answer.statusCode() == 404 && otherwise != null) {
            return otherwise;
        }
        if (answer.statusCode() != 200) {
            String why = "the answer is " + answer.statusCode();
            throw switch (answer.statusCode()) {
                case 401, 403 -> cannot(path, why, "set " + credential, answer.statusCode());
                case 429, 500, 502, 503, 504 -> cannot(path, why, "repeat the command; if that fails, look at the log of " + context, 0);
                default -> cannot(path, why);
            };
        }
        try {
            return reading.apply(answer.body());
        } catch (IOException e) {
            throw cannot(path, "the answer cannot be understood");
        }
    }

    private HttpResponse<byte[]> answer(String path) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT);
            if (authorization != null) {
                request.header("Authorization", authorization.get());
            }
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw cannot(path, reason(e));
        } catch (IllegalArgumentException e) {
            throw cannot(path, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cannot(path, "interrupted");
        }
    }

    /** A refused connection has no message. */
    static String reason(Exception failure) {
        return failure.getMessage() == null ? "no connection" : failure.getMessage();
    }

    private Stop cannot(String path, String why) {
        return cannot(path, why, "start it, or set " + property + " to its address", 0);
    }

    private Stop cannot(String path, String why, String remedy, int status) {
        return new Stop(2, context + " cannot be read at " + url + path + " (" + why + "); " + remedy + ".", status);
    }
}
