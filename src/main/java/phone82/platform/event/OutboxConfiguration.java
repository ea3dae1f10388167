package phone82.platform.event;

import jakarta.jms.ConnectionFactory;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.connection.JmsTransactionManager;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

/** The events that a context publishes, and the transaction in which they reach the broker. */
@Configuration(proxyBeanMethods = false)
public class OutboxConfiguration {

    /** Wakes the route that relays; while it is already awake, once more is enough. */
    private static final String RELAY = "seda:relay-events?size=1&discardWhenFull=true";

    @Bean
    Outbox outbox(JdbcTemplate jdbc, @Value("${phone82.context}") String context, ObjectProvider<ProducerTemplate> camel) {
        return new Outbox(jdbc, context, () -> camel.getObject().sendBody(RELAY, null));
    }

    /** The policy {@code broker}: one transaction with the broker, inside that of the database where there is one. */
    @Bean
    SpringTransactionPolicy broker(ConnectionFactory connectionFactory) {
        JmsTransactionManager manager = new JmsTransactionManager(connectionFactory);
        manager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
        return new SpringTransactionPolicy(manager);
    }
}
