package phone82.operations;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.ManualClock;
import phone82.operations.TimedCheck.Outcome;
import phone82.platform.health.Check;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

import static org.assertj.core.api.Assertions.assertThat;

/** Heartbeats of a context: a slow one counts, one that never returns does not. */
class TimedCheckTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_PROBES = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Queue<Runnable> underWay = new ArrayDeque<>();
    private boolean fails;
    private final TimedCheck pulse = new TimedCheck(Check.life("pulse", () -> {
        if (fails) {
            throw new IOException("no answer");
        }
        return Map.of();
    }), underWay::add, PATIENCE, clock);

    private Outcome probe() {
        pulse.begin();
        return pulse.outcome(Duration.ZERO);
    }

    /** A probe times out earlier. */
    @ParameterizedTest
    @ValueSource(longs = {2, 3, 9, 59})
    void aSlowPulseIsAlive(long seconds) {
        for (int i = 0; i < 1_000; i++) {
            assertThat(probe().up()).isTrue();
            clock.pass(Duration.ofSeconds(seconds));
            underWay.remove().run();
            clock.pass(BETWEEN_PROBES.minusSeconds(Math.min(seconds, BETWEEN_PROBES.toSeconds())));
        }
        assertThat(probe().up()).isTrue();
    }

    @Test
    void aMissingPulseIsDeadAfterTheGracePeriod() {
        for (Duration silent = Duration.ZERO; silent.compareTo(PATIENCE) < 0; silent = silent.plus(BETWEEN_PROBES)) {
            assertThat(probe().up()).isTrue();
            clock.pass(BETWEEN_PROBES);
        }
        Outcome outcome = probe();
        assertThat(outcome.up()).isFalse();
        assertThat(outcome.details()).containsEntry("since", Instant.EPOCH).containsKey("error");
        assertThat(underWay).hasSize(1);
    }

    @Test
    void aPulseThatAlwaysFailsLateIsDead() {
        fails = true;
        for (Duration failing = Duration.ZERO; failing.compareTo(PATIENCE) < 0; failing = failing.plus(BETWEEN_PROBES)) {
            assertThat(probe().up()).isTrue();
            underWay.remove().run();
            clock.pass(BETWEEN_PROBES);
        }
        assertThat(probe().up()).isFalse();
    }

    @Test
    void theFirstPulseMakesItAliveAgain() {
        probe();
        clock.pass(PATIENCE);
        assertThat(probe().up()).isFalse();

        underWay.remove().run();
        assertThat(probe().up()).isTrue();
    }
}
