package phone82.platform.log;

import com.github.benmanes.caffeine.cache.Cache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.ManualClock;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

@ExtendWith(OutputCaptureExtension.class)
class RareLogTest {

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final RareLog rareLog = new RareLog(LoggerFactory.getLogger(RareLogTest.class), Duration.ofSeconds(10),
            () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));

    @Test
    void oneWarningPerSubjectIsLoggedInAWhile(CapturedOutput log) {
        for (int second = 0; second < 21; second++) {
            clock.set(Instant.EPOCH.plus(Duration.ofSeconds(second)));
            rareLog.warn("pay", "pay failed at {}", second);
            rareLog.warn("store", "store failed at {}", second);
        }

        assertThat(log.getOut().lines().map(line -> line.replaceFirst(".* -- ", "")))
                .containsExactly("pay failed at 0", "store failed at 0", "pay failed at 10", "store failed at 10", "pay failed at 20", "store failed at 20");
    }

    @Test
    void manySubjectsThatNoLongerFailAreForgotten() {
        for (int payment = 0; payment < 1000; payment++) {
            rareLog.warn("payment " + payment, "payment {} failed", payment);
        }
        clock.pass(Duration.ofSeconds(10));

        rareLog.warn("pay", "pay failed");

        assertThat(rareLog).extracting("logged", as(type(Cache.class))).satisfies(logged -> {
            logged.cleanUp();
            assertThat(logged.estimatedSize()).isEqualTo(1);
        });
    }
}
