package phone82.platform.event;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import java.time.Duration;

/** The events that a context consumes. */
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
}
