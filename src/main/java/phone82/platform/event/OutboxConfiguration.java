package phone82.platform.event;

import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The events that a context publishes. */
@Configuration(proxyBeanMethods = false)
public class OutboxConfiguration {

    /** Wakes the route that relays; while it is already awake, once more is enough. */
    private static final String RELAY = "seda:relay-events?size=1&discardWhenFull=true";

    @Bean
    Outbox outbox(JdbcTemplate jdbc, @Value("${phone82.context}") String context, ObjectProvider<ProducerTemplate> camel) {
        return new Outbox(jdbc, context, () -> camel.getObject().sendBody(RELAY, null));
    }
}
