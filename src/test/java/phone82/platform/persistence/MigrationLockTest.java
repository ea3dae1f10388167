package phone82.platform.persistence;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Migrations of a shared HSQLDB while another instance uses it. */
class MigrationLockTest {

    private final DriverManagerDataSource database = new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID() + ";hsqldb.tx=mvcc", "SA", "");

    @TempDir
    private Path migrations;

    @Test
    void closesTheSessionsThatPreparedStatementsBeforeTheTableChanged() throws SQLException, IOException {
        migrate("V1__table.sql", "create table delivery (id integer primary key); insert into delivery values (1);");
        try (Connection other = database.getConnection(); PreparedStatement read = other.prepareStatement("select id from delivery")) {
            assertThat(read.executeQuery().next()).isTrue();

            migrate("V2__column.sql", "alter table delivery add column reason varchar(10);");

            assertThatThrownBy(read::executeQuery).isInstanceOf(SQLException.class);
        }
        assertThat(new JdbcTemplate(database).queryForObject("select count(*) from delivery where reason is null", Integer.class)).isEqualTo(1);

        try (Connection other = database.getConnection()) {
            new MigrationLock().migrate(flyway());

            assertThat(other.isValid(1)).as("a session, if no table has changed").isTrue();
        }
    }

    @Test
    void waitsForTheSessionThatMigrates() throws Exception {
        JdbcTemplate jdbc = new JdbcTemplate(database);
        CountDownLatch migrating = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> first = migratesSlowly(migrating, end);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> new MigrationLock().migrate(flyway()));

        await().during(Duration.ofMillis(500)).until(() -> !second.isDone());

        jdbc.update("update migration.turn set taken_until = taken_until - interval '59' minute");
        await().during(Duration.ofMillis(500)).until(() -> !second.isDone());
        end.countDown();
        first.get(10, SECONDS);
        second.get(10, SECONDS);
    }

    /** The session that waits is one of those that the other instance closes. */
    @Test
    void startsWhenTheInstanceForWhichItWaitedHasChangedTables() throws Exception {
        Files.writeString(migrations.resolve("V1__table.sql"), "create table delivery (id integer primary key);");
        CountDownLatch migrating = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> first = migratesSlowly(migrating, end);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> new MigrationLock().migrate(flyway()));
        await().until(() -> new JdbcTemplate(database).queryForObject("select count(*) from information_schema.system_sessions", Integer.class) >= 3);

        end.countDown();
        first.get(10, SECONDS);

        second.get(10, SECONDS);
    }

    @Test
    void doesNotWaitForASessionThatHasEnded() throws Exception {
        migrate("V1__table.sql", "create table delivery (id integer primary key);");
        new JdbcTemplate(database).update("update migration.turn set taken_until = current_timestamp + interval '59' minute");

        CompletableFuture.runAsync(() -> new MigrationLock().migrate(flyway())).get(10, SECONDS);
    }

    /** A migration that takes until the latch is opened. */
    private record SlowMigration(CountDownLatch begun, CountDownLatch end) implements Callback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_MIGRATE;
        }

        @Override
        public boolean canHandleInTransaction(Event event, Context context) {
            return false;
        }

        @Override
        public void handle(Event event, Context context) {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public String getCallbackName() {
            return "slow migration";
        }
    }

    /** Returns when the migration has begun; it takes until the latch is opened. */
    private CompletableFuture<Void> migratesSlowly(CountDownLatch migrating, CountDownLatch end) throws InterruptedException {
        Flyway slow = Flyway.configure().dataSource(database).locations("filesystem:" + migrations).callbacks(new SlowMigration(migrating, end)).load();
        CompletableFuture<Void> migration = CompletableFuture.runAsync(() -> new MigrationLock().migrate(slow));
        migrating.await();
        return migration;
    }

    private void migrate(String name, String sql) throws IOException {
        Files.writeString(migrations.resolve(name), sql);
        new MigrationLock().migrate(flyway());
    }

    private Flyway flyway() {
        return Flyway.configure().dataSource(database).locations("filesystem:" + migrations).load();
    }
}
