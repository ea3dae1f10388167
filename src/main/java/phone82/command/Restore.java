package phone82.command;

import org.springframework.core.env.PropertyResolver;
import org.springframework.util.FileSystemUtils;
import phone82.platform.disk.PrivateFolder;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The command {@code restore}: replaces the data folders by a backup, and moves the replaced ones to another folder. Broker and coordinator
 * start empty: the events are replayed from the logs, and a backup contains no open cancellation.
 */
public final class Restore extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "restore";

    private Restore(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, the backup's name, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 not possible, 2 wrong arguments
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (words.size() != 1 || !words.get(0).matches("[0-9A-Za-z-]{1,40}")) {
            err.println("phone82: " + NAME + " takes the name of a backup, not " + words + "; --help shows more.");
            return 2;
        }
        return run(properties -> {
            try {
                new Restore(properties, out).restore(Path.of(properties.getRequiredProperty("phone82.data")), words.get(0));
                return 0;
            } catch (IOException e) {
                err.println("phone82: the backup is not restored (" + e + "). Fix that, and repeat the command.");
                return 1;
            }
        }, err, arguments);
    }

    private void restore(Path data, String name) throws IOException {
        Path backup = data.resolve("backups").resolve(name);
        for (String context : Backup.ORDER) {
            if (!Files.exists(backup.resolve(context).resolve("db.script"))) {
                throw new Stop(1, "there is no complete backup " + name + ": " + backup.resolve(context) + " is missing; nothing is changed.");
            }
        }
        List<String> replaced = new ArrayList<>(Backup.ORDER);
        replaced.addAll(List.of("broker", "coordinator"));
        for (String context : replaced) {
            if (isRunning(data.resolve(context))) {
                throw new Stop(1, context + " runs; stop phone82 first. Nothing is changed.");
            }
        }
        // copying takes long and may fail: the present data is kept until all copies are complete
        for (String context : Backup.ORDER) {
            Path draft = draft(data, context);
            FileSystemUtils.deleteRecursively(draft);
            FileSystemUtils.copyRecursively(backup.resolve(context), PrivateFolder.create(draft));
        }
        Path aside = PrivateFolder.create(data.resolve("replaced-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT))));
        for (String context : replaced) {
            Path folder = data.resolve(context);
            if (Files.exists(folder)) {
                Files.move(folder, aside.resolve(context));
            }
            if (Backup.ORDER.contains(context)) {
                Files.move(draft(data, context), folder, ATOMIC_MOVE);
            }
        }
        out.println("backup " + name + " is restored; the replaced data is in " + aside);
        out.println("now start phone82, then run replay-events, then reconcile");
    }

    private static Path draft(Path data, String context) {
        return data.resolve(context + ".draft");
    }

    /** A running process holds the lock of its folder. */
    private static boolean isRunning(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(".lock"))) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(".lock"), CREATE, WRITE); FileLock lock = channel.tryLock()) {
            return lock == null;
        }
    }
}
