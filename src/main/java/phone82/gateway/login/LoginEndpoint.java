package phone82.gateway.login;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.AuthenticationSuccessResponse;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import phone82.gateway.login.OpenIdIssuer.Attempt;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.http.AdmissionCheck;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpServer;
import phone82.platform.http.ListHeader;
import phone82.platform.http.RequestAudit;
import phone82.platform.http.SmallBody;
import phone82.platform.identity.TokenMinter;
import phone82.platform.log.RareLog;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Logs browsers in and out, and shows them their session; they never get a token of the issuer. A {@link RequestIdentity} authenticates the requests
 * to the contexts.
 */
public class LoginEndpoint implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(LoginEndpoint.class);

    static final String ATTEMPT = "__Host-phone82-login";
    /** The ID token, which only a logout needs. */
    static final String ID_TOKEN = "__Secure-phone82-logout";
    private static final String LOGOUT = "/logout";
    private static final String LOGOUT_AT_ISSUER = "/backchannel-logout";
    /** Browsers discard cookies of more than 4096 bytes, and all headers of a request together must be below {@code phone82.http.head-bytes}. */
    private static final int MOST_ID_TOKEN = 3000;

    /** Sessions that the issuer confirms at once. */
    private static final int RENEWALS = 8;

    private static final String LOGIN_FAILS = "A login fails: {}";

    private static final String HOME = "/";
    /** The page that begins with the data of its user, whom it does not require to log in. */
    private static final String DEALER = "/dealer";
    static final String BACK = "back";
    private static final String REDIRECTED = "home";
    /** Where a login can lead back to. */
    private static final Pattern RETURNS = Pattern.compile("/(?:my-orders|dealer|orders(?:/[1-9]\\d{0,17})?)?");

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
    private final RareLog rareLog = new RareLog(LOG, OpenIdIssuer.QUIET);
    private IssuerCalls logins;
    private IssuerCalls logouts;
    private IssuerCalls reportedLogouts;
    /** Reported logouts whose check may wait for the issuer. */
    private IssuerCalls logoutKeySearches;
    private SessionCookies cookies;
    private RequestIdentity identity;

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
        // the issuer may hang: requests of one kind must occupy neither the threads of the other kinds nor those of the routes
        logins = new IssuerCalls(vertx, "login");
        logouts = new IssuerCalls(vertx, "logout");
        reportedLogouts = new IssuerCalls(vertx, "backchannel-logout");
        logoutKeySearches = new IssuerCalls(vertx, "logout-key-search");
        cookies = new SessionCookies(settings, seal, ended,
                new SessionRenewal(issuer, settings.renewal(), vertx.createSharedWorkerExecutor("session-renewal", RENEWALS)));
        identity = new RequestIdentity(settings, cookies, new TokenChecks(issuer, vertx), minter, contexts, guests, guestOrders);
        router.get("/login").handler(this::login);
        router.get("/callback").handler(this::callback).failureHandler(this::keepSession);
        router.post(LOGOUT).handler(this::logout);
        router.post(LOGOUT_AT_ISSUER).handler(this::endSessions);
        router.get("/session").handler(this::show);
        router.get(DEALER).handler(this::recognise);
        router.route().handler(identity);
    }

    /** Prepares the issuer in the background: otherwise each of the first requests would wait for that in a thread. */
    @EventListener(ApplicationStartedEvent.class)
    public void prepare() {
        logins.call(() -> true, issuer::known);
    }

    private void show(RoutingContext context) {
        cookies.withSession(context, session -> send(context, shown(session)));
    }

    private ShownSession shown(Optional<Session> session) {
        return new ShownSession(true, session.map(Session::subject).orElse(null), session.map(Session::name).orElse(null), session.map(Session::roles).orElse(null), guests != null);
    }

    /** Adds the session, if any, to the request for a page that anybody may open. */
    private void recognise(RoutingContext context) {
        cookies.withSession(context, found -> {
            context.put(ShownSession.KEY, shown(found));
            found.ifPresent(session -> context.put(RequestIdentity.TOKENS, identity.tokens(session.subject(), session.roles())));
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
            context.response().addCookie(SessionCookies.cookie(ATTEMPT, seal.seal(ATTEMPT, attempt), Attempt.LASTS));
            redirect(context, place.toString());
        });
    }

    private void callback(RoutingContext context) {
        callbacks.admit(HttpServer.client(context));
        RequestAudit.action(context, "login");
        Attempt attempt = cookies.sealed(context, ATTEMPT, Attempt.class).filter(begun -> !begun.isOver(Instant.now()))
                .orElseThrow(() -> new Problem(401, "Not logged in", "This login took too long, or began elsewhere. Log in again."));
        AuthenticationResponse answer = answer(context.request().uri(), attempt);
        // an attempt is for one answer, whatever it says; the answer to another attempt does not end this one, nor does an issuer that is unavailable
        context.addHeadersEndHandler(head -> {
            if (context.response().getStatusCode() != 503) {
                context.response().addCookie(SessionCookies.cookie(ATTEMPT, "", Duration.ZERO));
            }
        });
        String code = code(answer);
        runBlocking(context, logins, () -> issuer.user(code, attempt), login -> {
            RequestAudit.actor(context, Actor.of(login.user().subject(), login.user().roles()));
            cookies.keep(context, Session.begin(login, Instant.now()));
            String idToken = seal.seal(ID_TOKEN, new IdToken(login.idToken()));
            boolean fits = idToken.length() <= MOST_ID_TOKEN;
            context.response().addCookie(SessionCookies.cookie(ID_TOKEN, fits ? idToken : "", fits ? settings.maximum() : Duration.ZERO).setPath(LOGOUT));
            redirect(context, attempt.back());
        });
    }

    /** A browser that returns to the issuer's form after its login, or whose user gives up another one, still has its session. */
    private void keepSession(RoutingContext context) {
        Optional<Session> open = cookies.openSession(context);
        if (open.isPresent() && context.failure() instanceof Problem problem && problem.status() == 401 && ListHeader.prefersPage(context.request())) {
            RequestAudit.actor(context, Actor.of(open.get().subject(), open.get().roles()));
            redirect(context, cookies.sealed(context, ATTEMPT, Attempt.class).map(Attempt::back).orElse(HOME));
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
        Optional<Session> open = cookies.openSession(context);
        open.ifPresent(session -> {
            RequestAudit.action(context, "logout");
            RequestAudit.actor(context, Actor.of(session.subject(), session.roles()));
        });
        RequestIdentity.requireOwnPage(context.request());
        open.ifPresent(ended::end);
        String idToken = cookies.sealed(context, ID_TOKEN, IdToken.class).map(IdToken::token).orElse(null);
        runBlocking(context, logouts, () -> issuer.logout(idToken), location -> {
            SessionCookies.delete(context);
            context.response().addCookie(SessionCookies.cookie(ID_TOKEN, "", Duration.ZERO).setPath(LOGOUT));
            send(context, Map.of("location", location));
        });
    }

    /** Ends sessions because of a logout at the issuer. */
    private void endSessions(RoutingContext context) {
        RequestAudit.action(context, "backchannel-logout");
        SmallBody.of(context.request()).onFailure(context::fail)
                .onSuccess(body -> IssuerCalls.resume(context, Future.succeededFuture(body.toString()).compose(this::logoutToken), logout -> end(context, logout)));
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

    /** Runs work that waits for the issuer in a worker thread, unless the client leaves before, and then continues on the event loop. */
    private static <T> void runBlocking(RoutingContext context, IssuerCalls calls, Callable<T> work, Consumer<T> then) {
        IssuerCalls.resume(context, calls.call(() -> !context.response().closed(), work), then);
    }

    static void redirect(RoutingContext context, String place) {
        context.response().setStatusCode(302).putHeader("Location", place).end();
    }

    static void send(RoutingContext context, Object body) {
        context.response().putHeader("Content-Type", "application/json").end(Json.text(body));
    }
}
