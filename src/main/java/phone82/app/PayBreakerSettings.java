package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;

import java.time.Duration;

/**
 * Settings of the circuit breaker around pay; application-app.yaml explains the values. A declined payment counts as a success.
 *
 * @param failureRate  percent of the last {@code window} calls, of which there must be at least {@code minimumCalls}
 * @param slowCall     duration above which a call counts as slow
 * @param slowCallRate percent
 * @param trialCalls   number of calls after the open time that decide whether it closes
 */
record PayBreakerSettings(float failureRate, Duration slowCall, float slowCallRate, int window, int minimumCalls, Duration open, int trialCalls) {

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
