package phone82.gateway;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Correlation;
import phone82.platform.Problem;
import phone82.platform.http.Problems;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the gateway says when the context behind it does not answer, or has not answered too many already. */
public class Upstream {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Map<String, Instant> told = new ConcurrentHashMap<>();

    public void unavailable(Exchange exchange) {
        Object cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT);
        Correlation.begin(exchange.getMessage().getHeader(Correlation.TRACEPARENT, String.class));
        tell(exchange.getProperty("upstream", String.class), cause);
        Problems.write(exchange, cause instanceof ConnectionRequestTimeoutException
                ? problem("overloaded", 1) : problem("away", 5));
        Correlation.end();
    }

    private static Problem problem(String state, int seconds) {
        return new Problem(503, "Temporarily unavailable", "This part of the shop is " + state + " at the moment. Try again in " + seconds + " s.")
                .header("Retry-After", seconds);
    }

    /** One line now and then, however many requests fail. */
    private void tell(String upstream, Object cause) {
        Instant now = Instant.now();
        Instant last = told.get(upstream);
        if (last == null || last.plus(QUIET).isBefore(now)) {
            told.put(upstream, now);
            LOG.warn("{} does not answer (in time): {}", upstream, String.valueOf(cause));
        }
    }
}
