package phone82.platform.persistence;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.FileSystemResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Migrations of an HSQLDB that were interrupted after any of their statements. */
class InterruptedMigrationTest {

    private static final Path FOLDER = Path.of("src/main/resources/db");

    /** Rows that a script must keep or change, by the script. */
    private static final Map<String, List<String>> ROWS = Map.of(
            "app/V30__owners.sql", List.of(
                    "insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) values (7, 'note20', 1, 1, 1, 'Shipped', timestamp '2026-01-01 10:00:00', 0)",
                    "insert into idempotency (idempotency_key, fingerprint, order_id, used_at) values ('42', 'f', 7, timestamp '2026-01-01 10:00:00')"),
            "pay/V4__intents.sql", List.of(payment(1, "Authorised", "null"), payment(2, "Authorised", "timestamp '2026-01-01 10:30:00'"),
                    payment(3, "Completed", "null"), payment(4, "Expired", "timestamp '2026-01-01 10:30:00'")));

    private final DriverManagerDataSource database = database();

    private static String payment(int order, String status, String captureAt) {
        return "insert into payment (order_id, item, qty, amount, status, authorised_at, expires_at, capture_at, capture_attempts, version) values (" + order
                + ", 'note20', 1, 1, '" + status + "', timestamp '2026-01-01 10:00:00', timestamp '2026-01-01 11:00:00', " + captureAt + ", 0, 0)";
    }

    @ParameterizedTest
    @CsvSource({"inbox,customer", "outbox,outbox", "saga,saga", "app,app", "pay,pay", "store,store", "customer,customer", "provider,provider"})
    void areCompletedAtTheNextStart(String folder) throws IOException {
        // "?": none if the version does not exist
        String previous = "0?";
        for (MigrationInfo migration : flyway(database, folder).load().info().all()) {
            String script = folder + "/" + migration.getScript();
            List<String> statements = HsqldbMigration.statements(new FileSystemResource(FOLDER.resolve(script)));
            DriverManagerDataSource uninterrupted = after(previous, folder, script);
            flyway(uninterrupted, folder).load().migrate();

            for (int done = 1; done <= statements.size(); done++) {
                DriverManagerDataSource interrupted = after(previous, folder, script);
                statements.subList(0, done).forEach(new JdbcTemplate(interrupted)::execute);

                new HsqldbMigration().migrate(flyway(interrupted, folder).load());

                assertThat(contents(interrupted)).as("after %d statements of %s", done, script).isEqualTo(contents(uninterrupted));
                remove(interrupted);
            }
            remove(uninterrupted);
            previous = migration.getVersion().getVersion();
        }
    }

    /** A database after a migration, with rows for the next script. */
    private static DriverManagerDataSource after(String migration, String folder, String next) {
        DriverManagerDataSource database = database();
        flyway(database, folder).target(migration).load().migrate();
        ROWS.getOrDefault(next, List.of()).forEach(new JdbcTemplate(database)::execute);
        return database;
    }

    /** Otherwise it stays in memory. */
    private static void remove(DriverManagerDataSource database) {
        new JdbcTemplate(database).execute("shutdown");
    }

