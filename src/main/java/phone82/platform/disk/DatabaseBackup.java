package phone82.platform.disk;

import org.apache.camel.Body;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import phone82.platform.api.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

/** Takes consistent copies of this context's embedded database while it is in use. */
public class DatabaseBackup {

    private final JdbcTemplate jdbc;
    private final boolean embedded;
    private final Path backups;
    private final String context;
    private final IntSupplier underWay;

    /**
     * @param backups  folder of all backups
     * @param underWay number of cancellations whose outcome this context does not know yet
     */
    public DatabaseBackup(JdbcTemplate jdbc, boolean embedded, Path backups, String context, IntSupplier underWay) {
        this.jdbc = jdbc;
        this.embedded = embedded;
        this.backups = backups;
        this.context = context;
        this.underWay = underWay;
    }

    /** @param name folder name of the backup */
    public record Wanted(String name) {
    }

    /** The location and size of a copy. */
    public record Copy(String folder, long bytes) {
    }

    /**
     * Copies the database, unless a cancellation is in progress: the coordinator is not copied, so the cancellation would never end.
     *
     * @throws Problem 409 if the database is on a server, or the backup exists already; 503 if a cancellation is in progress
     */
    public Copy take(@Body Wanted wanted) throws IOException {
        if (!embedded) {
            throw new Problem(409, "On a server", "The database of " + context + " is on a server; back it up there.");
        }
        Path folder = backups.resolve(wanted.name()).resolve(context).toAbsolutePath().normalize();
        if (Files.exists(folder)) {
            throw new Problem(409, "Name taken", "There is a backup " + wanted.name() + " of " + context + " already; choose another name.");
        }
        if (underWay.getAsInt() > 0) {
            throw new Problem(503, "Cancellations under way", "The outcome of a cancellation is not known yet. Try again in 1 s.").header("Retry-After", 1);
        }
        // a crash during the copy leaves no folder that looks like a backup
        Path draft = folder.resolveSibling(context + ".draft");
        FileSystemUtils.deleteRecursively(draft);
        PrivateFolder.create(draft);
        jdbc.execute("backup database to '" + draft.toString().replace("'", "''") + "/' blocking as files");
        FileSync.tree(draft);
        Files.move(draft, folder, ATOMIC_MOVE);
        FileSync.one(folder.getParent());
        try (Stream<Path> files = Files.list(folder)) {
            return new Copy(folder.toString(), files.mapToLong(each -> each.toFile().length()).sum());
        }
    }
}
