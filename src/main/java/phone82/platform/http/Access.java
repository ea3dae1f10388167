package phone82.platform.http;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;

import java.util.Set;

/** Decides whether a request may call its operation. */
@FunctionalInterface
public interface Access {

    /**
     * @param roles   the roles that may call the operation; one of them suffices
     * @param request gets the sender for the audit, also if it may not call the operation
     * @return the context that sends the request
     * @throws Problem 401 without a valid token; 403 if the sender has none of the roles
     */
    String check(Set<String> roles, RoutingContext request);
}
