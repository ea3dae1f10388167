package phone82.gateway.login;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import phone82.gateway.login.OpenIdIssuer.Verified;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.http.AdmissionCheck;
import phone82.platform.http.HttpServer;
import phone82.platform.http.ListHeader;
import phone82.platform.http.RequestAudit;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Guest;
import phone82.platform.identity.TokenMinter;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Authenticates each request to a context by a session cookie, a bearer token or a guest's secret, and passes the identity on in a token of the
 * gateway.
 */
public final class RequestIdentity implements Handler<RoutingContext> {

    /** Key of the time until which a request's identity is known to be valid, as an {@link Instant}. */
    public static final String VALID_UNTIL = "validUntil";

    /** Key of the subject whose share of the gateway is limited; absent for operators. */
    public static final String LIMITED_USER = "limitedUser";

    /** Key of the function that returns a token of the request's user for a context, as a {@link UnaryOperator}. */
    public static final String TOKENS = "tokens";

    private static final String ORDERS = "/orders";
    /** The statuses of orders that are stored: accepted ones, and those whose payment is declined. */
    private static final Set<Integer> STORED = Set.of(201, 402);
    private static final Pattern PAGES = Pattern.compile("/orders(?:/[1-9]\\d{0,17})?");
    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "Bearer ";
    private static final String GUEST = "Guest ";
    /** A signed JWT; parsers skip other characters, so that a token could be written in any number of ways. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    /** A header that pages of other sites cannot send: it needs a CORS preflight, which is never answered here. */
    private static final String OWN_PAGE_HEADER = "X-Requested-With";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final LoginSettings settings;
    private final SessionCookies cookies;
    private final TokenChecks tokenChecks;
    private final TokenMinter minter;
    private final Map<String, String> contexts;
    private final AdmissionCheck guests;
    private final OrderLimit guestOrders;

    /**
     * @param contexts    the contexts by the first part of the paths that need a login
     * @param guests      limits the requests of guests; null if guests may not order
     * @param guestOrders limits their orders, too
     */
    RequestIdentity(LoginSettings settings, SessionCookies cookies, TokenChecks tokenChecks, TokenMinter minter, Map<String, String> contexts,
                    AdmissionCheck guests, OrderLimit guestOrders) {
        this.settings = settings;
        this.cookies = cookies;
        this.tokenChecks = tokenChecks;
        this.minter = minter;
        this.contexts = contexts;
        this.guests = guests;
        this.guestOrders = guestOrders;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String authorization = request.getHeader(AUTHORIZATION);
        request.headers().remove(AUTHORIZATION);
        String path = context.normalizedPath();
        int end = path.indexOf('/', 1);
        String called = contexts.get(end < 0 ? path.substring(1) : path.substring(1, end));
        if (called == null) {
            context.next();
        } else if (authorization != null && guests != null && hasScheme(GUEST, authorization)) {
            guest(context, called, authorization.substring(GUEST.length()).strip());
        } else if (authorization != null) {
            bearer(context, called, authorization);
        } else {
            cookies.withSession(context, found -> {
                if (found.isEmpty() && isPage(context)) {
                    context.response().putHeader(SessionCookies.CACHE_CONTROL, "no-store").putHeader("Vary", "Accept");
                    LoginEndpoint.redirect(context, "/login?" + LoginEndpoint.BACK + "=" + path);
                    return;
                }
                Session session = found.orElseThrow(this::notLoggedIn);
                if (!SAFE.contains(request.method())) {
                    RequestAudit.actor(context, Actor.of(session.subject(), session.roles()));
                    requireOwnPage(request);
                }
                pass(context, called, session.subject(), session.roles(), validUntil(session));
            });
        }
    }

    /** Whether a browser opens a page; programs get the API under the same path. */
    private static boolean isPage(RoutingContext context) {
        return SAFE.contains(context.request().method()) && PAGES.matcher(context.normalizedPath()).matches() && ListHeader.prefersPage(context.request());
    }

    private static boolean hasScheme(String scheme, String authorization) {
        return authorization.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    /** The secret ends here: the contexts get the subject that is derived from it. */
    private void guest(RoutingContext context, String called, String secret) {
        guests.admit(HttpServer.client(context));
        if (!Guest.isSecret(secret)) {
            throw new Problem(401, "Not a guest's secret", "Send Authorization: Guest <secret> with 256 random bits in base64url, which are 43 characters.")
                    .header("WWW-Authenticate", "Guest");
        }
        if (context.request().method() == HttpMethod.POST && context.normalizedPath().equals(ORDERS)) {
            admitOrder(context);
        }
        authorize(context, called, Guest.subject(secret), Set.of(Caller.GUEST));
        context.next();
    }

    /** What leaves nothing in a database does not count, so that customers may try again during an outage. The order of a client that hangs up may be stored. */
    private void admitOrder(RoutingContext context) {
        InetAddress client = HttpServer.client(context);
        guestOrders.admit(client);
        context.addEndHandler(end -> {
            if (end.succeeded() && !STORED.contains(context.response().getStatusCode())) {
                guestOrders.giveBack(client);
            }
        });
    }

    private void bearer(RoutingContext context, String called, String authorization) {
        if (!hasScheme(BEARER, authorization)) {
            throw notLoggedIn();
        }
        String token = authorization.substring(BEARER.length()).strip();
        if (!TOKEN.matcher(token).matches()) {
            throw notLoggedIn();
        }
        Consumer<Verified> pass = checked -> pass(context, called, checked.user().subject(), checked.user().roles(), Instant.ofEpochMilli(checked.untilMillis()));
        Verified known = tokenChecks.known(token);
        if (known != null) {
            pass.accept(known);
        } else {
            IssuerCalls.resume(context, Future.fromCompletionStage(tokenChecks.check(context, token), context.vertx().getOrCreateContext()), pass);
        }
    }

    private Instant validUntil(Session session) {
        Instant now = Instant.now();
        if (session.refreshToken() == null) {
            // the issuer cannot confirm it, but it may have ended here
            Instant end = session.began().plus(settings.maximum());
            Instant check = now.plus(settings.renewal());
            return check.isBefore(end) ? check : end;
        }
        return (session.needsRenewal(now, settings.renewal()) ? now : session.confirmed()).plus(settings.renewal());
    }

    private void pass(RoutingContext context, String called, String subject, Set<String> roles, Instant validUntil) {
        context.put(VALID_UNTIL, validUntil);
        if (!roles.contains(Caller.OPERATOR)) {
            context.put(LIMITED_USER, subject);
        }
        authorize(context, called, subject, roles);
        context.next();
    }

    /** Returns the function that creates the tokens of a user for the contexts. */
    UnaryOperator<String> tokens(String subject, Set<String> roles) {
        return audience -> minter.token(audience, subject, roles);
    }

    private void authorize(RoutingContext context, String called, String subject, Set<String> roles) {
        context.put(TOKENS, tokens(subject, roles));
        context.request().headers().set(AUTHORIZATION, BEARER + minter.token(called, subject, roles));
    }

    private Problem notLoggedIn() {
        return new Problem(401, "Not logged in", "Log in at " + settings.publicUrl() + "/login, or send Authorization: Bearer <token> with a token of "
                + settings.issuer() + " for the audience " + settings.audience() + ".").header("WWW-Authenticate", "Bearer");
    }

    static void requireOwnPage(HttpServerRequest request) {
        if (!request.headers().contains(OWN_PAGE_HEADER)) {
            throw new Problem(403, "Cross-site request", "With a session, send the header " + OWN_PAGE_HEADER + ", which pages of other sites cannot send.");
        }
    }
}
