package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;

import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
    private static final int HELD_SECONDS = 60;

    private Backup(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a name for the backup, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 not possible now, 2 wrong arguments, or a context does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        String name = words.isEmpty() ? LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)) : words.get(0);
        if (words.size() > 1 || !name.matches("[0-9A-Za-z-]{1,40}")) {
            err.println("phone82: " + NAME + " takes a name of letters, digits and hyphens, not " + words + "; --help shows more.");
            return 2;
        }
        return run(properties -> {
            new Backup(properties, out).take(name);
            return 0;
        }, err, arguments);
    }

    private void take(String name) {
        long start = System.nanoTime();
        try {
            awaitQuiet();
            for (String context : ORDER) {
                hold(HELD_SECONDS);
                JsonNode copy = copy(context, name);
                out.println(context + ": " + copy.path("bytes").asLong() / 1024 + " kB in " + copy.path("folder").asText());
            }
        } finally {
            hold(0);
        }
        out.printf(Locale.ROOT, "backup %s is complete; no orders were taken for %.1f s%n", name, (System.nanoTime() - start) / 1e9);
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

    /** Copies a context's database, retrying while a cancellation is in progress. */
    private JsonNode copy(String context, String name) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return ask("POST", context, "/backup", Map.of("name", name));
            } catch (Stop e) {
                if (e.exitCode == 1 || System.nanoTime() > end) {
                    throw e;
                }
                pause();
                hold(HELD_SECONDS);
            }
        }
    }

    private JsonNode hold(int seconds) {
        return ask("POST", "app", "/hold", Map.of("seconds", seconds));
    }
}
