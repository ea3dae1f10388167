package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;
import phone82.platform.Problem;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Login;
import phone82.platform.identity.Sender;
import phone82.platform.identity.TokenVerifier;

import java.util.Set;
import java.util.function.Supplier;

/** Says on whose behalf a request comes: of whom the gateway's token names, or where nobody has to log in, of the user {@code demo}. */
public class Authentication {

    private static final String OPERATORS_COMMAND = Sender.service(Caller.OPERATOR);

    private final Login login;
    private final Supplier<TokenVerifier> tokens;

    Authentication(Login login, Supplier<TokenVerifier> tokens) {
        this.login = login;
        this.tokens = tokens;
    }

    /**
     * @param roles any of which is needed
     * @throws Problem 401 nobody knows who it is; 403 they have none of the roles
     */
    public Caller caller(Set<String> roles, HttpServerRequest request) {
        Caller caller = login == Login.NONE ? Caller.DEMO : caller(tokens.get().sender(request.getHeader("Authorization")));
        if (!caller.hasAnyOf(roles)) {
            throw new Problem(403, "Not allowed", "This needs one of the roles " + String.join(", ", roles) + ". Log in as somebody who has it.");
        }
        return caller;
    }

    private static Caller caller(Sender sender) {
        return sender.roles().contains(OPERATORS_COMMAND) ? new Caller(sender.subject(), Set.of(Caller.OPERATOR))
                : new Caller(sender.subject(), sender.roles());
    }
}
