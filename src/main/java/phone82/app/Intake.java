package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import phone82.platform.api.Problem;
import phone82.platform.disk.Disk;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Refuses new orders, cancellations and owners of orders, and the archiving of orders, while all databases are copied. */
public class Intake {

    private static final List<String> ROUTES = List.of("app-place-order", "app-cancel-order", "app-claim-order", "app-revoke-link", "app-assign-order",
            "app-repeat-new-owners", "archive-orders", "app-end-archive");

    private final Disk disk;
    private final CamelContext camel;

    Intake(Disk disk, CamelContext camel) {
        this.disk = disk;
        this.camel = camel;
    }

    /**
     * @param owner   a random id of the backup; only the same one can prolong or end the pause
     * @param seconds duration of the pause from now on; zero ends it
     */
    public record Hold(String owner, int seconds) {
    }

    /**
     * @param underWay requests that were accepted before and are still in progress
     * @param since    since when new work has been refused without a gap; null if there was no pause to end
     */
    public record Held(int underWay, Instant since) {
    }

    /** @throws Problem 409 if another backup has paused the work */
    public Held hold(@Body Hold hold) {
        Instant since = disk.hold(hold.owner(), Duration.ofSeconds(hold.seconds()));
        return new Held(ROUTES.stream().mapToInt(camel.getInflightRepository()::size).sum(), since);
    }

    /** Whether other contexts may be called to change their data. */
    public boolean isOpen() {
        return !disk.isHeld();
    }
}
