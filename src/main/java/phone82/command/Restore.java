package phone82.command;

import org.springframework.core.env.PropertyResolver;
import org.springframework.util.FileSystemUtils;
import phone82.platform.disk.DatabaseBackup;
import phone82.platform.disk.FileSync;
import phone82.platform.disk.PrivateFolder;
import phone82.platform.disk.RestoredData;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

/**
 * The command {@code restore}: replaces the data folders by a backup, and moves the replaced ones to another folder. Broker and coordinator
 * start empty: the events are replayed from the logs, and a backup contains no open cancellation. Store ships nothing until
 * {@code restore --release}.
 */
public final class Restore extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "restore";

    private static final String RELEASE = "--release";
    private static final String UNFINISHED = "restore.unfinished";
    private static final List<String> REPLACED = Stream.concat(Backup.ORDER.stream(), Stream.of("broker", "coordinator")).toList();

    private Restore(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, the backup's name or {@code --release}, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 not possible, 2 wrong arguments
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (words.isEmpty() && List.of(arguments).contains(RELEASE)) {
            String[] options = Stream.of(arguments).filter(argument -> !argument.equals(RELEASE)).toArray(String[]::new);
            return run(properties -> new Restore(properties, out).release(Path.of(properties.getRequiredProperty("phone82.data"))), err, options);
        }
        if (words.size() != 1 || !words.get(0).matches("[0-9A-Za-z-]{1,40}")) {
            return usage(err, NAME, "the name of a backup", words);
        }
        return run(properties -> new Restore(properties, out).restore(Path.of(properties.getRequiredProperty("phone82.data")), words.get(0)), err, arguments);
    }

    /** Whether a restore replaces folders or was cut off while it did, so that the data folders may not belong together. */
    public static boolean isUnfinished(Path data) {
        return Files.exists(data.resolve(UNFINISHED));
    }

    /** Deletes what a restore that was cut off has copied for a context, whose data folder the caller has locked. */
    public static void discardDraft(Path data, String context) throws IOException {
        FileSystemUtils.deleteRecursively(draft(data, context));
    }

    private int restore(Path data, String name) {
        Path backup = data.resolve("backups").resolve(name);
        for (String context : Backup.ORDER) {
            if (!Files.exists(backup.resolve(context).resolve("db.script"))) {
                throw new Stop(1, "there is no complete backup " + name + ": " + backup.resolve(context) + " is missing; nothing is changed. The backups are the folders in " + backup.getParent() + ".");
            }
        }
        try (FileChannel lock = PrivateFolder.tryLock(data.resolve("restore.lock"))) {
            if (lock == null) {
                throw new Stop(1, "another restore is in progress; this one changes nothing.");
            }
            restore(data, backup, data.resolve("replaced-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT))));
        } catch (IOException e) {
            throw new Stop(1, "the data folder " + data + " cannot be written (" + e + "); fix that, and repeat the command.");
        }
        out.println("now start phone82, which ships nothing, then run replay-events, then reconcile, and at last " + NAME + " " + RELEASE);
        return 0;
    }

    private int release(Path data) {
        try {
            boolean restored = false;
            for (String context : Backup.ORDER) {
                restored |= RestoredData.unmark(data.resolve(context));
            }
            if (!restored) {
                throw new Stop(1, "nothing is held in " + data + "; is phone82.data the folder that was restored?");
            }
        } catch (IOException e) {
            throw new Stop(1, "the data folder " + data + " cannot be written (" + e + "); fix that, and repeat the command.");
        }
        out.println("store ships again, and pay reserves money anew");
        return 0;
    }

    private void restore(Path data, Path backup, Path aside) throws IOException {
        Path marker = data.resolve(UNFINISHED);
        boolean repeated = Files.exists(marker);
        boolean mixed = repeated;
        try {
            requireStopped(data);
            // copying takes long and may fail: the present data is kept until all copies are complete
            for (String context : Backup.ORDER) {
                FileSystemUtils.deleteRecursively(draft(data, context));
                FileSystemUtils.copyRecursively(backup.resolve(context), PrivateFolder.create(draft(data, context)));
                RestoredData.mark(draft(data, context));
                FileSync.tree(draft(data, context));
            }
            // from here on no context starts; one that has started meanwhile is found by its lock
            Files.write(marker, new byte[0]);
            FileSync.one(data);
            requireStopped(data);
            PrivateFolder.create(aside);
            mixed = true;
            replace(data, aside);
            Files.delete(marker);
            FileSync.one(data);
        } catch (IOException e) {
            throw new Stop(1, "the backup is not restored (" + e + "). Fix that, and repeat the command; "
                    + (mixed ? "until it succeeds, phone82 does not start." : "nothing is changed."));
        } finally {
            for (String context : Backup.ORDER) {
                FileSystemUtils.deleteRecursively(draft(data, context));
            }
            if (!mixed) {
                Files.deleteIfExists(marker);
            }
        }
        out.println("backup " + backup.getFileName() + " is restored; the replaced data is in " + aside
                + (repeated ? ", and what the restore that was cut off replaced is in the folder before it" : ""));
    }

    private static void requireStopped(Path data) throws IOException {
        for (String context : REPLACED) {
            if (isRunning(data.resolve(context))) {
                throw new Stop(1, context + " runs; stop phone82 first. Nothing is changed.");
            }
        }
    }

    private static void replace(Path data, Path aside) throws IOException {
        for (String context : REPLACED) {
            Path folder = data.resolve(context);
            if (Files.exists(folder)) {
                Files.move(folder, aside.resolve(context), ATOMIC_MOVE);
            }
            if (Backup.ORDER.contains(context)) {
                Files.move(draft(data, context), folder, ATOMIC_MOVE);
            }
        }
        FileSync.one(aside);
        FileSync.one(data);
    }

    private static Path draft(Path data, String context) {
        return data.resolve(context + DatabaseBackup.DRAFT);
    }

    /** A running process holds the lock of its folder. */
    private static boolean isRunning(Path folder) throws IOException {
        Path file = folder.resolve(".lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel lock = PrivateFolder.tryLock(file)) {
            return lock == null;
        }
    }
}
