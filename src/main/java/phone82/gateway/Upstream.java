package phone82.gateway;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Problem;
import phone82.platform.http.Problems;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the gateway says when the context behind it does not answer. */
public class Upstream {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Map<String, Instant> told = new ConcurrentHashMap<>();

    public void unavailable(Exchange exchange) {
        tell(exchange.getProperty("upstream", String.class), exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT));
        Problems.write(exchange, new Problem(503, "Temporarily unavailable",
                "This part of the shop is away at the moment. Try again in 5 s.").header("Retry-After", 5));
    }

    /** One line now and then, however many requests fail. */
    private void tell(String upstream, Object cause) {
        Instant now = Instant.now();
        Instant last = told.get(upstream);
        if (last == null || last.plus(QUIET).isBefore(now)) {
            told.put(upstream, now);
            LOG.warn("{} does not answer: {}", upstream, String.valueOf(cause));
        }
    }
}
