package phone82.platform;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/**
 * Rehearses what a context does most before it is said to be up: in a cold JVM the first orders of a rush would all take
 * too long, and the circuit breaker would open although nothing is wrong.
 */
public class WarmUp implements ApplicationListener<ApplicationReadyEvent> {

    /** A piece of work without effect; it may fail. */
    @FunctionalInterface
    public interface Rehearsal {
        void run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private final int times;
    private final List<Rehearsal> rehearsals;

    public WarmUp(int times, List<Rehearsal> rehearsals) {
        this.times = times;
        this.rehearsals = rehearsals;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        for (int i = 0; i < times; i++) {
            for (Rehearsal rehearsal : rehearsals) {
                try {
                    rehearsal.run();
                } catch (Exception e) {
                    LOG.debug("A rehearsal failed", e);
                }
            }
        }
    }

    /** A request that this context refuses, after all that it does with any request. */
    public static Rehearsal refusedPost(String url) {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(1))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString("{\"item\":\"\",\"qty\":0}")).build();
        return () -> {
            if (client.send(request, BodyHandlers.discarding()).statusCode() < 400) {
                throw new IOException("not refused");
            }
        };
    }
}
