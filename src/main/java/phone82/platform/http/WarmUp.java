package phone82.platform.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import phone82.platform.observability.Correlation;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/**
 * Rehearses a context's most frequent operations before it reports that it is up. In a cold JVM the first orders under load would be so
 * slow that the circuit breaker opens.
 */
public class WarmUp implements ApplicationListener<ApplicationReadyEvent> {

    /** An operation without side effects; it may fail. */
    @FunctionalInterface
    public interface Rehearsal {
        void run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final int TIMEOUT_MILLIS = 1000;

    /** The trace of all rehearsals in this JVM, which the audit leaves out. */
    private static final String TRACE = Correlation.valid(null);
    /** The contexts in this JVM that rehearse. Later a request with the trace, which logs may show, is one of a client. */
    private static final AtomicInteger REHEARSING = new AtomicInteger();

    private final int times;
    private final List<Rehearsal> rehearsals;

    public WarmUp(int times, List<Rehearsal> rehearsals) {
        this.times = times;
        this.rehearsals = rehearsals;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        REHEARSING.incrementAndGet();
        try {
            for (int i = 0; i < times; i++) {
                rehearsals.forEach(WarmUp::run);
            }
        } finally {
            REHEARSING.decrementAndGet();
        }
    }

    private static void run(Rehearsal rehearsal) {
        Correlation.begin(TRACE);
        try {
            rehearsal.run();
        } catch (Exception e) {
            LOG.debug("A rehearsal failed", e);
        } finally {
            Correlation.end();
        }
    }

    /** Returns a rehearsal that costs too much to be repeated as often as the others. */
    public static Rehearsal atMost(int times, Rehearsal rehearsal) {
        AtomicInteger left = new AtomicInteger(times);
        return () -> {
            if (left.getAndDecrement() > 0) {
                rehearsal.run();
            }
        };
    }

    static boolean isRehearsal(String traceparent) {
        return TRACE.equals(traceparent) && REHEARSING.get() > 0;
    }

    /**
     * Returns a rehearsal that sends an invalid request, which this context refuses after the processing common to all requests. It uses a
     * new connection, as most customers do.
     *
     * @param authorization supplies the {@code Authorization} header; null for none
     */
    public static Rehearsal refusedPost(String url, Supplier<String> authorization) {
        byte[] order = "{\"item\":\"\",\"qty\":0}".getBytes(StandardCharsets.UTF_8);
        SSLContext itself = url.startsWith("https:") ? Tls.toItself() : null;
        return () -> {
            HttpURLConnection post = (HttpURLConnection) URI.create(url).toURL().openConnection();
            if (post instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(itself.getSocketFactory());
            }
            post.setRequestMethod("POST");
            post.setConnectTimeout(TIMEOUT_MILLIS);
            post.setReadTimeout(TIMEOUT_MILLIS);
            post.setRequestProperty("Content-Type", "application/json");
            post.setRequestProperty("Connection", "close");
            post.setRequestProperty(Correlation.TRACEPARENT, TRACE);
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
