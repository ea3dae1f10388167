package phone82.platform;

import jakarta.persistence.EntityManager;

/**
 * Locks one row until the transaction at hand ends, on every database alike: HSQLDB takes {@code select .. for update}
 * for a plain select, so the lock is an update that changes nothing.
 */
public final class RowLock {

    private final EntityManager entities;
    private final String lock;

    /** @param table with its key column, for example {@code orders}, {@code id} */
    public RowLock(EntityManager entities, String table, String key) {
        this.entities = entities;
        this.lock = "update " + table + " set version = version where " + key + " = ?1";
    }

    /** The entity as the last transaction left it, or null where there is none. It must not be at hand yet, unless it is locked already. */
    public <T> T find(Class<T> type, long id) {
        return lock(id) ? entities.find(type, id) : null;
    }

    /** An entity that was read before it was locked, as the last transaction left it. */
    public <T> T again(T entity, long id) {
        lock(id);
        entities.refresh(entity);
        return entity;
    }

    private boolean lock(long id) {
        return entities.createNativeQuery(lock).setParameter(1, id).executeUpdate() == 1;
    }
}
