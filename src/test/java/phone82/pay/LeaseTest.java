package phone82.pay;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

class LeaseTest {

    /** Limits and results in milliseconds. */
    @ParameterizedTest
    @CsvSource({"100, 400, 2000, 5000, 1600", "100, 400, 4000, 7400, 1000", "1000, 30000, 2000, 36000, 1000", "1, 1, 600000, 901004, 1000"})
    void coversTheLongestAttempt(long connect, long authorisation, long other, long time, long spare) {
        assertThat(Lease.covering(Duration.ofMillis(connect), Duration.ofMillis(authorisation), Duration.ofMillis(other)))
                .isEqualTo(new Lease(Duration.ofMillis(time), Duration.ofMillis(spare)));
    }
}