    @Test
    void fromBeforeThisVersionAreCompletedToo(@TempDir Path scripts) throws IOException {
        write(scripts, "V1__delivery.sql", "create table delivery (id integer primary key);\ncreate index delivery_id on delivery (id);");
        Flyway flyway = Flyway.configure().dataSource(database).locations("filesystem:" + scripts).load();
        flyway.migrate();
        write(scripts, "V2__columns.sql", "alter table delivery add column a integer;\nalter table delivery add column b integer;");
        new JdbcTemplate(database).execute("alter table delivery add column a integer");
        assertThatThrownBy(flyway::migrate).isInstanceOf(FlywayException.class);
        assertThatThrownBy(flyway::migrate).as("a later start").isInstanceOf(FlywayException.class);

        assertThat(HsqldbMigration.changesTables(flyway)).isTrue();

        new JdbcTemplate(database).queryForList("select a, b from delivery");
        assertThat(HsqldbMigration.changesTables(flyway)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "alter table delivery add column a integer; alter table delivery alter column a set not null | integrity constraint violation | update delivery set a = 1",
            "create unique index delivery_item on delivery (item) | integrity constraint violation | delete from delivery where id = 2",
            "alter table other add column a integer | user lacks privilege or object not found: PUBLIC.OTHER | create table other (id integer)"})
    void anErrorOfAScriptIsReported(String script, String error, String correction, @TempDir Path scripts) throws IOException {
        write(scripts, "V1__delivery.sql", "create table delivery (id integer primary key, item integer);\ninsert into delivery values (1, 7);\ninsert into delivery values (2, 7);");
        write(scripts, "V2__change.sql", script);
        Flyway flyway = Flyway.configure().dataSource(database).locations("filesystem:" + scripts).load();

        for (int start = 1; start <= 2; start++) {
            assertThatThrownBy(() -> new HsqldbMigration().migrate(flyway)).isInstanceOf(MigrationFailed.class).hasMessage("V2__change.sql")
                    .rootCause().hasMessageStartingWith(error);
            assertThat(flyway.info().current().getState()).isEqualTo(MigrationState.FAILED);
        }
        new JdbcTemplate(database).update(correction);

        new HsqldbMigration().migrate(flyway);

        assertThat(flyway.info().current().getState()).isEqualTo(MigrationState.SUCCESS);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void eachMigrationOfTablesWithRowsIsLogged(@TempDir Path scripts, CapturedOutput log) throws IOException {
        Flyway flyway = Flyway.configure().dataSource(database).locations("filesystem:" + scripts).callbacks(new MigrationLog()).load();
        write(scripts, "V1__delivery.sql", "create table delivery (id integer primary key);");
        flyway.migrate();
        assertThat(log.getOut()).as("a new database").doesNotContain("The tables are changed");
        write(scripts, "V2__column.sql", "alter table delivery add column a integer;");
        Flyway.configure().configuration(flyway.getConfiguration()).callbacks(new MigrationLog()).load().migrate();
        assertThat(log.getOut()).containsSubsequence("The tables are changed by V2__column.sql; with many rows this takes minutes", "V2__column.sql is complete after 0 s");
    }

    private static void write(Path folder, String name, String sql) throws IOException {
        Files.writeString(folder.resolve(name), sql);
    }

    private static DriverManagerDataSource database() {
        return new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID() + ";hsqldb.tx=mvcc", "SA", "");
    }

    private static FluentConfiguration flyway(DriverManagerDataSource database, String folder) {
        return Flyway.configure().dataSource(database).locations("filesystem:" + FOLDER.resolve(folder));
    }

    /** The columns, indexes and rows of all tables, and the migrations that have run. */
    private static Map<String, List<String>> contents(DriverManagerDataSource database) {
        JdbcTemplate jdbc = new JdbcTemplate(database);
        Map<String, List<String>> contents = new TreeMap<>();
        List<String> tables = jdbc.queryForList("select table_name from information_schema.tables where table_schema = 'PUBLIC' and table_name <> 'flyway_schema_history'", String.class);
        tables.forEach(table -> contents.put(table, Stream.of(
                rows(jdbc, "select column_name, ordinal_position, column_default, is_nullable, dtd_identifier, is_identity from information_schema.columns "
                        + "where table_name = '" + table + "' order by ordinal_position"),
                rows(jdbc, "select index_name, non_unique, ordinal_position, column_name from information_schema.system_indexinfo "
                        + "where table_name = '" + table + "' order by column_name, ordinal_position, index_name"),
                rows(jdbc, "select * from " + table + " order by 1")).flatMap(List::stream).toList()));
        contents.put("history", rows(jdbc, "select \"version\", \"success\", \"checksum\" from \"flyway_schema_history\" order by \"installed_rank\""));
        return contents;
    }

    /** Numbers in generated names differ. */
    private static List<String> rows(JdbcTemplate jdbc, String query) {
        return jdbc.queryForList(query).stream().map(row -> row.toString().replaceAll("SYS_(\\w+?)_\\d+", "SYS_$1")).toList();
    }
}
