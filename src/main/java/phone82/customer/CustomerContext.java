package phone82.customer;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.BoundedContext;

/** The bounded context {@code customer}: the view of all progress. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(BoundedContext.class)
public class CustomerContext {

    @Bean
    History history(JdbcTemplate jdbc) {
        return new History(jdbc);
    }
}
