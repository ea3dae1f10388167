package phone82.platform.disk;

import org.apache.camel.Body;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import phone82.platform.api.Problem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

/** Takes consistent copies of this context's embedded database while it is in use. */
public class DatabaseBackup {

    /** Shorter than the time after which an idle connection is closed, and than the hold on new work. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(5);

    /** Ends the name of a copy that is not complete, in a backup or beside the data folder of a context. */
    public static final String DRAFT = ".draft";

    private final JdbcTemplate jdbc;
    private final Disk disk;
    private final Path backups;
    private final String context;
    private final IntSupplier underWay;
    private InProgress inProgress;

    /**
     * @param disk     of the database
     * @param backups  folder of all backups
     * @param underWay number of cancellations whose outcome this context does not know yet
     */
    public DatabaseBackup(JdbcTemplate jdbc, Disk disk, Path backups, String context, IntSupplier underWay) {
        this.jdbc = jdbc;
        this.disk = disk;
        this.backups = backups;
        this.context = context;
        this.underWay = underWay;
    }

    /**
     * @param name  folder name of the backup
     * @param owner a random id of the backup; only the same one gets the result of a copy in progress
     */
    public record Wanted(String name, String owner) {
    }

    /**
     * The location and size of a copy.
     *
     * @param complete false while it is in progress
     */
    public record Copy(String folder, long bytes, boolean complete) {
    }

    private record InProgress(String owner, Path folder, CompletableFuture<Copy> copy) {
    }

    /**
     * Copies the database, unless a cancellation is in progress: the coordinator is not copied, so the cancellation would never end. The copy of a large
     * database takes longer than a request may; the caller then repeats the request until the copy is complete.
     *
     * @throws Problem 409 if the database is on a server, the backup exists already, another one is in progress, or there is no room for it; 503 if a
     *                 cancellation is in progress
     */
    public synchronized Copy take(@Body Wanted wanted) throws InterruptedException {
        if (disk.folder() == null) {
            throw new Problem(409, "On a server", "The database of " + context + " is on a server; back it up there.");
        }
        Path folder = backups.resolve(wanted.name()).resolve(context).toAbsolutePath().normalize();
        if (inProgress == null || !inProgress.owner.equals(wanted.owner()) || !inProgress.folder.equals(folder)) {
            begin(folder, wanted.owner());
        }
        try {
            Copy copy = inProgress.copy.get(LONGEST_REQUEST.toMillis(), TimeUnit.MILLISECONDS);
            inProgress = null;
            return copy;
        } catch (TimeoutException e) {
            return new Copy(folder.toString(), 0, false);
        } catch (ExecutionException e) {
            inProgress = null;
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void begin(Path folder, String owner) {
        if (inProgress != null && !inProgress.copy.isDone()) {
            throw new Problem(409, "Another backup", "The backup " + inProgress.folder.getParent().getFileName() + " of " + context + " is in progress. Try again later.");
        }
        if (Files.exists(folder)) {
            throw new Problem(409, "Name taken", "There is a backup " + folder.getParent().getFileName() + " of " + context + " already; choose another name.");
        }
        if (underWay.getAsInt() > 0) {
            throw new Problem(503, "Cancellations under way", "The outcome of a cancellation is not known yet.").retryAfter(1);
        }
        discardDrafts();
        inProgress = new InProgress(owner, folder, CompletableFuture.supplyAsync(() -> copy(folder),
                task -> BasicThreadFactory.builder().namingPattern("backup").daemon(true).build().newThread(task).start()));
    }

    /** Deletes copies that were cut off, in the folder of whatever backup. */
    private void discardDrafts() {
        if (!Files.exists(backups)) {
            return;
        }
        try (Stream<Path> folders = Files.list(backups)) {
            for (Path draft : folders.map(backup -> backup.resolve(context + DRAFT)).filter(Files::exists).toList()) {
                discard(draft);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Copy copy(Path folder) {
        // a crash during the copy leaves no folder that looks like a backup
        Path draft = folder.resolveSibling(context + DRAFT);
        try {
            PrivateFolder.create(draft);
            try {
                requireRoom(draft);
                jdbc.execute("backup database to '" + draft.toString().replace("'", "''") + "/' blocking as files");
                FileSync.tree(draft);
                Files.move(draft, folder, ATOMIC_MOVE);
            } catch (IOException | RuntimeException e) {
                discard(draft);
                throw e;
            }
            FileSync.one(folder.getParent());
            return new Copy(folder.toString(), size(folder), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy that fills the disk would stop all contexts that write to it. */
    private void requireRoom(Path draft) throws IOException {
        long size = size(disk.folder());
        long free = Files.getFileStore(draft).getUsableSpace();
        if (free < size + disk.reserve()) {
            throw new Problem(409, "No room", "The copy of " + context + " needs " + Disk.megabytes(size) + " MB, and " + Disk.megabytes(disk.reserve())
                    + " MB are kept free, but the disk of " + backups + " has only " + Disk.megabytes(free) + " MB. Delete old backups, or other files.");
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(each -> each.toFile().length()).sum();
        }
    }

    /**
     * Deletes a copy, and the folder of the backup if nothing else is in it.
     *
     * @return whether there was a copy
     */
    public static boolean discard(Path copy) throws IOException {
        boolean existed = FileSystemUtils.deleteRecursively(copy);
        try {
            Files.deleteIfExists(copy.getParent());
        } catch (DirectoryNotEmptyException others) {
            // copies of other contexts
        }
        return existed;
    }
}
