package phone82.platform.identity;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * On whose behalf a request comes.
 *
 * @param subject as the issuer names them; the owner of what they order
 */
public record Caller(String subject, Set<String> roles) {

    /** The exchange variable that has the caller. */
    public static final String VARIABLE = "caller";

    public static final String CUSTOMER = "customer";
    public static final String DEALER = "dealer";
    public static final String OPERATOR = "operator";

    /** All that a user can be. */
    public static final Set<String> USERS = Set.of(CUSTOMER, DEALER, OPERATOR);

    /** Everybody, where nobody has to log in. */
    public static final Caller DEMO = new Caller("demo", USERS);

    public Caller {
        roles = Set.copyOf(roles);
    }

    public boolean hasAnyOf(Collection<String> wanted) {
        return roles.stream().anyMatch(wanted::contains);
    }

    /**
     * Whether they see what this owner has; null owns what is from before customers logged in.
     *
     * @param all the roles that see everybody's, besides the operator
     */
    public boolean sees(String owner, String... all) {
        String seen = owns(all);
        return seen == null || seen.equals(owner);
    }

    /**
     * The owner whose things alone they see; null if they see everybody's.
     *
     * @param all the roles that see everybody's, besides the operator
     */
    public String owns(String... all) {
        return roles.contains(OPERATOR) || hasAnyOf(List.of(all)) ? null : subject;
    }
}
