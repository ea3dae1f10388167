package phone82.provider;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;
import phone82.platform.http.Access;

import java.security.MessageDigest;
import java.util.Map;
import java.util.Set;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Access control of the provider: payments need the API key, failures on demand the control key. */
final class KeyAccess implements Access {

    private final Map<String, byte[]> authorizations;

    KeyAccess(String apiKey, String controlKey) {
        authorizations = Map.of("api-key", authorization(apiKey), "control-key", authorization(controlKey));
    }

    private static byte[] authorization(String key) {
        return ("Bearer " + key).getBytes(UTF_8);
    }

    @Override
    public String check(Set<String> roles, RoutingContext request) {
        String role = roles.iterator().next();
        String sent = request.request().getHeader("Authorization");
        if (sent == null || !MessageDigest.isEqual(authorizations.get(role), sent.getBytes(UTF_8))) {
            throw new Problem(401, "Not allowed", "Send the key for this operation: Authorization: Bearer <key>.").header("WWW-Authenticate", "Bearer");
        }
        return role;
    }
}
