package phone82.platform.log;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class RareWarningsTest {

    private Instant now = Instant.EPOCH;
    private final RareWarnings warnings = new RareWarnings(LoggerFactory.getLogger(RareWarningsTest.class), new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Test
    void oneWarningPerSubjectIsLoggedInTenSeconds(CapturedOutput log) {
        for (int second = 0; second < 21; second++) {
            now = Instant.EPOCH.plus(Duration.ofSeconds(second));
            warnings.warn("pay", "pay failed at {}", second);
            warnings.warn("store", "store failed at {}", second);
        }

        assertThat(log.getOut().lines().map(line -> line.replaceFirst(".* -- ", "")))
                .containsExactly("pay failed at 0", "store failed at 0", "pay failed at 10", "store failed at 10", "pay failed at 20", "store failed at 20");
    }
}
