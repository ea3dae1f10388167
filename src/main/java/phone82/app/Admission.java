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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adaptive limit on the orders that call pay at the same time. A quick answer raises the limit, a slow one or none in time lowers it; the
 * payment provider's part of the time does not count. Orders above the limit wait here, before the time limits of the call begin.
 */
public class Admission implements MeterBinder {

    private static final String ADMITTED = "admitted";
    private static final Pattern PROVIDER = Pattern.compile("provider;dur=(\\d{1,9})");
    private static final double MORE = 0.25;
    private static final double FEWER = 0.7;

    private final Limits limits;
    private final CircuitBreaker breaker;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition left = lock.newCondition();
    private double places;
    private int taken;
    private long reduced = System.nanoTime();

    /**
     * @param patience longest wait for a place
     * @param quick    pay's own time up to which an answer raises the limit
     * @param slow     pay's own time above which an answer lowers it
     */
    record Limits(int least, int first, int most, Duration patience, Duration quick, Duration slow) {
    }

    /** @param breaker orders wait only while it is closed; otherwise it refuses most of them at once */
    Admission(Limits limits, CircuitBreaker breaker) {
        this.limits = limits;
        this.breaker = breaker;
        places = limits.first();
    }

    /** @throws Problem 503 no place became free in time */
    public void enter(Exchange exchange) throws InterruptedException {
        long patience = limits.patience().toNanos();
        lock.lockInterruptibly();
        try {
            while (taken >= (int) places && breaker.getState() == CircuitBreaker.State.CLOSED) {
                if (patience <= 0) {
                    throw new Problem(503, "Too busy", "There are more orders at the moment than can be paid, so there is no order and nothing "
                            + "is charged. Try again in 2 s.").header("Retry-After", 2);
                }
                patience = left.awaitNanos(patience);
            }
            taken++;
        } finally {
            lock.unlock();
        }
        exchange.setVariable(ADMITTED, System.nanoTime());
    }

    public void leave() {
        lock.lock();
        try {
            taken--;
            left.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Adjusts the limit if pay's answer states the provider's time, and removes that header from the answer to the customer. */
    public void answered(@Variable(ADMITTED) long admitted, Exchange exchange) {
        Matcher provider = PROVIDER.matcher(Objects.toString(exchange.getMessage().removeHeader("Server-Timing"), ""));
        if (provider.find()) {
            adjust(System.nanoTime() - admitted - Duration.ofMillis(Long.parseLong(provider.group(1))).toNanos());
        }
    }

    /**
     * Lowers the limit after a call without an answer in time. Pay has to release what it reserved, so that such a call is more work than
     * one that succeeds: customers who try again could keep a shop overloaded that serves as many without difficulty.
     */
    public void unanswered(@Body Order order) {
        // pay always refuses a rehearsal
        if (order.id() > 0) {
            adjust(Long.MAX_VALUE);
        }
    }

    private void adjust(long nanos) {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (nanos <= limits.quick().toNanos()) {
                places = Math.min(limits.most(), places + MORE);
                left.signal();
            } else if (nanos > limits.slow().toNanos() && now - reduced > limits.slow().toNanos()) {
                // reduce only once for calls that were slow at the same time
                reduced = now;
                places = Math.max(limits.least(), places * FEWER);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        Gauge.builder("phone82.payment.places", () -> places).description("orders that may call pay at the same time").register(metrics);
        Gauge.builder("phone82.payment.waiting", lock, waiting -> {
            waiting.lock();
            try {
                return waiting.getWaitQueueLength(left);
            } finally {
                waiting.unlock();
            }
        }).description("orders that wait for a place to call pay").register(metrics);
    }
}
