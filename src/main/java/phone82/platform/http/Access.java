package phone82.platform.http;

import phone82.platform.api.Problem;

import java.util.Set;

/** Decides whether a request may call its operation. */
@FunctionalInterface
public interface Access {

    /**
     * @param roles         the roles that may call the operation; one of them suffices
     * @param authorization the request's {@code Authorization}; null if there is none
     * @return the context that sends the request
     * @throws Problem 401 without a valid token; 403 if the sender has none of the roles
     */
    String check(Set<String> roles, String authorization);
}
