package phone82.platform.log;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.slf4j.Logger;

/** Logs when a circuit breaker opens, and when it closes again. Its trials between change nothing for customers. */
public final class BreakerLog {

    private BreakerLog() {
    }

    /**
     * @param opened the consequence, and what to do
     * @param closed the end of the consequence
     */
    public static void of(CircuitBreaker breaker, Logger log, String opened, String closed) {
        breaker.getEventPublisher().onStateTransition(event -> {
            CircuitBreaker.State from = event.getStateTransition().getFromState();
            CircuitBreaker.State to = event.getStateTransition().getToState();
            if (from == CircuitBreaker.State.CLOSED && to == CircuitBreaker.State.OPEN) {
                log.warn("The circuit breaker {} opens: {}", breaker.getName(), opened);
            } else if (to == CircuitBreaker.State.CLOSED) {
                log.info("The circuit breaker {} closes: {}", breaker.getName(), closed);
            } else {
                log.debug("The circuit breaker {} changes from {} to {}", breaker.getName(), from, to);
            }
        });
    }
}
