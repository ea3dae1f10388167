package phone82.platform.event;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.jms.ConnectionFactory;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.connection.JmsTransactionManager;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

import java.time.Duration;

/** The events that a context consumes, and its transactions with the broker. */
@Configuration(proxyBeanMethods = false)
public class EventConfiguration {

    @Bean
    Envelope envelope(@Value("${phone82.context}") String context) {
        return new Envelope("/phone82/" + context);
    }

    @Bean
    Inbox inbox(JdbcTemplate jdbc, @Value("${phone82.inbox.keep}") Duration keep) {
        return new Inbox(jdbc, keep);
    }

    @Bean
    DeadLetters deadLetters(JmsTemplate broker, @Value("${phone82.context}") String context) {
        return new DeadLetters(broker, context);
    }

    @Bean
    MeterBinder waitingDeadLetters(DeadLetters deadLetters) {
        return metrics -> Gauge.builder("phone82.dead.letters", deadLetters, DeadLetters::count)
                .description("events that could not be processed here and wait to be replayed").register(metrics);
    }

    /** The policy {@code broker}: one transaction with the broker, inside that of the database where there is one. */
    @Bean
    SpringTransactionPolicy broker(ConnectionFactory connectionFactory) {
        JmsTransactionManager manager = new JmsTransactionManager(connectionFactory);
        manager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
        return new SpringTransactionPolicy(manager);
    }
}
