package phone82.platform.health;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;

/** Health checks of a context's database, and of the disk of an embedded one. */
@Configuration(proxyBeanMethods = false)
public class ResourcesHealthConfiguration {

    private static final String POSTGRESQL = "PostgreSQL";

    @Bean
    Check databaseCheck(DataSource database) {
        return Check.readiness("database", () -> {
            try (Connection connection = database.getConnection()) {
                if (!connection.isValid(2)) {
                    throw new SQLTransientConnectionException("the database does not answer");
                }
                String product = connection.getMetaData().getDatabaseProductName();
                if (product.equals(POSTGRESQL)) {
                    takesWrites(connection);
                }
                return Map.of("product", product);
            }
        });
    }

    /** A standby answers queries but accepts no writes, which every context needs. */
    private static void takesWrites(Connection connection) throws SQLException {
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

    @Bean
    Check diskCheck(Disk disk, HikariDataSource pool) {
        return Check.readiness("disk", () -> {
            if (pool.getDataSource() instanceof DurableDatabase embedded && embedded.waitsFor() != null) {
                throw new IllegalStateException(embedded.waitsFor());
            }
            return disk.check();
        });
    }
}
