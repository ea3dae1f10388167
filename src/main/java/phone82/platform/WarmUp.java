package phone82.platform;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

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

    private static final int TIMEOUT_MILLIS = 1000;

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

    /** A request that this context refuses, after all that it does with any request; on a connection of its own, as most customers have. */
    public static Rehearsal refusedPost(String url) {
        return refusedPost(url, null);
    }

    /** @param authorization makes the header that says who sends it; null for nobody */
    public static Rehearsal refusedPost(String url, Supplier<String> authorization) {
        byte[] order = "{\"item\":\"\",\"qty\":0}".getBytes(StandardCharsets.UTF_8);
        return () -> {
            HttpURLConnection post = (HttpURLConnection) URI.create(url).toURL().openConnection();
            post.setRequestMethod("POST");
            post.setConnectTimeout(TIMEOUT_MILLIS);
            post.setReadTimeout(TIMEOUT_MILLIS);
            post.setRequestProperty("Content-Type", "application/json");
            post.setRequestProperty("Connection", "close");
            if (authorization != null) {
                post.setRequestProperty("Authorization", authorization.get());
            }
            post.setDoOutput(true);
            post.getOutputStream().write(order);
            if (post.getResponseCode() < 400) {
                throw new IOException("not refused");
            }
            post.getErrorStream().readAllBytes();
        };
    }
}
