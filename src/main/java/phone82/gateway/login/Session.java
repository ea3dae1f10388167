package phone82.gateway.login;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Somebody who logged in at the page.
 *
 * @param name  as they call themselves
 * @param began when they logged in
 * @param seen  when they last sent a request, to the minute
 */
record Session(String subject, String name, Set<String> roles, Instant began, Instant seen) {

    private static final Duration PRECISION = Duration.ofMinutes(1);

    boolean isOver(Instant now, Duration idle, Duration maximum) {
        return !now.isBefore(seen.plus(idle)) || !now.isBefore(began.plus(maximum));
    }

    /** Whether it is time to write down that they are still there. */
    boolean isDue(Instant now, Duration idle) {
        Duration after = idle.dividedBy(4);
        return !now.isBefore(seen.plus(after.compareTo(PRECISION) < 0 ? after : PRECISION));
    }

    Session seenAt(Instant now) {
        return new Session(subject, name, roles, began, now);
    }
}
