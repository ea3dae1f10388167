package phone82.platform.persistence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Finds out whether a database answers and accepts writes, which every context needs. */
public final class DatabaseProbe {

    private static final String POSTGRESQL = "PostgreSQL";
    private static final int SECONDS = 2;

    private DatabaseProbe() {
    }

    /**
     * Returns the name of the database's product.
     *
     * @throws SQLException if the database does not answer within 2 s, or refuses writes
     */
    public static String probe(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            if (!connection.isValid(SECONDS)) {
                throw new SQLTransientConnectionException("the database does not answer");
            }
            String product = connection.getMetaData().getDatabaseProductName();
            if (product.equals(POSTGRESQL)) {
                requireWrites(connection);
            }
            return product;
        }
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
}
