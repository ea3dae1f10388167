package phone82.platform.log;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.slf4j.Logger;
import org.slf4j.event.Level;

import java.time.Duration;

/** Logs at most one line per subject in a while, however many requests fail. */
public class RareLog {

    private final Logger log;
    private final Cache<String, Boolean> logged;

    /** @param quiet shortest time between two lines about a subject */
    public RareLog(Logger log, Duration quiet) {
        this(log, quiet, Ticker.systemTicker());
    }

    RareLog(Logger log, Duration quiet, Ticker ticker) {
        this.log = log;
        logged = Caffeine.newBuilder().expireAfterWrite(quiet).ticker(ticker).build();
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
        if (logged.asMap().putIfAbsent(subject, true) == null) {
            log.atLevel(level).log(format, arguments);
        }
    }
}
