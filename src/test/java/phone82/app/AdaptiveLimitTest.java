package phone82.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@link AdmissionTest} and {@link CancellationPlacesTest} show the rest. */
class AdaptiveLimitTest {

    private static final List<String> WAITING = List.of("A", "B", "C");

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void isLoweredAtMostOnceInATime() {
        AdaptiveLimit limit = new AdaptiveLimit(2, 100, 100, Duration.ofSeconds(1));
        limit.bindTo(metrics, "test", "tests");
        limit.lower();
        assertThat(places()).as("so soon after the start").isEqualTo(100);

        await().until(() -> {
            limit.lower();
            return places() < 100;
        });
        limit.lower();

        assertThat(places()).isEqualTo(70);
    }

    @Test
    void whoWaitsGetsAPlaceInTurn() throws Exception {
        AdaptiveLimit limit = new AdaptiveLimit(1, 1, 1, Duration.ofSeconds(1));
        assertThat(limit.enter(Duration.ZERO, () -> true)).isTrue();
        List<String> admitted = waitFor(limit, () -> true);

        for (int i = 1; i <= WAITING.size(); i++) {
            int number = i;
            limit.raise();
            limit.leave();
            await().until(() -> admitted.size() == number);
        }

        assertThat(admitted).containsExactlyElementsOf(WAITING);
    }

    @Test
    void allThatWaitEnterIfTheLimitNoLongerApplies() throws Exception {
        AdaptiveLimit limit = new AdaptiveLimit(1, 1, 1, Duration.ofSeconds(1));
        AtomicBoolean isLimited = new AtomicBoolean(true);
        assertThat(limit.enter(Duration.ZERO, isLimited::get)).isTrue();
        List<String> admitted = waitFor(limit, isLimited::get);

        isLimited.set(false);
        limit.leave();

        await().untilAsserted(() -> assertThat(admitted).containsExactlyInAnyOrderElementsOf(WAITING));
    }

    /** Waits for places in this sequence; returns who has got one. */
    private List<String> waitFor(AdaptiveLimit limit, BooleanSupplier isLimited) {
        List<String> admitted = new CopyOnWriteArrayList<>();
        for (int i = 0; i < WAITING.size(); i++) {
            String name = WAITING.get(i);
            threads.submit(() -> limit.enter(Duration.ofMinutes(1), isLimited) && admitted.add(name));
            int number = i + 1;
            await().until(() -> limit.waiting() == number);
        }
        return admitted;
    }

    private double places() {
        return metrics.get("test.places").gauge().value();
    }
}
