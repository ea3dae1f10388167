package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;

import java.time.Duration;

/**
 * When the circuit breaker of the payment opens and closes; the settings say why. A declined payment is an answer like any other.
 *
 * @param failureRate  percent of the last {@code window} calls, of which there must be at least {@code minimumCalls}
 * @param slowCall     from which time on a call is slow
 * @param slowCallRate percent
 * @param trialCalls   how many calls decide, after the open time, whether it closes
 */
record Breaker(float failureRate, Duration slowCall, float slowCallRate, int window, int minimumCalls, Duration open, int trialCalls) {

    CircuitBreakerConfig config() {
        return CircuitBreakerConfig.custom()
                .failureRateThreshold(failureRate)
                .slowCallDurationThreshold(slowCall)
                .slowCallRateThreshold(slowCallRate)
                .slidingWindowSize(window)
                .minimumNumberOfCalls(minimumCalls)
                .waitDurationInOpenState(open)
                .permittedNumberOfCallsInHalfOpenState(trialCalls)
                .writableStackTraceEnabled(false)
                .build();
    }
}
