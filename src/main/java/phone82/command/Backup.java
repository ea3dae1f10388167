package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.disk.DatabaseBackup;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The command {@code backup}: copies the embedded databases of customer, app, store and pay, in this order. Consumers are copied before
 * publishers, so that every event that a copy has received is in the log of another copy.
 */
public final class Backup extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "backup";

    /** Consumers before publishers. As pay also consumes events of app, app accepts no work meanwhile. */
    static final List<String> ORDER = List.of("customer", "app", "store", "pay");

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Time for a copy in progress to end. */
    private static final Duration UNFINISHED = Duration.ofSeconds(5);
    private static final int HELD_SECONDS = 60;

    private final String owner = UUID.randomUUID().toString();
    private final CountDownLatch ended = new CountDownLatch(1);
    private String since;

    private Backup(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a name for the backup, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 not possible now, or not one moment, 2 wrong arguments, or a context does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        String name = words.isEmpty() ? LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)) : words.get(0);
        if (words.size() > 1 || !name.matches("[0-9A-Za-z-]{1,40}")) {
            return usage(err, NAME, "a name of letters, digits and hyphens", words);
        }
        return run(properties -> {
            new Backup(properties, out).take(name);
            return 0;
        }, err, arguments);
    }

    private void take(String name) {
        long start = System.nanoTime();
        since = askToHold(HELD_SECONDS).path("since").asText();
        Set<Path> copies = new LinkedHashSet<>();
        boolean released = false;
        Thread hook = endsBeforeExit();
        try {
            awaitQuiet();
            for (String context : ORDER) {
                hold(HELD_SECONDS);
                JsonNode copy = copy(context, name, copies);
                out.println(context + ": " + copy.path("bytes").asLong() / 1024 + " kB in " + copy.path("folder").asText());
            }
            hold(0);
            released = true;
        } catch (Stop e) {
            // or the request of the release would fail
            Thread.interrupted();
            if (!released) {
                released = true;
                release();
            }
            discard(copies);
            throw e;
        } finally {
            if (!released) {
                release();
            }
            ended.countDown();
            forget(hook);
        }
        out.printf(Locale.ROOT, "backup %s is complete; no orders were taken for %.1f s%n", name, (System.nanoTime() - start) / 1e9);
    }

    /** After Ctrl-C or SIGTERM the process waits until the copies are deleted and app takes orders again. */
    private Thread endsBeforeExit() {
        Thread command = Thread.currentThread();
        Thread hook = new Thread(() -> {
            command.interrupt();
            try {
                if (!ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    out.println("the backup does not end; delete it yourself");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it runs
        }
    }

    /** Makes app refuse new work, and waits until the requests in progress are answered. */
    private void awaitQuiet() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (hold(HELD_SECONDS).path("underWay").asInt() > 0) {
            if (System.nanoTime() > end) {
                throw new Stop(1, "app: after " + PATIENCE.toSeconds() + " s there are still requests in progress, so nothing was copied; repeat the command.");
            }
            pause();
        }
    }

    /** Copies a context's database, retrying while a cancellation is in progress. A large database takes many requests, between which the hold is prolonged. */
    private JsonNode copy(String context, String name, Set<Path> copies) {
        Path folder = Path.of(properties.getRequiredProperty("phone82.data"), "backups", name, context).toAbsolutePath().normalize();
        boolean ours = !Files.exists(folder);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (ours) {
                    // before the request, as its answer may be lost
                    copies.add(folder);
                }
                JsonNode answer = ask("POST", context, "/backup", Map.of("name", name, "owner", owner));
                if (answer.path("complete").asBoolean()) {
                    copies.add(Path.of(answer.path("folder").asText()));
                    return answer;
                }
            } catch (Stop e) {
                if (e.status != 0) {
                    // refused, for example because there is another backup of this name
                    copies.remove(folder);
                }
                if (e.status != 503 || System.nanoTime() > end) {
                    throw e;
                }
                pause();
            }
            hold(HELD_SECONDS);
        }
    }

    /**
     * Prolongs the hold, or ends it.
     *
     * @throws Stop if the hold had a gap: an order that app took meanwhile can be in one copy, but not in another
     */
    private JsonNode hold(int seconds) {
        JsonNode held = askToHold(seconds);
        if (!held.path("since").asText().equals(since)) {
            throw new Stop(1, "app could take orders during the backup, because it restarted or did not answer in time; repeat the command.");
        }
        return held;
    }

    private JsonNode askToHold(int seconds) {
        return ask("POST", "app", "/hold", Map.of("owner", owner, "seconds", seconds));
    }

    private void release() {
        try {
            askToHold(0);
        } catch (Stop e) {
            out.println("app takes orders again in at most " + HELD_SECONDS + " s (" + e.getMessage() + ")");
        }
    }

    /** Deletes the copies of a backup that failed, which may not belong together. One that is in progress appears when it ends. */
    private void discard(Set<Path> copies) {
        long end = System.nanoTime() + UNFINISHED.toNanos();
        for (Path copy : copies) {
            try {
                while (!DatabaseBackup.discard(copy)) {
                    if (System.nanoTime() > end) {
                        throw new NoSuchFileException(copy.toString());
                    }
                    pause();
                }
            } catch (IOException e) {
                out.println("delete " + copy + " yourself, also if it appears later: it is no part of a complete backup (" + e + ")");
            }
        }
    }
}
