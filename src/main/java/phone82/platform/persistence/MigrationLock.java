package phone82.platform.persistence;

import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A lock so that only one instance at a time migrates the tables of a shared HSQLDB. Flyway has one for other databases; on HSQLDB a lock
 * held by a transaction would block the migration itself. So a session holds it, however long the migration takes: it is free when that session has
 * ended. After an hour it is free in any case, because the server may not notice that the machine of a session has crashed.
 */
public class MigrationLock implements FlywayMigrationStrategy {

    /** Session ids begin anew when the server starts. */
    private static final String SESSION = "cast(session_id as varchar(20)) || ' ' || cast(connected as varchar(40))";

    @Override
    public void migrate(Flyway flyway) {
        MigrationTurn.await(() -> migrateInTurn(flyway));
    }

    /** Returns whether it was the turn of this instance. */
    private static boolean migrateInTurn(Flyway flyway) {
        DataSource database = flyway.getConfiguration().getDataSource();
        try (Connection holder = database.getConnection()) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(holder, true));
            if (!takeTurn(jdbc)) {
                return false;
            }
            try {
                if (HsqldbMigration.changesTables(flyway)) {
                    closeOtherSessions(jdbc, database);
                }
            } finally {
                jdbc.update("update migration.turn set taken_until = current_timestamp");
            }
            return true;
        } catch (SQLException e) {
            throw new FlywayException("no connection for the lock of the migration", e);
        }
    }

    private static boolean takeTurn(JdbcTemplate jdbc) {
        try {
            createTable(jdbc);
            return jdbc.update("update migration.turn set taken_until = current_timestamp + interval '1' hour, "
                    + "holder = (select " + SESSION + " from information_schema.system_sessions where session_id = session_id()) "
                    + "where taken_until <= current_timestamp or holder is null or holder not in (select " + SESSION + " from information_schema.system_sessions)") > 0;
        } catch (DataAccessResourceFailureException e) {
            // the instance whose turn it was has closed this session, too; without a server there is no next connection
            return false;
        }
    }

    private static void createTable(JdbcTemplate jdbc) {
        if (jdbc.queryForObject("select count(*) from information_schema.columns where table_schema = 'MIGRATION' and column_name = 'HOLDER'", Integer.class) == 0) {
            // in a separate schema, because Flyway expects an empty one at first
            jdbc.execute("create schema if not exists migration");
            jdbc.execute("create table if not exists migration.turn (id integer primary key, taken_until timestamp with time zone not null)");
            jdbc.execute("alter table migration.turn add column if not exists holder varchar(80)");
        }
        jdbc.execute("merge into migration.turn using (values (1)) as only (id) on turn.id = only.id "
                + "when not matched then insert (id, taken_until) values (1, current_timestamp)");
    }

    /**
     * A statement that another session prepared before a change of its table may find the table empty from then on (HSQLDB 2.7). Closed
     * sessions fail instead, and their pools open new ones.
     */
    private static void closeOtherSessions(JdbcTemplate jdbc, DataSource database) {
        jdbc.queryForList("select session_id from information_schema.system_sessions where session_id <> session_id()", Long.class)
                .forEach(session -> jdbc.execute("alter session " + session + " close"));
        if (database instanceof HikariDataSource pool) {
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }
}
