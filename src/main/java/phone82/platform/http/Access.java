package phone82.platform.http;

import phone82.platform.Problem;

import java.util.Set;

/** Decides whether a request may call its operation. */
@FunctionalInterface
public interface Access {

    /**
     * @param roles         those that the operation is for; any of them will do
     * @param authorization the request's {@code Authorization}; null if there is none
     * @return the context that sends it
     * @throws Problem 401 nobody knows who it is; 403 it is none of them
     */
    String check(Set<String> roles, String authorization);
}
