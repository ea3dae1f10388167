package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Login;
import phone82.platform.identity.Sender;
import phone82.platform.identity.TokenVerifier;

import java.util.Set;
import java.util.function.Supplier;

/** Determines the user on whose behalf a request is sent: the subject of the gateway's token or, without logins, the user {@code demo}. */
public class Authentication {

    private static final Sender DEMO = new Sender("gateway", Caller.DEMO.subject(), Caller.DEMO.roles());
    private static final String OPERATORS_COMMAND = Sender.service(Caller.OPERATOR);

    private final Login login;
    private final Supplier<TokenVerifier> tokens;

    Authentication(Login login, Supplier<TokenVerifier> tokens) {
        this.login = login;
        this.tokens = tokens;
    }

    /**
     * @param roles the caller needs one of these
     * @throws Problem 401 without a valid token; 403 if the caller has none of the roles
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
        return login == Login.NONE ? DEMO : tokens.get().sender(request.getHeader("Authorization"));
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
