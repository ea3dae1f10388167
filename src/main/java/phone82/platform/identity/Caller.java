package phone82.platform.identity;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The user on whose behalf a request is sent.
 *
 * @param subject the issuer's id of the user, or the subject of a {@link Guest}; the owner of the user's orders
 */
public record Caller(String subject, Set<String> roles) {

    /** Name of the exchange variable with the caller. */
    public static final String VARIABLE = "caller";

    public static final String CUSTOMER = "customer";
    public static final String DEALER = "dealer";
    public static final String OPERATOR = "operator";

    /** The role of a {@link Guest}. No issuer can give it. */
    public static final String GUEST = "guest";

    /** All roles of users who log in. */
    public static final Set<String> USERS = Set.of(CUSTOMER, DEALER, OPERATOR);
    /** All roles of people; the others are those of contexts. */
    public static final Set<String> PEOPLE = Set.of(CUSTOMER, DEALER, OPERATOR, GUEST);

    /** The caller of every request if there is no login. */
    public static final Caller DEMO = new Caller("demo", USERS);

    public Caller {
        roles = Set.copyOf(roles);
    }

    public boolean hasAnyOf(Collection<String> wanted) {
        return roles.stream().anyMatch(wanted::contains);
    }

    /**
     * Whether the caller may see objects of this owner; null is the owner of objects from before customers logged in.
     *
     * @param all roles that see the objects of all owners, besides the operator
     */
    public boolean sees(String owner, String... all) {
        String seen = owns(all);
        return seen == null || seen.equals(owner);
    }

    /**
     * Returns the owner to whose objects the caller is limited; null if there is no such limit.
     *
     * @param all roles that see the objects of all owners, besides the operator
     */
    public String owns(String... all) {
        return roles.contains(OPERATOR) || hasAnyOf(List.of(all)) ? null : subject;
    }
}
