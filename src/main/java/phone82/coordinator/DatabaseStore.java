package phone82.coordinator;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.state.InputObjectState;
import com.arjuna.ats.arjuna.state.OutputObjectState;
import com.arjuna.ats.internal.arjuna.objectstore.jdbc.JDBCStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import com.zaxxer.hikari.HikariDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import phone82.platform.persistence.DatabaseProbe;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Narayana's table in PostgreSQL. All its statements run in one session, which has an advisory lock that only one session can have. So a
 * coordinator that was frozen or cut off can write nothing any more when another one begins, because its session has ended. With a new session
 * all LRAs are read again, as another coordinator may have changed them.
 */
final class DatabaseStore implements LraStore {

    /** Narayana's table; Narayana itself cannot create it a second time in PostgreSQL. */
    private static final String TABLE = "create table if not exists JBossTSTxTable (StateType integer not null, Hidden integer not null, "
            + "TypeName varchar(255) not null, UidString varchar(255) not null, ObjectState bytea, primary key (UidString, TypeName, StateType))";
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseStore.class);
    private static final int SECONDS = 2;

    private final HikariDataSource pool;
    /** Read-locked by work on the LRAs, write-locked while they are read again. */
    private final ReentrantReadWriteLock working = new ReentrantReadWriteLock();
    /** The session in which the LRAs were read, and in which all work is done; null while there is none. */
    private volatile Connection session;
    private volatile String obstacle = "the LRAs have not been read yet";
    private boolean logged;

    /** @param pool has one connection, which takes the lock when it is opened */
    DatabaseStore(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * The JDBC store of Narayana, but after any access that fails, all LRAs are read again; Narayana would take those that it cannot read for
     * ended ones. A write that fails ends the work in which it happens; Narayana would undo what it is closing.
     */
    public static final class Store extends JDBCStore {

        public Store(ObjectStoreEnvironmentBean settings) throws ObjectStoreException {
            super(settings);
        }

        private void lose() {
            ((HeldSession) jdbcStoreEnvironmentBean.getJdbcDataSource()).store().lose("a statement failed; --logging.level.com.arjuna=warn shows why");
        }

        @Override
        public boolean write_committed(Uid uid, String type, OutputObjectState state) throws ObjectStoreException {
            if (!super.write_committed(uid, type, state)) {
                lose();
                throw new StoreUnavailable("The coordinator cannot write to its database.");
            }
            return true;
        }

        @Override
        public InputObjectState read_committed(Uid uid, String type) throws ObjectStoreException {
            try {
                return super.read_committed(uid, type);
            } catch (ObjectStoreException e) {
                lose();
                throw e;
            }
        }

        @Override
        public int currentState(Uid uid, String type) throws ObjectStoreException {
            try {
                return super.currentState(uid, type);
            } catch (ObjectStoreException e) {
                lose();
                throw e;
            }
        }

        @Override
        public boolean allObjUids(String type, InputObjectState uids, int match) throws ObjectStoreException {
            if (!super.allObjUids(type, uids, match)) {
                lose();
                return false;
            }
            return true;
        }
    }

    /** Gives Narayana the connection of the session. It must not be equal to that of another store in this JVM, as Narayana keeps them in a map. */
    private final class HeldSession extends DelegatingDataSource {

        HeldSession() {
            super(pool);
        }

        DatabaseStore store() {
            return DatabaseStore.this;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection held = session;
            if (held == null) {
                // without waiting for the database, as the work in progress may have done already
                throw notHeld();
            }
            Connection connection = super.getConnection();
            if (held == connection.unwrap(Connection.class)) {
                return connection;
            }
            connection.close();
            lose("the session has ended");
            throw notHeld();
        }

        private static SQLException notHeld() {
            return new SQLTransientConnectionException("this process does not hold the store");
        }

        @Override
        public String toString() {
            return "session " + System.identityHashCode(this);
        }
    }

    @Override
    public void install() {
        HeldSession held = new HeldSession();
        for (String name : new String[]{null, "communicationStore", "stateStore"}) {
            ObjectStoreEnvironmentBean settings = BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name);
            settings.setObjectStoreType(Store.class.getName());
            settings.setJdbcDataSource(held);
            settings.setCreateTable(false);
        }
    }

    @Override
    public void hold(Memory lras) {
        if (session != null) {
            try {
                verify();
                return;
            } catch (StoreUnavailable e) {
                LOG.debug("a new session is needed", e);
            }
        }
        // the work in progress fails at its next access to the store
        working.writeLock().lock();
        try {
            lras.pause();
            session = open();
            lras.read();
            verify();
            LOG.info("The coordinator holds its database");
            logged = false;
        } catch (SQLException | RuntimeException | Error e) {
            // Narayana throws an Error if it cannot open its store
            session = null;
            if (!(e instanceof StoreUnavailable)) {
                obstacle = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
            }
            if (!logged) {
                LOG.warn("The coordinator waits for its database: {}", obstacle);
                logged = true;
            }
        } finally {
            working.writeLock().unlock();
        }
    }

    private Connection open() throws SQLException {
        DatabaseProbe.probe(pool);
        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            return connection.unwrap(Connection.class);
        }
    }

    private void lose(String reason) {
        if (session != null) {
            session = null;
            obstacle = reason;
        }
    }

    @Override
    public void use(Runnable work) {
        if (session == null || !working.readLock().tryLock()) {
            throw unavailable();
        }
        try {
            if (session == null) {
                throw unavailable();
            }
            work.run();
        } finally {
            working.readLock().unlock();
        }
    }

    private StoreUnavailable unavailable() {
        return new StoreUnavailable("The coordinator does not hold its database: " + obstacle + ".");
    }

    @Override
    public void verify() {
        try (Connection connection = new HeldSession().getConnection()) {
            if (!connection.isValid(SECONDS)) {
                lose("the database does not answer");
            }
        } catch (SQLException e) {
            lose(NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        }
        if (session == null) {
            throw unavailable();
        }
    }

    @Override
    public Map<String, ?> check() throws Exception {
        if (session == null || working.isWriteLocked()) {
            throw new SQLException(obstacle);
        }
        return Map.of("product", DatabaseProbe.probe(pool));
    }

    @Override
    public void release() {
        pool.close();
    }
}
