package phone82.gateway.login;

import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** The cookies in which browsers keep sessions, sealed. */
class SessionCookies {

    static final String SESSION = "__Host-phone82";
    static final String CACHE_CONTROL = "Cache-Control";

    private static final Logger LOG = LoggerFactory.getLogger(SessionCookies.class);

    /** Browsers discard cookies of more than 4096 bytes, and all headers of a request together must be below {@code phone82.http.head-bytes}. */
    private static final int MOST_SESSION = 3800;

    private final LoginSettings settings;
    private final CookieSeal seal;
    private final EndedSessions ended;
    private final SessionRenewal renewal;

    SessionCookies(LoginSettings settings, CookieSeal seal, EndedSessions ended, SessionRenewal renewal) {
        this.settings = settings;
        this.seal = seal;
        this.ended = ended;
        this.renewal = renewal;
    }

    /** The session of the request, unless it has ended. */
    Optional<Session> openSession(RoutingContext context) {
        Instant now = Instant.now();
        return sealed(context, SESSION, Session.class)
                .filter(session -> !session.isOver(now, settings.idle(), settings.maximum()) && !ended.include(session));
    }

    /** Continues with the session of the request; if it is due, the issuer confirms it before. While the issuer does not answer, sessions go on. */
    void withSession(RoutingContext context, Consumer<Optional<Session>> then) {
        Instant now = Instant.now();
        Optional<Session> open = openSession(context);
        if (open.isEmpty() || !open.get().needsRenewal(now, settings.renewal())) {
            open.filter(session -> session.needsUpdate(now, settings.idle())).ifPresent(session -> keep(context, session.seenAt(now)));
            then.accept(open);
            return;
        }
        Session session = open.get();
        IssuerCalls.resume(context, Future.fromCompletionStage(renewal.renew(session), context.vertx().getOrCreateContext()).otherwise(unavailable -> {
            LOG.debug("The session of {} goes on without the issuer", session.subject(), unavailable);
            return open;
        }), renewed -> {
            if (renewed.isEmpty()) {
                ended.end(session);
                delete(context);
            }
            renewed.ifPresent(each -> keep(context, each.seenAt(now)));
            then.accept(renewed);
        });
    }

    /** Stores the session in the browser. */
    void keep(RoutingContext context, Session session) {
        String sealed = seal.seal(SESSION, session);
        if (sealed.length() > MOST_SESSION) {
            LOG.warn("The issuer's refresh token for {} does not fit into a cookie: this session ends at a logout or by its age only", session.subject());
            sealed = seal.seal(SESSION, session.withoutRefreshToken());
        }
        setSession(context, sealed, settings.maximum());
    }

    /** Deletes the session in the browser. */
    static void delete(RoutingContext context) {
        setSession(context, "", Duration.ZERO);
    }

    /** A shared cache may store a response with a cookie, and would give one user's session to others. */
    private static void setSession(RoutingContext context, String value, Duration lasts) {
        HttpServerResponse response = context.response().addCookie(cookie(SESSION, value, lasts));
        context.addHeadersEndHandler(head -> {
            String caching = response.headers().get(CACHE_CONTROL);
            if (caching != null && !caching.contains("no-store")) {
                response.putHeader(CACHE_CONTROL, "private, no-cache");
            }
        });
    }

    /** The content of a cookie of the request; empty unless the gateway has sealed it. */
    <T> Optional<T> sealed(RoutingContext context, String name, Class<T> type) {
        Cookie cookie = context.request().getCookie(name);
        return cookie == null ? Optional.empty() : seal.open(name, cookie.getValue(), type);
    }

    /** A secure cookie; browsers treat {@code localhost} as secure, too. */
    static Cookie cookie(String name, String value, Duration lasts) {
        return Cookie.cookie(name, value).setPath("/").setMaxAge(lasts.toSeconds()).setSecure(true).setHttpOnly(true).setSameSite(CookieSameSite.LAX);
    }
}
