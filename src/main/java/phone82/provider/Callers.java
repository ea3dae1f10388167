package phone82.provider;

import phone82.platform.http.Access;

import java.util.Map;
import java.util.Set;

/** Who may call the provider: its customers with the API key, the demonstrator of failures with the control key. */
final class Callers implements Access {

    private static final String REFUSAL = "Send the key for this operation: Authorization: Bearer <key>.";

    private final Map<String, BearerKey> keys;

    Callers(String apiKey, String controlKey) {
        keys = Map.of("api-key", new BearerKey(apiKey, REFUSAL), "control-key", new BearerKey(controlKey, REFUSAL));
    }

    @Override
    public String check(Set<String> roles, String authorization) {
        String role = roles.iterator().next();
        keys.get(role).require(authorization);
        return role;
    }
}
