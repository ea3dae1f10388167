package phone82.platform.persistence;

import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A lock so that only one instance at a time migrates the tables of a shared HSQLDB. Flyway has one for other databases; on HSQLDB a lock
 * held by a transaction would block the migration itself.
 */
public class MigrationLock implements FlywayMigrationStrategy {

    @Override
    public void migrate(Flyway flyway) {
        JdbcTemplate jdbc = new JdbcTemplate(flyway.getConfiguration().getDataSource());
        if (jdbc.queryForObject("select count(*) from information_schema.tables where table_schema = 'MIGRATION'", Integer.class) == 0) {
            // in a separate schema, because Flyway expects an empty one at first
            jdbc.execute("create schema if not exists migration");
            jdbc.execute("create table if not exists migration.turn (id integer primary key, taken_until timestamp with time zone not null)");
        }
        jdbc.execute("merge into migration.turn using (values (1)) as only (id) on turn.id = only.id "
                + "when not matched then insert (id, taken_until) values (1, current_timestamp)");
        await(jdbc);
        try {
            if (flyway.migrate().migrationsExecuted > 0) {
                closeOtherSessions(jdbc);
            }
        } finally {
            jdbc.update("update migration.turn set taken_until = current_timestamp");
        }
    }

    /**
     * A statement that another session prepared before a change of its table may find the table empty from then on (HSQLDB 2.7). Closed
     * sessions fail instead, and their pools open new ones.
     */
    private static void closeOtherSessions(JdbcTemplate jdbc) {
        jdbc.queryForList("select session_id from information_schema.system_sessions where session_id <> session_id()", Long.class)
                .forEach(session -> jdbc.execute("alter session " + session + " close"));
        if (jdbc.getDataSource() instanceof HikariDataSource pool) {
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** Waits for the lock, which expires after a minute in case its holder has crashed. */
    private static void await(JdbcTemplate jdbc) {
        while (jdbc.update("update migration.turn set taken_until = current_timestamp + interval '1' minute where taken_until <= current_timestamp") == 0) {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while another instance changes the tables", e);
            }
        }
    }
}
