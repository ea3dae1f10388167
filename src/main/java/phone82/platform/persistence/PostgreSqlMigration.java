package phone82.platform.persistence;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Migrates a PostgreSQL. A statement may take as long as it needs, unlike those of requests; that the server has died is noticed by TCP keep-alive.
 * Other instances wait meanwhile. The session of the instance that migrates has a lock, which ends with it. Flyway has such a lock, too, but
 * waits for it only for a limited time, and logs nothing.
 */
public class PostgreSqlMigration implements FlywayMigrationStrategy {

    /** The key of the lock; any number that nobody else uses in this database. */
    private static final long KEY = 8282;

    @Override
    public void migrate(Flyway flyway) {
        DataSource database = flyway.getConfiguration().getDataSource();
        try (Connection holder = database.getConnection()) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(holder, true));
            MigrationTurn.await(() -> jdbc.queryForObject("select pg_try_advisory_lock(" + KEY + ")", Boolean.class));
            Flyway.configure().configuration(flyway.getConfiguration()).dataSource(withoutTimeout(database)).load().migrate();
            // after a failure the context closes the pool, which ends the session
            jdbc.queryForObject("select pg_advisory_unlock(" + KEY + ")", Boolean.class);
        } catch (SQLException e) {
            throw new FlywayException("no connection for the lock of the migration", e);
        }
    }

    /** The pool gives a connection its timeout back when it is returned. */
    private static DataSource withoutTimeout(DataSource pool) {
        return new DelegatingDataSource(pool) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                connection.setNetworkTimeout(Runnable::run, 0);
                return connection;
            }
        };
    }
}
