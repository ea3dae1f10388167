package phone82.platform.log;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class BreakerLogTest {

    @Test
    void anOutageIsOneLineAtItsBeginningAndOneAtItsEnd(CapturedOutput log) {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("pay");
        BreakerLog.of(breaker, LoggerFactory.getLogger(BreakerLogTest.class), "look at pay", "orders are accepted");

        breaker.transitionToOpenState();
        for (int trial = 0; trial < 3; trial++) {
            breaker.transitionToHalfOpenState();
            breaker.transitionToOpenState();
        }
        breaker.transitionToHalfOpenState();
        breaker.transitionToClosedState();

        assertThat(log.getOut().lines().filter(line -> line.contains("BreakerLogTest") && !line.contains("DEBUG"))).satisfiesExactly(
                line -> assertThat(line).contains("WARN").endsWith("The circuit breaker pay opens: look at pay"),
                line -> assertThat(line).contains("INFO").endsWith("The circuit breaker pay closes: orders are accepted"));
    }
}
