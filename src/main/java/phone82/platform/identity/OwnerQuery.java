package phone82.platform.identity;

import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;

/** Queries for entities that have an owner. */
public final class OwnerQuery {

    private OwnerQuery() {
    }

    /**
     * Returns a query for entities by descending key.
     *
     * @param condition may have its own parameters
     * @param owner     only entities of this owner; null for all
     */
    public static <T> TypedQuery<T> latest(EntityManager entities, Class<T> type, String condition, String key, String owner) {
        String query = "from " + type.getSimpleName() + " where " + condition;
        if (owner == null) {
            return entities.createQuery(query + " order by " + key + " desc", type);
        }
        // the columns of the index; otherwise HSQLDB sorts all matching rows
        return entities.createQuery(query + " and owner = :owner order by owner desc, " + key + " desc", type).setParameter("owner", owner);
    }
}
