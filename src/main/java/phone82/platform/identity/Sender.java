package phone82.platform.identity;

import java.util.Collection;
import java.util.Set;

/**
 * The sender of a request, from its verified token.
 *
 * @param issuer  the context that minted the token
 * @param subject the user or context on whose behalf the request is sent
 * @param roles   the sender's roles; that of a context is {@link #service}
 */
public record Sender(String issuer, String subject, Set<String> roles) {

    private static final String SERVICE = "service:";

    public Sender {
        roles = Set.copyOf(roles);
    }

    /** The role of a context that calls on its own behalf. */
    public static String service(String context) {
        return SERVICE + context;
    }

    /** Whether the role is that of a context. */
    public static boolean isService(String role) {
        return role.startsWith(SERVICE);
    }

    public boolean hasAnyOf(Collection<String> allowed) {
        return roles.stream().anyMatch(allowed::contains);
    }
}
