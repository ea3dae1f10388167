package phone82.platform.health;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** The liveness check at a port that does not end its answers. */
class PulseTest {

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anAnswerThatDoesNotEndIsNoPulse(Kind kind) {
        try (DrippingServer port = new DrippingServer(kind)) {
            Pulse pulse = new Pulse(port.url(), Duration.ofMillis(500));

            assertThat(CompletableFuture.supplyAsync(() -> {
                try {
                    return pulse.call();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            })).failsWithin(Duration.ofSeconds(10)).withThrowableThat().havingRootCause().isInstanceOf(IOException.class);
        }
    }
}
