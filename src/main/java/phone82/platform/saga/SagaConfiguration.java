package phone82.platform.saga;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import java.time.Duration;

/** What a context needs to take part in sagas. */
@Configuration(proxyBeanMethods = false)
public class SagaConfiguration {

    @Bean
    Participation participation(JdbcTemplate jdbc, @Value("${phone82.inbox.keep}") Duration keep) {
        return new Participation(jdbc, keep);
    }

    @Bean
    Sagas sagas(@Value("${phone82.saga.coordinator-url}") String coordinator,
                @Value("${phone82.${phone82.context}.callback-url}") String participant,
                @Value("${phone82.saga.connect-timeout}") Duration connectTimeout,
                @Value("${phone82.saga.request-timeout}") Duration requestTimeout,
                @Value("${phone82.saga.time-limit}") Duration timeLimit) {
        return new Sagas(coordinator, participant, connectTimeout, requestTimeout, timeLimit);
    }
}
