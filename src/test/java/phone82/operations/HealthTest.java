package phone82.operations;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.ManualClock;
import phone82.platform.health.Check;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class HealthTest {

    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final Health health = new Health(PATIENCE, Clock.systemUTC());
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void close() {
        never.countDown();
        health.close();
    }

    @Test
    void aProcessIsReadyWhenAllItsContextsHaveStarted() {
        health.expect(List.of("app", "pay"));
        health.add("app", List.of(Check.readiness("database", Map::of)));
        assertThat(health.startup().up()).isFalse();
        assertThat(health.readiness(false).up()).isFalse();
        assertThat(health.readiness(false).components().toString()).contains("pay").doesNotContain("app");
        assertThat(health.liveness().up()).isTrue();

        health.add("pay", List.of());
        assertThat(health.startup().up()).isTrue();
        assertThat(health.readiness(false).up()).isTrue();
    }

    @Test
    void aProcessThatIsStoppingGetsNoMoreWorkAndIsNotKilled() {
        health.expect(List.of("app"));
        health.add("app", List.of());
        health.stopping();

        assertThat(health.readiness(false).up()).isFalse();
        assertThat(health.liveness().up()).isTrue();
    }

    @Test
    void aDependencyAffectsReadinessOnly() {
        health.expect(List.of("app"));
        health.add("app", List.of(Check.readiness("database", () -> {
            throw new IOException("unreachable");
        })));

        assertThat(health.readiness(false).up()).isFalse();
        assertThat(health.readiness(false).components().toString()).contains("database", "unreachable", "since");
        assertThat(health.liveness().up()).isTrue();
    }

    @Test
    void anOutageIsLoggedOnceAtItsBeginningAndOnceAtItsEnd(CapturedOutput log) {
        AtomicBoolean fails = new AtomicBoolean();
        health.expect(List.of("app"));
        health.add("app", List.of(Check.readiness("database", () -> {
            if (fails.get()) {
                throw new IOException("unreachable");
            }
            return Map.of();
        }), Check.note("dead-letters", () -> {
            throw new IOException("no broker");
        })));

        for (boolean each : List.of(false, false, true, true, true, false, false)) {
            fails.set(each);
            assertThat(health.readiness(true).up()).isNotEqualTo(each);
        }

        assertThat(log.getOut().lines().filter(line -> line.contains("TimedCheck"))).satisfiesExactly(
                line -> assertThat(line).contains("WARN", "The check database of app fails: java.io.IOException: unreachable. "),
                line -> assertThat(line).contains("INFO", "The check database of app succeeds again"));
    }

    @Test
    void aNoteIsEvaluatedForOperatorsOnlyAndDoesNotAffectTheStatus() {
        AtomicInteger looks = new AtomicInteger();
        health.expect(List.of("app"));
        health.add("app", List.of(Check.readiness("database", Map::of), Check.note("dead-letters", () -> {
            throw new IOException("look " + looks.incrementAndGet());
        })));

        assertThat(health.readiness(false).components().toString()).contains("database").doesNotContain("dead-letters");
        assertThat(health.liveness().components().toString()).doesNotContain("dead-letters");
        assertThat(looks).hasValue(0);
        assertThat(health.readiness(true).components().toString()).contains("dead-letters", "look 1").doesNotContain("DOWN");
        assertThat(health.readiness(true).up()).isTrue();
    }

    @Test
    void aWarningShowsTheContextAsDownToOperatorsWhileTheProcessTakesRequests() {
        health.expect(List.of("app"));
        health.add("app", List.of(Check.readiness("database", Map::of), Check.warning("broker", () -> {
            throw new IOException("unreachable");
        })));

        assertThat(health.readiness(false).up()).isTrue();
        assertThat(health.readiness(true).up()).isTrue();
        assertThat(health.readiness(true).components().toString()).contains("app={", "unreachable", "status=DOWN");
        assertThat(health.liveness().up()).isTrue();
    }

    @Test
    void aHangingCheckRunsOnceAndIsDown() {
        AtomicInteger made = new AtomicInteger();
        health.expect(List.of("app"));
        health.add("app", List.of(Check.readiness("broker", () -> {
            made.incrementAndGet();
            never.await();
            return Map.of();
        })));

        assertThat(health.readiness(false).components().toString()).contains("no answer within");
        assertThat(health.readiness(false).up()).isFalse();
        assertThat(made).hasValue(1);
    }

    @Test
    void anUnresponsiveContextIsNotAliveAfterItsGracePeriod() {
        health.add("app", List.of(Check.life("pulse", () -> {
            throw new IOException("silent");
        })));

        assertThat(health.liveness().up()).isTrue();
        await().atMost(Duration.ofSeconds(5)).until(() -> !health.liveness().up());
    }

    @Test
    void anAnswerResetsTheGracePeriod() {
        AtomicInteger calls = new AtomicInteger();
        ManualClock clock = new ManualClock(Instant.EPOCH);
        try (Health timed = new Health(PATIENCE, clock)) {
            timed.add("app", List.of(Check.life("pulse", () -> {
                if (calls.incrementAndGet() % 2 == 1) {
                    throw new IOException("now and then");
                }
                return Map.of();
            })));

            for (int i = 0; i < 10; i++) {
                assertThat(timed.liveness().up()).isTrue();
                clock.pass(PATIENCE.dividedBy(2));
            }
        }
        assertThat(calls).hasValue(10);
    }

    @Test
    void aDeadlockMakesTheProcessNotAlive() throws InterruptedException {
        ReentrantLock left = new ReentrantLock();
        ReentrantLock right = new ReentrantLock();
        CountDownLatch bothHoldOne = new CountDownLatch(2);
        Thread one = new Thread(() -> lock(left, right, bothHoldOne));
        Thread other = new Thread(() -> lock(right, left, bothHoldOne));
        assertThat(health.liveness().up()).isTrue();

        one.start();
        other.start();
        await().until(() -> !health.liveness().up());
        assertThat(health.liveness().components().toString()).contains("deadlocked=2");

        one.interrupt();
        one.join();
        other.join();
        assertThat(health.liveness().up()).isTrue();
    }

    private static void lock(ReentrantLock first, ReentrantLock second, CountDownLatch bothHoldOne) {
        first.lock();
        try {
            bothHoldOne.countDown();
            bothHoldOne.await();
            second.lockInterruptibly();
            second.unlock();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            first.unlock();
        }
    }
}
