package phone82.platform.log;

import org.slf4j.Logger;
import org.slf4j.event.Level;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Logs at most one line per subject in a while, however many requests fail. */
public class RareWarnings {

    /** More are remembered only if so many fail within the quiet time. */
    private static final int MOST = 1000;

    private final Logger log;
    private final Duration quiet;
    private final Clock clock;
    private final Map<String, Instant> logged = new ConcurrentHashMap<>();

    /** @param quiet shortest time between two warnings */
    public RareWarnings(Logger log, Duration quiet) {
        this(log, quiet, Clock.systemUTC());
    }

    RareWarnings(Logger log, Duration quiet, Clock clock) {
        this.log = log;
        this.quiet = quiet;
        this.clock = clock;
    }

    /** @param subject for example the server that does not answer */
    public void warn(String subject, String format, Object... arguments) {
        log(Level.WARN, subject, format, arguments);
    }

    /** @param subject for example a payment that needs an operator */
    public void error(String subject, String format, Object... arguments) {
        log(Level.ERROR, subject, format, arguments);
    }

    /** Like {@link #warn}, for what any stranger can cause. */
    public void info(String subject, String format, Object... arguments) {
        log(Level.INFO, subject, format, arguments);
    }

    private void log(Level level, String subject, String format, Object... arguments) {
        Instant now = clock.instant();
        if (logged.size() > MOST) {
            logged.values().removeIf(last -> !last.plus(quiet).isAfter(now));
        }
        if (logged.merge(subject, now, (last, next) -> last.plus(quiet).isAfter(next) ? last : next) == now) {
            log.atLevel(level).log(format, arguments);
        }
    }
}
