package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.support.LRUCacheFactory;
import phone82.platform.api.Problem;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One circuit breaker per customer and phone. If the customer's bank has failed to decide several times in a row, the next orders are
 * refused before they consume resources. The circuit breaker of pay does not count them: one customer's bank is no failure of pay.
 */
public class BankBreakers implements MeterBinder {

    private static final int MOST = 10_000;

    private record Orders(String owner, String item) {
        static Orders like(Order order) {
            return new Orders(order.owner(), order.item());
        }
    }

    private final CircuitBreakerConfig config;
    private final Duration open;
    private final Map<Orders, CircuitBreaker> breakers = LRUCacheFactory.newLRUCache(MOST);

    /**
     * @param failures number of orders in a row without a decision that opens the breaker
     * @param open     how long further orders are refused; then one order may try, and if no order gets an answer for as long again, the breaker closes
     */
    BankBreakers(int failures, Duration open) {
        this.open = open;
        config = CircuitBreakerConfig.custom()
                .slidingWindowSize(failures)
                .minimumNumberOfCalls(failures)
                .failureRateThreshold(100)
                .waitDurationInOpenState(open)
                .permittedNumberOfCallsInHalfOpenState(1)
                .automaticTransitionFromOpenToHalfOpenEnabled(true)
                .maxWaitDurationInHalfOpenState(open)
                .transitionToStateAfterWaitDuration(CircuitBreaker.State.CLOSED)
                .writableStackTraceEnabled(false)
                .build();
    }

    /** @throws Problem 503 the bank did not decide about the customer's last orders for this phone */
    public void refuseWhileOpen(@Body Order order) {
        CircuitBreaker breaker = breakers.get(Orders.like(order));
        if (breaker != null && breaker.getState() == CircuitBreaker.State.OPEN) {
            throw undecided();
        }
    }

    /**
     * Called right before the bank is asked.
     * @throws Problem 503 as above, or another order is the trial
     */
    public void enter(@Variable("order") Order order) {
        CircuitBreaker breaker = breakers.get(Orders.like(order));
        if (breaker != null && !breaker.tryAcquirePermission()) {
            throw undecided();
        }
    }

    /** The bank was not asked, or the answer is unknown: another order may be the trial. */
    public void leave(@Variable("order") Order order) {
        CircuitBreaker breaker = breakers.get(Orders.like(order));
        if (breaker != null) {
            breaker.releasePermission();
        }
    }

    private Problem undecided() {
        return new Problem(503, "Payment unavailable", "Your bank has not decided about the last payments like this one, so this request "
                + "places no order and charges nothing.").retryAfter(open.toSeconds());
    }

    /** @param status of pay's answer */
    public void answered(@Variable("order") Order order, @Header(Exchange.HTTP_RESPONSE_CODE) int status) {
        switch (status) {
            case PaymentCall.UNDECIDED -> breakers.computeIfAbsent(Orders.like(order), first -> CircuitBreaker.of("bank", config))
                    .onError(0, TimeUnit.NANOSECONDS, new Problem(status, "Payment not decided", "The bank has not decided."));
            case PaymentCall.CONFLICT -> leave(order);
            default -> breakers.remove(Orders.like(order));
        }
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        Gauge.builder("phone82.payment.banks", breakers, all -> all.values().stream().filter(each -> each.getState() != CircuitBreaker.State.CLOSED).count())
                .description("pairs of customer and phone whose orders are refused because the bank does not decide").register(metrics);
    }
}
