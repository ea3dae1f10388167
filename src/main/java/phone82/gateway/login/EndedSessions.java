package phone82.gateway.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.time.Duration;
import java.time.Instant;

/**
 * The sessions that ended before their time, by a logout here or at the issuer. They are kept in memory, until no session of that time can be
 * open any more. All times are by the issuer's clock.
 */
class EndedSessions {

    private static final int MOST = 100_000;

    private final Cache<Key, Instant> logouts;

    /** A session by the issuer's id; a session without one; or all sessions of a user. */
    private record Key(String subject, String session) {

        static Key of(Session session) {
            return session.id() == null ? new Key(session.subject(), session.began().toString()) : new Key(null, session.id());
        }
    }

    /** @param maximum the longest duration of a session */
    EndedSessions(Duration maximum) {
        logouts = Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(maximum).build();
    }

    /**
     * Ends the session or sessions that a logout token names.
     *
     * @param id null for all sessions of the user
     * @param at time of the logout; sessions that begin later go on
     */
    void end(String subject, String id, Instant at) {
        end(id == null ? new Key(subject, null) : new Key(null, id), at);
    }

    /** Ends one session. A later login continues the issuer's session in a new one here. */
    void end(Session session) {
        end(Key.of(session), beginOf(session));
    }

    private void end(Key key, Instant at) {
        logouts.asMap().merge(key, at, (one, other) -> one.isAfter(other) ? one : other);
    }

    boolean include(Session session) {
        return include(Key.of(session), session) || include(new Key(session.subject(), null), session);
    }

    private boolean include(Key key, Session session) {
        Instant logout = logouts.getIfPresent(key);
        return logout != null && !logout.isBefore(beginOf(session));
    }

    /** Sessions from before an update of the gateway do not have the issuer's time. */
    private static Instant beginOf(Session session) {
        return session.issued() == null ? session.began() : session.issued();
    }
}
