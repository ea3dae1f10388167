package phone82.platform.persistence;

import jakarta.persistence.EntityManager;

/**
 * Locks one row until the current transaction ends, on every database: HSQLDB treats {@code select .. for update} as a plain select, so the
 * lock is an update that changes nothing.
 */
public final class RowLock {

    private final EntityManager entities;
    private final String lock;

    /** @param table with its key column, for example {@code orders}, {@code id} */
    public RowLock(EntityManager entities, String table, String key) {
        this.entities = entities;
        this.lock = "update " + table + " set version = version where " + key + " = ?1";
    }

    /** Locks and returns the committed state of an entity, or null if there is none. It must not be loaded before, unless it is already locked. */
    public <T> T find(Class<T> type, long id) {
        return lock(id) ? entities.find(type, id) : null;
    }

    /** Locks and refreshes an entity that was loaded before. */
    public <T> T again(T entity, long id) {
        lock(id);
        entities.refresh(entity);
        return entity;
    }

    private boolean lock(long id) {
        return entities.createNativeQuery(lock).setParameter(1, id).executeUpdate() == 1;
    }
}
