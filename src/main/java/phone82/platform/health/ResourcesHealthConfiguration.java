package phone82.platform.health;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import javax.sql.DataSource;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.util.Map;

/** The health of a context's database. */
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
}
