package phone82.platform.audit;

import phone82.platform.identity.Caller;
import phone82.platform.identity.Sender;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Who acts: a user, a command of the operator, or the system itself.
 *
 * @param subject the issuer's id of the user; null if nobody is authenticated
 * @param roles   the user's roles; {@code service:<context>} for a context, {@code service:operator} for a command
 */
public record Actor(String subject, List<String> roles) {

    static final String COMMAND = Sender.service(Caller.OPERATOR);

    /** The subject of everything that no user has requested. */
    public static final String SYSTEM = "system";

    public static final Actor NOBODY = new Actor(null, List.of());

    /** The user of the operator's port. */
    public static Actor operator() {
        return new Actor(Caller.OPERATOR, List.of(COMMAND));
    }

    /** A context that acts by itself, for example by a timer. */
    public static Actor system(String context) {
        return new Actor(SYSTEM, List.of(Sender.service(context)));
    }

    /** The sender of a request, as its token names it. */
    public static Actor of(String subject, Collection<String> roles) {
        List<String> sorted = List.copyOf(new TreeSet<>(roles));
        return sorted.contains(COMMAND) || sorted.stream().noneMatch(Sender::isService) ? new Actor(subject, sorted)
                : new Actor(SYSTEM, sorted);
    }
}
