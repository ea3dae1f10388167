package phone82.command;

import java.time.Duration;
import java.util.function.Consumer;

/** Shows how far a command has come, at most every two seconds. */
final class ProgressReport {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Consumer<String> reader;
    private long last = System.nanoTime();

    ProgressReport(Consumer<String> reader) {
        this.reader = reader;
    }

    void update(String line) {
        if (System.nanoTime() - last > PAUSE.toNanos()) {
            last = System.nanoTime();
            reader.accept(line);
        }
    }
}
