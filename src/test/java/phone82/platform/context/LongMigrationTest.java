package phone82.platform.context;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Migrations of a PostgreSQL that take longer than a request may wait for a statement. */
@ExtendWith(OutputCaptureExtension.class)
class LongMigrationTest {

    private static final String WAITS = "Another instance changes the tables; this one waits for it";
    private static final int MIGRATIONS = 2;

    private static EmbeddedPostgres postgres;

    @TempDir
    private Path scripts;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void emptyDatabase() throws IOException, SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
            connection.createStatement().execute("drop schema public cascade; create schema public");
        }
        Files.writeString(scripts.resolve("V1__table.sql"), "create table delivery (id integer primary key);");
    }

    @Test
    void takeAsLongAsTheyNeedWhileOtherInstancesWait(CapturedOutput log) throws Exception {
        Files.writeString(scripts.resolve("V2__slow.sql"), "select pg_sleep(4); alter table delivery add column reason varchar(10);");
        try (HikariDataSource pool = pool(); HikariDataSource other = pool()) {
            CompletableFuture<Void> migration = CompletableFuture.runAsync(() -> migrate(pool));
            awaitSession("query like 'select pg_sleep%' and state = 'active'");
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> migrate(other));

            migration.get(30, SECONDS);
            waiting.get(30, SECONDS);

            assertThat(new JdbcTemplate(other).queryForObject("select count(*) from flyway_schema_history where success", Integer.class)).isEqualTo(MIGRATIONS);
            assertThat(log.getOut()).containsOnlyOnce(WAITS);
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                // not returned, so that each is another one
                assertThat(pool.getConnection().getNetworkTimeout()).as("of a request").isEqualTo(1000);
            }
        }
    }

    @Test
    void thatFailReleaseTheOthers() throws Exception {
        Files.writeString(scripts.resolve("V2__wrong.sql"), "alter table nothing add column reason varchar(10);");
        try (HikariDataSource other = pool()) {
            CompletableFuture<Void> waiting;
            try (HikariDataSource pool = pool()) {
                assertThatThrownBy(() -> migrate(pool)).isInstanceOf(FlywayException.class);
                Files.writeString(scripts.resolve("V2__wrong.sql"), "alter table delivery add column reason varchar(10);");
                waiting = CompletableFuture.runAsync(() -> migrate(other));
            }

            waiting.get(30, SECONDS);

            assertThat(new JdbcTemplate(other).queryForList("select reason from delivery")).isEmpty();
        }
    }

    private void migrate(HikariDataSource pool) {
        new DatabaseConfiguration().migration(pool.getJdbcUrl()).migrate(Flyway.configure().dataSource(pool).locations("filesystem:" + scripts)
                // as in application.yaml; Flyway's own lock is given up earlier than usual
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false")).lockRetryCount(1).load());
    }

    /** With the limits of the contexts, which are longer. */
    private static HikariDataSource pool() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(postgres.getJdbcUrl("postgres", "postgres"));
        pool.setMaximumPoolSize(4);
        pool.addDataSourceProperty("socketTimeout", "1");
        pool.addDataSourceProperty("options", "-c idle_in_transaction_session_timeout=1s");
        return pool;
    }

    private static void awaitSession(String condition) {
        JdbcTemplate jdbc = new JdbcTemplate(postgres.getPostgresDatabase());
        await().until(() -> jdbc.queryForObject("select count(*) from pg_stat_activity where pid <> pg_backend_pid() and " + condition, Integer.class) == 1);
    }
}
