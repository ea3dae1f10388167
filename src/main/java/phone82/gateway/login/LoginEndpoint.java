package phone82.gateway.login;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.AuthenticationSuccessResponse;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import phone82.gateway.login.OpenIdIssuer.Attempt;
import phone82.gateway.login.OpenIdIssuer.Verified;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.http.AdmissionCheck;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpServer;
import phone82.platform.http.ListHeader;
import phone82.platform.http.RequestAudit;
import phone82.platform.http.SmallBody;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Guest;
import phone82.platform.identity.TokenMinter;
import phone82.platform.log.RareWarnings;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Authenticates each request by a session cookie, a bearer token or a guest's secret, and passes the identity on to the contexts in a token of the gateway.
 * Browsers log in and out here; they never get a token of the issuer.
 */
public class LoginEndpoint implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(LoginEndpoint.class);

    static final String SESSION = "__Host-phone82";
    static final String ATTEMPT = "__Host-phone82-login";
    /** The ID token, which only a logout needs. */
    static final String ID_TOKEN = "__Secure-phone82-logout";
    private static final String LOGOUT = "/logout";
    private static final String LOGOUT_AT_ISSUER = "/backchannel-logout";
    /** Browsers discard cookies of more than 4096 bytes, and all headers of a request together must be below {@code phone82.http.head-bytes}. */
    private static final int MOST_SESSION = 3800;
    private static final int MOST_ID_TOKEN = 3000;

    /** Key of the time until which a request's identity is known to be valid, as an {@link Instant}. */
    public static final String VALID_UNTIL = "validUntil";

    /** Key of the subject whose share of the gateway is limited; absent for operators. */
    public static final String LIMITED_USER = "limitedUser";

    /** Key of the function that returns a token of the request's user for a context, as a {@link UnaryOperator}. */
    public static final String TOKENS = "tokens";

    /** Sessions that the issuer confirms at once. */
    private static final int RENEWALS = 8;

    private static final String LOGIN_FAILS = "A login fails: {}";

    private static final String HOME = "/";
    private static final String ORDERS = "/orders";
    /** The statuses of orders that are stored: accepted ones, and those whose payment is declined. */
    private static final Set<Integer> STORED = Set.of(201, 402);
    /** The page that begins with the data of its user, whom it does not require to log in. */
    private static final String DEALER = "/dealer";
    private static final String BACK = "back";
    private static final String REDIRECTED = "home";
    /** Where a login can lead back to. */
    private static final Pattern RETURNS = Pattern.compile("/(?:my-orders|dealer|orders(?:/[1-9]\\d{0,17})?)?");
    private static final Pattern PAGES = Pattern.compile("/orders(?:/[1-9]\\d{0,17})?");
    private static final String AUTHORIZATION = "Authorization";
    private static final String CACHE_CONTROL = "Cache-Control";
    private static final String BEARER = "Bearer ";
    private static final String GUEST = "Guest ";
    /** A signed JWT; parsers skip other characters, so that a token could be written in any number of ways. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    /** A header that pages of other sites cannot send: it needs a CORS preflight, which is never answered here. */
    private static final String OWN_PAGE_HEADER = "X-Requested-With";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final LoginSettings settings;
    private final OpenIdIssuer issuer;
    private final CookieSeal seal;
    private final TokenMinter minter;
    private final Map<String, String> contexts;
    private final String publicHost;
    private final EndedSessions ended;
    private final AdmissionCheck guests;
    private final OrderLimit guestOrders;
    private final AdmissionCheck callbacks;
    private final RareWarnings rareLog = new RareWarnings(LOG, OpenIdIssuer.QUIET);
    private Vertx vertx;
    private IssuerCalls logins;
    private IssuerCalls logouts;
    private IssuerCalls reportedLogouts;
    /** Reported logouts whose check may wait for the issuer. */
    private IssuerCalls logoutKeySearches;
    private TokenChecks tokenChecks;
    private SessionRenewal renewal;

    /**
     * @param contexts    the contexts by the first part of the paths that need a login
     * @param guests      limits the requests of guests; null if guests may not order
     * @param guestOrders limits their orders, too
     * @param callbacks   limits the logins, each of which costs the issuer a request
     */
    public LoginEndpoint(LoginSettings settings, TokenMinter minter, Map<String, String> contexts, AdmissionCheck guests, OrderLimit guestOrders,
                         AdmissionCheck callbacks) {
        this.guests = guests;
        this.guestOrders = guestOrders;
        this.callbacks = callbacks;
        this.settings = settings;
        this.issuer = new OpenIdIssuer(settings);
        this.seal = new CookieSeal(settings.sessionKeys());
        this.minter = minter;
        this.contexts = contexts;
        this.publicHost = URI.create(settings.publicUrl()).getAuthority();
        this.ended = new EndedSessions(settings.maximum());
    }

    @Override
    public Set<String> forms() {
        return Set.of(LOGOUT_AT_ISSUER);
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        this.vertx = vertx;
        // the issuer may hang: requests of one kind must occupy neither the threads of the other kinds nor those of the routes
        logins = new IssuerCalls(vertx, "login");
        logouts = new IssuerCalls(vertx, "logout");
        reportedLogouts = new IssuerCalls(vertx, "backchannel-logout");
        logoutKeySearches = new IssuerCalls(vertx, "logout-key-search");
        tokenChecks = new TokenChecks(issuer, vertx);
        renewal = new SessionRenewal(issuer, settings.renewal(), vertx.createSharedWorkerExecutor("session-renewal", RENEWALS));
        router.get("/login").handler(this::login);
        router.get("/callback").handler(this::callback).failureHandler(this::keepSession);
        router.post(LOGOUT).handler(this::logout);
        router.post(LOGOUT_AT_ISSUER).handler(this::endSessions);
        router.get("/session").handler(this::show);
        router.get(DEALER).handler(this::recognise);
        router.route().handler(this::identify);
    }

    /** Prepares the issuer in the background: otherwise each of the first requests would wait for that in a thread. */
    @EventListener(ApplicationStartedEvent.class)
    public void prepare() {
        logins.call(() -> true, issuer::known);
    }

    private void show(RoutingContext context) {
        withSession(context, session -> send(context, shown(session)));
    }

    private ShownSession shown(Optional<Session> session) {
        return new ShownSession(true, session.map(Session::subject).orElse(null), session.map(Session::name).orElse(null), session.map(Session::roles).orElse(null), guests != null);
    }

    /** Adds the session, if any, to the request for a page that anybody may open. */
    private void recognise(RoutingContext context) {
        withSession(context, found -> {
            context.put(ShownSession.KEY, shown(found));
            found.ifPresent(session -> context.put(TOKENS, tokens(session.subject(), session.roles())));
            context.next();
        });
    }

    private void login(RoutingContext context) {
        Map<String, List<String>> query = new QueryStringDecoder(context.request().uri()).parameters();
        String back = query.getOrDefault(BACK, List.of()).stream().findFirst().filter(path -> RETURNS.matcher(path).matches()).orElse(HOME);
        if (!publicHost.equalsIgnoreCase(context.request().getHeader("Host")) && !query.containsKey(REDIRECTED)) {
            // cookies of another host name would be missing in the callback; redirect only once, as a proxy may change the name
            redirect(context, settings.publicUrl() + "/login?" + REDIRECTED + (back.equals(HOME) ? "" : "&" + BACK + "=" + back));
            return;
        }
        Attempt attempt = Attempt.begin(back);
        runBlocking(context, logins, () -> issuer.authorization(attempt), place -> {
            context.response().addCookie(cookie(ATTEMPT, seal.seal(ATTEMPT, attempt), Attempt.LASTS));
            redirect(context, place.toString());
        });
    }

    private void callback(RoutingContext context) {
        callbacks.admit(HttpServer.client(context));
        RequestAudit.action(context, "login");
        Attempt attempt = sealed(context, ATTEMPT, Attempt.class).filter(begun -> !begun.isOver(Instant.now()))
                .orElseThrow(() -> new Problem(401, "Not logged in", "This login took too long, or began elsewhere. Log in again."));
        AuthenticationResponse answer = answer(context.request().uri(), attempt);
        // an attempt is for one answer, whatever it says; the answer to another attempt does not end this one, nor does an issuer that is unavailable
        context.addHeadersEndHandler(head -> {
            if (context.response().getStatusCode() != 503) {
                context.response().addCookie(cookie(ATTEMPT, "", Duration.ZERO));
            }
        });
        String code = code(answer);
        runBlocking(context, logins, () -> issuer.user(code, attempt), login -> {
            RequestAudit.actor(context, Actor.of(login.user().subject(), login.user().roles()));
            keep(context, Session.begin(login, Instant.now()));
            String idToken = seal.seal(ID_TOKEN, new IdToken(login.idToken()));
            boolean fits = idToken.length() <= MOST_ID_TOKEN;
            context.response().addCookie(cookie(ID_TOKEN, fits ? idToken : "", fits ? settings.maximum() : Duration.ZERO).setPath(LOGOUT));
            redirect(context, attempt.back());
        });
    }

    /** A browser that returns to the issuer's form after its login, or whose user gives up another one, still has its session. */
    private void keepSession(RoutingContext context) {
        Optional<Session> open = openSession(context);
        if (open.isPresent() && context.failure() instanceof Problem problem && problem.status() == 401 && prefersPage(context)) {
            RequestAudit.actor(context, Actor.of(open.get().subject(), open.get().roles()));
            redirect(context, sealed(context, ATTEMPT, Attempt.class).map(Attempt::back).orElse(HOME));
        } else {
            context.next();
        }
    }

    private record IdToken(String token) {
    }

    /** @throws Problem 401 unless it is the issuer's answer to this attempt */
    private AuthenticationResponse answer(String uri, Attempt attempt) {
        try {
            AuthenticationResponse answer = AuthenticationResponseParser.parse(URI.create(settings.publicUrl() + uri));
            if (answer.getState() != null && answer.getState().getValue().equals(attempt.state())
                    && (answer.getIssuer() == null || answer.getIssuer().getValue().equals(settings.issuer()))) {
                return answer;
            }
            rareLog.info(LOGIN_FAILS, LOGIN_FAILS, "the answer belongs to another login attempt");
        } catch (ParseException | IllegalArgumentException e) {
            rareLog.info(LOGIN_FAILS, LOGIN_FAILS, e.getMessage());
        }
        throw notLoggedInByIssuer();
    }

    /** @throws Problem 401 the issuer did not log the user in */
    private String code(AuthenticationResponse answer) {
        if (answer instanceof AuthenticationSuccessResponse success && success.getAuthorizationCode() != null) {
            return success.getAuthorizationCode().getValue();
        }
        rareLog.info(LOGIN_FAILS, LOGIN_FAILS, answer.indicatesSuccess() ? "the answer has no code" : answer.toErrorResponse().getErrorObject().getCode());
        throw notLoggedInByIssuer();
    }

    private static Problem notLoggedInByIssuer() {
        return new Problem(401, "Not logged in", "The issuer did not log you in, or another login began meanwhile. Log in again.");
    }

    private void logout(RoutingContext context) {
        Optional<Session> open = openSession(context);
        open.ifPresent(session -> {
            RequestAudit.action(context, "logout");
            RequestAudit.actor(context, Actor.of(session.subject(), session.roles()));
        });
        requireOwnPage(context.request());
        open.ifPresent(ended::end);
        String idToken = sealed(context, ID_TOKEN, IdToken.class).map(IdToken::token).orElse(null);
        runBlocking(context, logouts, () -> issuer.logout(idToken), location -> {
            setSession(context, "", Duration.ZERO);
            context.response().addCookie(cookie(ID_TOKEN, "", Duration.ZERO).setPath(LOGOUT));
            send(context, Map.of("location", location));
        });
    }

    /** Ends sessions because of a logout at the issuer. */
    private void endSessions(RoutingContext context) {
        RequestAudit.action(context, "backchannel-logout");
        SmallBody.of(context.request()).onFailure(context::fail)
                .onSuccess(body -> resume(context, Future.succeededFuture(body.toString()).compose(this::logoutToken), logout -> end(context, logout)));
    }

    /** The sessions end also if the sender does not wait for the answer. */
    private Future<LogoutTokenClaimsSet> logoutToken(String form) {
        IssuerCalls calls = issuer.knowsKeyOf(OpenIdIssuer.logoutTokenIn(form)) ? reportedLogouts : logoutKeySearches;
        return calls.call(() -> true, () -> issuer.logoutToken(form));
    }

    private void end(RoutingContext context, LogoutTokenClaimsSet logout) {
        String subject = logout.getSubject() == null ? null : logout.getSubject().getValue();
        String id = logout.getSessionID() == null ? null : logout.getSessionID().getValue();
        RequestAudit.target(context, id);
        RequestAudit.actor(context, subject == null ? Actor.NOBODY : Actor.of(subject, Set.of()));
        ended.end(subject, id, logout.getIssueTime().toInstant());
        context.response().end();
    }

    private void identify(RoutingContext context) {
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
            withSession(context, found -> {
                if (found.isEmpty() && isPage(context)) {
                    context.response().putHeader(CACHE_CONTROL, "no-store").putHeader("Vary", "Accept");
                    redirect(context, "/login?" + BACK + "=" + path);
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
        return SAFE.contains(context.request().method()) && PAGES.matcher(context.normalizedPath()).matches() && prefersPage(context);
    }

    private static boolean prefersPage(RoutingContext context) {
        return ListHeader.prefers(context.request().headers().getAll("Accept"), "text/html", "application/json");
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
            resume(context, Future.fromCompletionStage(tokenChecks.check(context, token), vertx.getOrCreateContext()), pass);
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

    private UnaryOperator<String> tokens(String subject, Set<String> roles) {
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

    private static void requireOwnPage(HttpServerRequest request) {
        if (!request.headers().contains(OWN_PAGE_HEADER)) {
            throw new Problem(403, "Cross-site request", "With a session, send the header " + OWN_PAGE_HEADER + ", which pages of other sites cannot send.");
        }
    }

    /** The session of the request, unless it has ended. */
    private Optional<Session> openSession(RoutingContext context) {
        Instant now = Instant.now();
        return sealed(context, SESSION, Session.class)
                .filter(session -> !session.isOver(now, settings.idle(), settings.maximum()) && !ended.include(session));
    }

    /** Continues with the session of the request; if it is due, the issuer confirms it before. While the issuer does not answer, sessions go on. */
    private void withSession(RoutingContext context, Consumer<Optional<Session>> then) {
        Instant now = Instant.now();
        Optional<Session> open = openSession(context);
        if (open.isEmpty() || !open.get().needsRenewal(now, settings.renewal())) {
            open.filter(session -> session.needsUpdate(now, settings.idle())).ifPresent(session -> keep(context, session.seenAt(now)));
            then.accept(open);
            return;
        }
        Session session = open.get();
        resume(context, Future.fromCompletionStage(renewal.renew(session), vertx.getOrCreateContext()).otherwise(unavailable -> {
            LOG.debug("The session of {} goes on without the issuer", session.subject(), unavailable);
            return open;
        }), renewed -> {
            if (renewed.isEmpty()) {
                ended.end(session);
                setSession(context, "", Duration.ZERO);
            }
            renewed.ifPresent(each -> keep(context, each.seenAt(now)));
            then.accept(renewed);
        });
    }

    private void keep(RoutingContext context, Session session) {
        String sealed = seal.seal(SESSION, session);
        if (sealed.length() > MOST_SESSION) {
            LOG.warn("The issuer's refresh token for {} does not fit into a cookie: this session ends at a logout or by its age only", session.subject());
            sealed = seal.seal(SESSION, session.withoutRefreshToken());
        }
        setSession(context, sealed, settings.maximum());
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

    private <T> Optional<T> sealed(RoutingContext context, String name, Class<T> type) {
        Cookie cookie = context.request().getCookie(name);
        return cookie == null ? Optional.empty() : seal.open(name, cookie.getValue(), type);
    }

    /** A secure cookie; browsers treat {@code localhost} as secure, too. */
    private static Cookie cookie(String name, String value, Duration lasts) {
        return Cookie.cookie(name, value).setPath("/").setMaxAge(lasts.toSeconds()).setSecure(true).setHttpOnly(true).setSameSite(CookieSameSite.LAX);
    }

    /** Runs work that waits for the issuer in a worker thread, unless the client leaves before, and then continues on the event loop. */
    private static <T> void runBlocking(RoutingContext context, IssuerCalls calls, Callable<T> work, Consumer<T> then) {
        resume(context, calls.call(() -> !context.response().closed(), work), then);
    }

    /** Continues the request on the event loop with the result. */
    private static <T> void resume(RoutingContext context, Future<T> future, Consumer<T> then) {
        context.request().pause();
        future.onComplete(result -> {
            context.request().resume();
            try {
                if (result.failed()) {
                    throw result.cause();
                }
                then.accept(result.result());
            } catch (Throwable failure) {
                context.fail(failure);
            }
        });
    }

    private static void redirect(RoutingContext context, String place) {
        context.response().setStatusCode(302).putHeader("Location", place).end();
    }

    static void send(RoutingContext context, Object body) {
        context.response().putHeader("Content-Type", "application/json").end(Json.text(body));
    }
}
