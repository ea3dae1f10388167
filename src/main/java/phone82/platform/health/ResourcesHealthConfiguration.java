package phone82.platform.health;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Session;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import javax.sql.DataSource;
import java.sql.SQLTransientConnectionException;
import java.util.Map;

/** The health of what a context with a database cannot work without. */
@Configuration(proxyBeanMethods = false)
public class ResourcesHealthConfiguration {

    @Bean
    Check databaseCheck(DataSource database) {
        return Check.readiness("database", () -> {
            try (java.sql.Connection connection = database.getConnection()) {
                if (!connection.isValid(2)) {
                    throw new SQLTransientConnectionException("the database does not answer");
                }
                return Map.of("product", connection.getMetaData().getDatabaseProductName());
            }
        });
    }

    /** Over a connection of its own: those of the pool do not notice at once that the broker is away. */
    @Bean
    Check brokerCheck(JmsPoolConnectionFactory pool) {
        return Check.readiness("broker", () -> {
            try (Connection connection = ((ConnectionFactory) pool.getConnectionFactory()).createConnection()) {
                connection.createSession(false, Session.AUTO_ACKNOWLEDGE).close();
                return Map.of("connections", pool.getNumConnections());
            }
        });
    }
}
