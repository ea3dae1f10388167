package phone82.provider;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.http.Access;

import java.util.Map;
import java.util.Set;

/** Access control of the provider: payments need the API key, failures on demand the control key. */
final class KeyAccess implements Access {

    private static final String REFUSAL = "Send the key for this operation: Authorization: Bearer <key>.";

    private final Map<String, BearerKey> keys;

    KeyAccess(String apiKey, String controlKey) {
        keys = Map.of("api-key", new BearerKey(apiKey, REFUSAL), "control-key", new BearerKey(controlKey, REFUSAL));
    }

    @Override
    public String check(Set<String> roles, RoutingContext request) {
        String role = roles.iterator().next();
        keys.get(role).require(request.request().getHeader("Authorization"));
        return role;
    }
}
