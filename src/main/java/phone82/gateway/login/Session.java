package phone82.gateway.login;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * A user's session in a browser.
 *
 * @param name         display name of the user
 * @param began        time of the login
 * @param seen         time of the last request, to the minute
 * @param id           the issuer's id of the session; null if it has none
 * @param issued       time of the login by the issuer's clock
 * @param refreshToken lets the issuer confirm the session; null if it gave none
 * @param confirmed    when the issuer last confirmed the session
 */
record Session(String subject, String name, Set<String> roles, Instant began, Instant seen, String id, Instant issued, String refreshToken,
               Instant confirmed) {

    private static final Duration PRECISION = Duration.ofMinutes(1);

    static Session begin(OpenIdIssuer.LoggedIn login, Instant now) {
        return new Session(login.user().subject(), login.user().name(), login.user().roles(), now, now, login.sessionId(), login.issued(),
                login.refreshToken(), now);
    }

    boolean isOver(Instant now, Duration idle, Duration maximum) {
        return !now.isBefore(seen.plus(idle)) || !now.isBefore(began.plus(maximum));
    }

    /** Whether the time of the last request must be updated. */
    boolean needsUpdate(Instant now, Duration idle) {
        Duration after = idle.dividedBy(4);
        return !now.isBefore(seen.plus(after.compareTo(PRECISION) < 0 ? after : PRECISION));
    }

    Session seenAt(Instant now) {
        return new Session(subject, name, roles, began, now, id, issued, refreshToken, confirmed);
    }

    /** Whether the issuer must confirm the session again. */
    boolean needsRenewal(Instant now, Duration renewal) {
        return refreshToken != null && !now.isBefore(confirmed.plus(renewal));
    }

    /** @param roles null if the issuer did not repeat them */
    Session renewed(Set<String> roles, String refreshToken, Instant confirmed) {
        return new Session(subject, name, roles == null ? this.roles : roles, began, seen, id, issued, refreshToken, confirmed);
    }

    /** The session if only the issuer can end it before its time. */
    Session withoutRefreshToken() {
        return new Session(subject, name, roles, began, seen, id, issued, null, confirmed);
    }
}
