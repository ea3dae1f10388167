package phone82.platform.identity;

import java.util.Collection;
import java.util.Set;

/**
 * Who sends a request, as a checked token states.
 *
 * @param issuer  the context that minted the token
 * @param subject the user or context on whose behalf it calls
 * @param roles   what the sender may act as; a context acts as {@link #service}
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

    static boolean isService(String role) {
        return role.startsWith(SERVICE);
    }

    public boolean hasAnyOf(Collection<String> allowed) {
        return roles.stream().anyMatch(allowed::contains);
    }
}
