package phone82.platform.persistence;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

class ClockJumpTest {

    private static final Duration PURGE_EVERY = Duration.ofMinutes(10);

    private Instant time = Instant.parse("2026-11-30T12:00:00Z");
    private long nanos = Long.MAX_VALUE;
    private final ClockJump jump = new ClockJump(() -> time, () -> nanos);

    @Test
    void timeThatPassesIsNoJump() {
        pass(Duration.ofDays(30));
        assertThat(jump.isRecent()).isFalse();
        pass(PURGE_EVERY);
        time = time.plusSeconds(59);
        assertThat(jump.isRecent()).as("the clock was adjusted").isFalse();
    }

    @Test
    void aJumpAheadIsRecentForAnHour() {
        time = time.plus(Duration.ofDays(1));
        assertThat(jump.isRecent()).isTrue();
        pass(Duration.ofMinutes(59));
        assertThat(jump.isRecent()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(jump.isRecent()).as("the clock is still the same").isFalse();
    }

    @Test
    void aCorrectionIsNoJump() {
        time = time.minus(Duration.ofDays(1));
        assertThat(jump.isRecent()).isFalse();
        pass(PURGE_EVERY);
        assertThat(jump.isRecent()).isFalse();
    }

    private void pass(Duration duration) {
        time = time.plus(duration);
        nanos += duration.toNanos();
    }
}
