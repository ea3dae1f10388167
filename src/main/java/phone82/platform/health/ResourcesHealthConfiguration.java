package phone82.platform.health;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;

import javax.sql.DataSource;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.util.Map;

/** The health of a context's database, and of the disk that an embedded one is on. */
@Configuration(proxyBeanMethods = false)
public class ResourcesHealthConfiguration {

    @Bean
    Check databaseCheck(DataSource database) {
        return Check.readiness("database", () -> {
            try (Connection connection = database.getConnection()) {
                if (!connection.isValid(2)) {
                    throw new SQLTransientConnectionException("the database does not answer");
                }
                return Map.of("product", connection.getMetaData().getDatabaseProductName());
            }
        });
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
