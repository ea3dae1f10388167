package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.platform.disk.Disk;
import phone82.platform.disk.RestoredData;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Store after a restore of its data. */
class DispatchTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s").with(folder -> Databases.embedded());

    private final Shop shop = PHONE82.gateway();
    private final StoreSteps steps = new StoreSteps(PHONE82);

    @Test
    void restoredDataIsNotShippedUntilAnOperatorReleasesIt() throws IOException {
        Path folder = PHONE82.bean(Context.STORE, Disk.class).folder();
        RestoredData.mark(folder);
        long id = steps.received();

        assertThat(StoreSteps.refusal(steps.ship(id))).startsWith("Nothing is shipped: ");
        // many polls for due deliveries
        await().during(Duration.ofSeconds(2)).until(() -> shop.status("/deliveries/" + id).equals("Received"));
        PHONE82.operations().get("/actuator/health/readiness").expect(200);
        assertThat(PHONE82.operations().metrics()).containsPattern("phone82_dispatch_held\\{.*context=\"store\".*} 1");

        assertThat(RestoredData.unmark(folder)).isTrue();

        steps.assertShippedOnce(id);
    }
}
