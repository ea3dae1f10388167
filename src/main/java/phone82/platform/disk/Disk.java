package phone82.platform.disk;

import org.apache.commons.lang3.function.Failable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;
import phone82.platform.api.Problem;

import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The disk of a data folder. Part of it is kept free, so that work in progress can be finished when the disk fills up. */
public final class Disk {

    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    private static final int RETRY_AFTER_SECONDS = 10;
    private static final int RETRY_AFTER_HOLD_SECONDS = 2;

    private static final Set<FileStore> LOW = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileStore store;
    private final long reserve;
    private volatile Hold hold;

    private Disk(Path folder, FileStore store, long reserve) {
        this.folder = folder;
        this.store = store;
        this.reserve = reserve;
    }

    /** @param reserve space to keep free, but at most a tenth of the disk */
    public static Disk of(Path folder, DataSize reserve) {
        Path absolute = folder.toAbsolutePath().normalize();
        FileStore store = Failable.get(() -> Files.getFileStore(PrivateFolder.create(absolute)));
        return new Disk(absolute, store, Math.min(reserve.toBytes(), Failable.getAsLong(store::getTotalSpace) / 10));
    }

    /** Returns the disk of a database server, which is not checked here. */
    public static Disk elsewhere() {
        return new Disk(null, null, 0);
    }

    public Path folder() {
        return folder;
    }

    /** Whether the data was restored from a backup, and an operator has not released it yet; false for a database server. */
    public boolean isRestored() {
        return folder != null && RestoredData.isMarked(folder);
    }

    /** The bytes to keep free. */
    public long reserve() {
        return reserve;
    }

    /** The bytes that are free. */
    public long free() {
        return Failable.getAsLong(store::getUsableSpace);
    }

    /** Whether new work must be refused because the disk is nearly full. A change is logged once for all folders of the disk. */
    public boolean isLow() {
        if (store == null) {
            return false;
        }
        long free = free();
        // with hysteresis; otherwise the result could change with every order
        boolean low = free < (LOW.contains(store) ? reserve + reserve / 8 : reserve);
        if (low && LOW.add(store)) {
            LOG.error("The disk of {} is nearly full: {} MB are free, {} MB are kept (phone82.data.reserve). "
                    + "New work is refused until there is space", folder, megabytes(free), megabytes(reserve));
        } else if (!low && LOW.remove(store)) {
            LOG.info("The disk of {} has space again, {} MB: new work is accepted", folder, megabytes(free));
        }
        return low;
    }

    /** @param until by {@code System.nanoTime()}, which no correction of the clock changes */
    private record Hold(String owner, Instant since, long until) {

        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    /**
     * Refuses new work for some time from now on, because the data is being copied.
     *
     * @param owner the only one who can prolong or end it
     * @param time  zero ends it
     * @return since when this owner's hold has had no gap; null if there was none to end
     * @throws Problem 409 if another owner holds the work
     */
    public synchronized Instant hold(String owner, Duration time) {
        Hold before = hold == null || hold.isOver() ? null : hold;
        if (before != null && !before.owner.equals(owner)) {
            throw new Problem(409, "Another backup", "Another backup is in progress, or was cut off less than a minute ago. Try again later.");
        }
        Instant since = before != null ? before.since : time.isZero() ? null : Instant.now();
        hold = time.isZero() ? null : new Hold(owner, since, System.nanoTime() + time.toNanos());
        return since;
    }

    /** Whether new work is refused because the data is being copied. */
    public boolean isHeld() {
        Hold now = hold;
        return now != null && !now.isOver();
    }

    /** @throws Problem 503 if the disk is nearly full, or the data is being copied */
    public void requireRoom() {
        if (isHeld()) {
            throw new Problem(503, "Temporarily unavailable", "The shop accepts no new work while its data is being copied, and nothing was done.")
                    .retryAfter(RETRY_AFTER_HOLD_SECONDS);
        }
        if (isLow()) {
            throw new Problem(503, "Temporarily unavailable", "The shop has no room for new work at the moment, and nothing was done.")
                    .retryAfter(RETRY_AFTER_SECONDS);
        }
    }

    /** Returns details for operators; throws an exception if the disk is nearly full. */
    public Map<String, ?> check() {
        if (isLow()) {
            throw new IllegalStateException("the disk of " + folder + " is nearly full: " + megabytes(free()) + " MB are free, "
                    + megabytes(reserve) + " MB are kept");
        }
        return store == null ? Map.of() : Map.of("folder", folder.toString(), "free", megabytes(free()) + " MB");
    }

    public static String megabytes(long bytes) {
        return String.valueOf(Math.round(bytes / 104857.6) / 10.0);
    }
}
