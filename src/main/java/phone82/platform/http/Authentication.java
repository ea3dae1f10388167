package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Login;
import phone82.platform.identity.Sender;
import phone82.platform.identity.TokenVerifier;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Determines the user on whose behalf a request is sent: the subject of the gateway's token or, without logins, the user {@code demo}. Users of a gateway
 * with logins are refused where there are none: each would be {@code demo}, with all roles.
 */
public class Authentication {

    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);

    private static final Sender DEMO = new Sender("gateway", Caller.DEMO.subject(), Caller.DEMO.roles());
    private static final String OPERATORS_COMMAND = Sender.service(Caller.OPERATOR);

    private final String context;
    private final Login login;
    private final AtomicBoolean reported = new AtomicBoolean();
    private final Supplier<TokenVerifier> tokens;

    Authentication(String context, Login login, Supplier<TokenVerifier> tokens) {
        this.context = context;
        this.login = login;
        this.tokens = tokens;
    }

    /**
     * @param roles the caller needs one of these
     * @throws Problem 401 without a valid token or, if there are no logins, with an invalid one; 403 if the caller has none of the roles; 503 if only the
     *     gateway has logins
     */
    public Caller caller(Set<String> roles, RoutingContext request) {
        Sender sender = sender(request.request());
        RequestAudit.actor(request, Actor.of(sender.subject(), sender.roles()));
        return caller(roles, sender);
    }

    /** The same for a request that is admitted already. */
    Caller caller(Set<String> roles, HttpServerRequest request) {
        return caller(roles, sender(request));
    }

    private Sender sender(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (login != Login.NONE) {
            return tokens.get().sender(authorization);
        }
        if (authorization != null && tokens.get().sender(authorization).hasAnyOf(Caller.PEOPLE)) {
            if (!reported.getAndSet(true)) {
                LOG.error("Users log in at the gateway, but {} has no logins and refuses them: set {} (or {}=embedded) for {}, too, to the value that the gateway has",
                        context, Login.ISSUER_PROPERTY, Login.EMBEDDED_PROPERTY, context);
            }
            throw new Problem(503, "Login not set up", "This part of the shop is not set up for logins. Its operator must set " + Login.ISSUER_PROPERTY + " there, too.");
        }
        return DEMO;
    }

    private static Caller caller(Set<String> roles, Sender sender) {
        Caller caller = caller(sender);
        if (!caller.hasAnyOf(roles)) {
            throw new Problem(403, "Not allowed", "This needs one of the roles " + String.join(", ", roles) + ". Log in as a user who has it.");
        }
        return caller;
    }

    private static Caller caller(Sender sender) {
        return sender.roles().contains(OPERATORS_COMMAND) ? new Caller(sender.subject(), Set.of(Caller.OPERATOR))
                : new Caller(sender.subject(), sender.roles());
    }
}
