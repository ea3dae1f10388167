package phone82.platform.log;

import org.slf4j.Logger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Logs at most one warning per subject in 10 s, however many requests fail. */
public class RareWarnings {

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Logger log;
    private final Clock clock;
    private final Map<String, Instant> logged = new ConcurrentHashMap<>();

    public RareWarnings(Logger log) {
        this(log, Clock.systemUTC());
    }

    RareWarnings(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /** @param subject for example the server that does not answer; one of few */
    public void warn(String subject, String format, Object... arguments) {
        Instant now = clock.instant();
        if (logged.merge(subject, now, (last, next) -> last.plus(QUIET).isAfter(next) ? last : next) == now) {
            log.warn(format, arguments);
        }
    }
}
