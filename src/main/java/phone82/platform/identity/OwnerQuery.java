package phone82.platform.identity;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;

/** Lists of what has an owner. */
public final class OwnerQuery {

    private OwnerQuery() {
    }

    /**
     * The entities in the order of their keys, the latest first.
     *
     * @param condition with its own parameters
     * @param owner     whose entities alone are wanted; null for everybody's
     */
    public static <T> TypedQuery<T> latest(EntityManager entities, Class<T> type, String condition, String key, String owner) {
        String query = "from " + type.getSimpleName() + " where " + condition;
        if (owner == null) {
            return entities.createQuery(query + " order by " + key + " desc", type);
        }
        // the columns of the index, or HSQLDB sorts all that fits
        return entities.createQuery(query + " and owner = :owner order by owner desc, " + key + " desc", type).setParameter("owner", owner);
    }
}
