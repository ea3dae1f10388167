package phone82.platform.persistence;

import org.flywaydb.core.Flyway;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Migrations of a shared HSQLDB while another instance uses it. */
class MigrationLockTest {

    private static final String URL = "jdbc:hsqldb:mem:migration-lock;hsqldb.tx=mvcc";

    @TempDir
    private Path migrations;

    @Test
    void closesTheSessionsThatPreparedStatementsBeforeTheTableChanged() throws SQLException, IOException {
        DriverManagerDataSource database = new DriverManagerDataSource(URL, "SA", "");
        migrate(database, "V1__table.sql", "create table delivery (id integer primary key); insert into delivery values (1);");
        try (Connection other = database.getConnection(); PreparedStatement read = other.prepareStatement("select id from delivery")) {
            assertThat(read.executeQuery().next()).isTrue();

            migrate(database, "V2__column.sql", "alter table delivery add column reason varchar(10);");

            assertThatThrownBy(read::executeQuery).isInstanceOf(SQLException.class);
        }
        assertThat(new JdbcTemplate(database).queryForObject("select count(*) from delivery where reason is null", Integer.class)).isEqualTo(1);

        try (Connection other = database.getConnection()) {
            new MigrationLock().migrate(flyway(database));

            assertThat(other.isValid(1)).as("a session, if no table has changed").isTrue();
        }
    }

    private void migrate(DriverManagerDataSource database, String name, String sql) throws IOException {
        Files.writeString(migrations.resolve(name), sql);
        new MigrationLock().migrate(flyway(database));
    }

    private Flyway flyway(DriverManagerDataSource database) {
        return Flyway.configure().dataSource(database).locations("filesystem:" + migrations).load();
    }
}
