package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import phone82.platform.api.Problem;
import phone82.platform.disk.Disk;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Refuses new orders, cancellations and owners of orders, and the archiving of orders, while all databases are copied; new work also while the disk
 * is nearly full.
 */
public class Intake {

    private static final int RETRY_AFTER_SECONDS = 2;

    private static final List<String> ROUTES = List.of("app-place-order", "app-cancel-order", "app-claim-order", "app-revoke-link", "app-assign-order",
            "app-repeat-new-owners", "archive-orders", "app-end-archive");

    private final Disk disk;
    private final CamelContext camel;
    private volatile Pause pause;

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

    /** @param until by {@code System.nanoTime()}, which no correction of the clock changes */
    private record Pause(String owner, Instant since, long until) {

        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    /** @throws Problem 409 if another backup has paused the work */
    public Held hold(@Body Hold hold) {
        Instant since = pause(hold.owner(), Duration.ofSeconds(hold.seconds()));
        return new Held(ROUTES.stream().mapToInt(camel.getInflightRepository()::size).sum(), since);
    }

    private synchronized Instant pause(String owner, Duration time) {
        Pause before = isOpen() ? null : pause;
        if (before != null && !before.owner.equals(owner)) {
            throw new Problem(409, "Another backup", "Another backup is in progress, or was cut off less than a minute ago. Try again later.");
        }
        Instant since = before != null ? before.since : time.isZero() ? null : Instant.now();
        pause = time.isZero() ? null : new Pause(owner, since, System.nanoTime() + time.toNanos());
        return since;
    }

    /** Whether no databases are being copied, so that other contexts may be called to change their data. */
    public boolean isOpen() {
        Pause now = pause;
        return now == null || now.isOver();
    }

    /** @throws Problem 503 if the databases are being copied, or the disk is nearly full */
    public void requireOpen() {
        if (!isOpen()) {
            throw new Problem(503, "Temporarily unavailable", "The shop accepts no new work while its data is being copied, and nothing was done.")
                    .retryAfter(RETRY_AFTER_SECONDS);
        }
        disk.requireRoom();
    }
}
