package phone82.platform.health;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The readiness check of a database that answers but refuses writes. */
class DatabaseCheckTest {

    @Test
    void aDatabaseThatTakesNoWritesIsNotReady() throws Exception {
        Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "standby");
        try (EmbeddedPostgres primary = start(data)) {
            assertThat(check(primary.getPostgresDatabase()).work().call()).isEqualTo(Map.of("product", "PostgreSQL"));
            set(primary, "on");
            assertThatThrownBy(check(primary.getPostgresDatabase()).work()::call).isInstanceOf(SQLException.class).hasMessageContaining("transaction_read_only");
            set(primary, "off");
            assertThat(check(primary.getPostgresDatabase()).work().call()).isEqualTo(Map.of("product", "PostgreSQL"));
        }

        Files.createFile(data.resolve("standby.signal"));
        try (EmbeddedPostgres standby = start(data)) {
            assertThatThrownBy(check(standby.getPostgresDatabase()).work()::call).isInstanceOf(SQLException.class).hasMessageContaining("standby");
        }
    }

    private static Check check(DataSource database) {
        return new ResourcesHealthConfiguration().databaseCheck(database);
    }

    private static EmbeddedPostgres start(Path data) throws IOException {
        Redirect log = Redirect.appendTo(Path.of("target", "postgresql.txt").toFile());
        return EmbeddedPostgres.builder().setOutputRedirector(log).setErrorRedirector(log).setPGStartupWait(Duration.ofSeconds(60))
                .setDataDirectory(data).setCleanDataDirectory(false).start();
    }

    private static void set(EmbeddedPostgres database, String readOnly) throws SQLException {
        try (Connection connection = database.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("set default_transaction_read_only = off");
            statement.execute("alter database postgres set default_transaction_read_only = " + readOnly);
        }
    }
}
