package phone82.platform.event;

import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

import java.time.Duration;

/** The events that a context consumes, and the transaction in which they take effect. */
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

    /** The policy {@code database}: one transaction on the context's own database. */
    @Bean
    SpringTransactionPolicy database(PlatformTransactionManager transactionManager) {
        return new SpringTransactionPolicy(transactionManager);
    }
}
