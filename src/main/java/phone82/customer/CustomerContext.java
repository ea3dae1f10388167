package phone82.customer;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.BoundedContext;
import phone82.platform.http.Authentication;
import phone82.platform.http.Contract;

/** The bounded context {@code customer}: the view of all progress. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(BoundedContext.class)
@EnableConfigurationProperties(StreamLimits.class)
public class CustomerContext {

    @Bean
    History history(JdbcTemplate jdbc, HistoryStream stream) {
        return new History(jdbc, stream::wake);
    }

    @Bean
    HistoryStream historyStream(JdbcTemplate jdbc, Contract contract, Authentication authentication, StreamLimits limits) {
        return new HistoryStream(new Recorded(jdbc), contract, authentication, limits);
    }
}
