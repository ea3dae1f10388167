package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import phone82.platform.api.Problem;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adaptive limit on the orders that call pay at the same time. A quick answer raises the limit, a slow one or none in time lowers it; the
 * payment provider's part of the time does not count. Orders above the limit wait here, before the time limits of the call begin.
 */
public class Admission implements MeterBinder {

    private static final String ADMITTED = "admitted";
    private static final Pattern PROVIDER = Pattern.compile("provider;dur=(\\d{1,9})");

    private final Limits limits;
    private final CircuitBreaker breaker;
    private final AdaptiveLimit limit;

    /**
     * @param patience longest wait for a worker and a place together
     * @param quick    pay's own time up to which an answer raises the limit
     * @param slow     pay's own time above which an answer lowers it
     */
    record Limits(int least, int first, int most, Duration patience, Duration quick, Duration slow) {
    }

    /** @param breaker orders wait only while it is closed; otherwise it refuses most of them at once */
    Admission(Limits limits, CircuitBreaker breaker) {
        this.limits = limits;
        this.breaker = breaker;
        limit = new AdaptiveLimit(limits.least(), limits.first(), limits.most(), limits.slow());
    }

    /** @throws Problem 503 no place became free in time */
    public void enter(Exchange exchange) throws InterruptedException {
        if (!limit.enter(limits.patience().minusMillis(exchange.getClock().elapsed()), () -> breaker.getState() == CircuitBreaker.State.CLOSED)) {
            throw new Problem(503, "Too busy", "There are more orders at the moment than can be paid, so this request places no order and charges nothing.")
                    .retryAfter(2);
        }
        exchange.setVariable(ADMITTED, System.nanoTime());
    }

    public void leave() {
        limit.leave();
    }

    /** Adjusts the limit if pay's answer states the provider's time, and removes that header from the answer to the customer. */
    public void answered(@Variable(ADMITTED) long admitted, Exchange exchange) {
        Matcher provider = PROVIDER.matcher(Objects.toString(exchange.getMessage().removeHeader("Server-Timing"), ""));
        if (provider.find()) {
            long nanos = System.nanoTime() - admitted - Duration.ofMillis(Long.parseLong(provider.group(1))).toNanos();
            if (nanos <= limits.quick().toNanos()) {
                limit.raise();
            } else if (nanos > limits.slow().toNanos()) {
                limit.lower();
            }
        }
    }

    /**
     * Lowers the limit after a call without an answer in time. Pay has to release what it reserved, so that such a call is more work than
     * one that succeeds: customers who try again could keep a shop overloaded that serves as many without difficulty.
     */
    public void unanswered(@Body Order order) {
        // pay always refuses a rehearsal
        if (order.id() > 0) {
            limit.lower();
        }
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        limit.bindTo(metrics, "phone82.payment", "orders that call pay");
        Gauge.builder("phone82.payment.waiting", limit, AdaptiveLimit::waiting).description("orders that wait for a place to call pay").register(metrics);
    }
}
