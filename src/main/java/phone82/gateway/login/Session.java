package phone82.gateway.login;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * A user's session in a browser.
 *
 * @param name  display name of the user
 * @param began time of the login
 * @param seen  time of the last request, to the minute
 */
record Session(String subject, String name, Set<String> roles, Instant began, Instant seen) {

    private static final Duration PRECISION = Duration.ofMinutes(1);

    boolean isOver(Instant now, Duration idle, Duration maximum) {
        return !now.isBefore(seen.plus(idle)) || !now.isBefore(began.plus(maximum));
    }

    /** Whether the time of the last request must be updated. */
    boolean needsRefresh(Instant now, Duration idle) {
        Duration after = idle.dividedBy(4);
        return !now.isBefore(seen.plus(after.compareTo(PRECISION) < 0 ? after : PRECISION));
    }

    Session seenAt(Instant now) {
        return new Session(subject, name, roles, began, now);
    }
}
