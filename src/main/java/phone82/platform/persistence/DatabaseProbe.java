package phone82.platform.persistence;

import org.apache.commons.lang3.exception.ExceptionUtils;
import org.hsqldb.error.ErrorCode;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Finds out whether a database answers and accepts writes, which every context needs, and which failures say that it does not. */
public final class DatabaseProbe {

    private static final String POSTGRESQL = "PostgreSQL";
    private static final int SECONDS = 2;

    /** HikariCP's message for a connection that it has evicted. */
    private static final String EVICTED = "Connection is closed";

    private DatabaseProbe() {
    }

    /**
     * Returns the name of the database's product.
     *
     * @throws SQLException if the database does not answer within 2 s, or refuses writes
     */
    public static String probe(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return probe(connection);
        }
    }

    /**
     * Whether the database answers, accepts writes, and has not waited for more than 2 s for a standby to confirm a commit. Only reads, because each
     * commit that is attempted meanwhile occupies one more session of the server.
     */
    public static boolean commits(DataSource database) {
        try (Connection connection = database.getConnection()) {
            return !probe(connection).equals(POSTGRESQL) || !awaitsStandby(connection);
        } catch (SQLException e) {
            return false;
        }
    }

    private static String probe(Connection connection) throws SQLException {
        if (!connection.isValid(SECONDS)) {
            throw new SQLTransientConnectionException("the database does not answer");
        }
        String product = connection.getMetaData().getDatabaseProductName();
        if (product.equals(POSTGRESQL)) {
            requireWrites(connection);
        }
        return product;
    }

    private static void requireWrites(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet answer = statement.executeQuery("select pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")) {
            answer.next();
            if (answer.getBoolean(1)) {
                throw new SQLException("the database is a standby and accepts no writes (pg_is_in_recovery)");
            }
            if (answer.getBoolean(2)) {
                throw new SQLException("the database accepts no writes (transaction_read_only is on)");
            }
        }
    }

    private static boolean awaitsStandby(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet answer = statement.executeQuery("select exists (select 1 from pg_stat_activity where usename = current_user "
                     + "and wait_event = 'SyncRep' and query_start < clock_timestamp() - interval '" + SECONDS + " s')")) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    /** Whether something failed because the database is unavailable, so that it may succeed later without any change. */
    public static boolean isUnavailable(Throwable failure) {
        return ExceptionUtils.stream(failure).anyMatch(cause -> cause instanceof SQLException thrown && isOutage(thrown));
    }

    /**
     * Whether an unavailable database, its driver or its pool throws this: SQLSTATE class 08 (connection), 53 (resources, such as a full disk), 57P (server shuts down) or 58 (disk error), or 25006 (it refuses writes);
     * the pool has no connection left, or has evicted a broken one, so that the rollback fails; or HSQLDB's own code for a table file that
     * cannot grow.
     */
    public static boolean isOutage(SQLException failure) {
        return failure instanceof SQLTransientConnectionException
                || failure.getErrorCode() == -ErrorCode.DATA_FILE_IS_FULL
                || failure.getSQLState() == null && EVICTED.equals(failure.getMessage())
                || failure.getSQLState() != null && failure.getSQLState().matches("(08|53|57P|58).*|25006");
    }
}
