package phone82.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

/** {@link AdmissionTest} and {@link CancellationPlacesTest} show the rest. */
class AdaptiveLimitTest {

    @Test
    void isLoweredAtMostOnceInATime() {
        AdaptiveLimit limit = new AdaptiveLimit(2, 8, 8, Duration.ofHours(1));
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        limit.bindTo(metrics, "test", "tests");

        limit.lower();

        assertThat(metrics.get("test.places").gauge().value()).as("so soon after the start").isEqualTo(8);
    }
}
