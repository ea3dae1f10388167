package phone82.platform.http;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.identity.Sender;
import phone82.platform.identity.TokenVerifier;

import java.util.Set;
import java.util.function.Supplier;

/** Checks the tokens that the contexts send each other. */
record TokenAccess(Supplier<TokenVerifier> verifier) implements Access {

    @Override
    public String check(Set<String> roles, RoutingContext request) {
        Sender sender = verifier.get().sender(request.request().getHeader("Authorization"));
        RequestAudit.actor(request, Actor.of(sender.subject(), sender.roles()));
        if (!sender.hasAnyOf(roles)) {
            throw new Problem(403, "Not allowed", "Only " + String.join(", ", roles) + " may call this operation, and the token was issued by " + sender.issuer() + ".");
        }
        return sender.issuer();
    }
}
