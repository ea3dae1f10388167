package phone82.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@link AdmissionTest} and {@link CancellationPlacesTest} show the rest. */
class AdaptiveLimitTest {

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

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

    private double places() {
        return metrics.get("test.places").gauge().value();
    }
}
