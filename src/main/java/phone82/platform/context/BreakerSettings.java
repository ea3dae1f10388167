package phone82.platform.context;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;

import java.time.Duration;

/**
 * Settings of a circuit breaker; the application-<context>.yaml files explain the values.
 *
 * @param failureRate  percent of the last {@code window} calls, of which there must be at least {@code minimumCalls}
 * @param slowCall     duration above which a call counts as slow; null if no call is too slow
 * @param slowCallRate percent; null with {@code slowCall}
 * @param trialCalls   number of calls after the open time that decide whether it closes
 */
public record BreakerSettings(float failureRate, Duration slowCall, Float slowCallRate, int window, int minimumCalls, Duration open, int trialCalls) {

    public CircuitBreakerConfig config() {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom()
                .failureRateThreshold(failureRate)
                .slidingWindowSize(window)
                .minimumNumberOfCalls(minimumCalls)
                .waitDurationInOpenState(open)
                .permittedNumberOfCallsInHalfOpenState(trialCalls)
                .writableStackTraceEnabled(false);
        return slowCall == null ? config.build() : config.slowCallDurationThreshold(slowCall).slowCallRateThreshold(slowCallRate).build();
    }
}
