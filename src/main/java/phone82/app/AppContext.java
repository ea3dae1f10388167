package phone82.app;

import jakarta.persistence.EntityManagerFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.domain.EntityScan;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import phone82.platform.BoundedContext;
import phone82.platform.event.Outbox;
import phone82.platform.event.OutboxConfiguration;
import phone82.platform.saga.Participation;
import phone82.platform.saga.SagaConfiguration;


/** The bounded context {@code app}: orders and the price list. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Order.class)
@Import({BoundedContext.class, OutboxConfiguration.class, SagaConfiguration.class})
public class AppContext {

    @Bean
    Orders orders(Catalogue catalogue, Outbox outbox, Participation participation, EntityManagerFactory database) {
        return new Orders(catalogue, outbox, participation, database.unwrap(SessionFactoryImplementor.class).getJdbcServices().getDialect());
    }

    @Bean
    Catalogue catalogue(Environment environment) {
        return Binder.get(environment).bind("phone82.catalogue", Catalogue.class).get();
    }

    @Bean
    Cancellation cancellation(Orders orders) {
        return new Cancellation(orders);
    }

    @Bean
    PaymentCall paymentCall(@Value("${phone82.app.breaker.open-seconds}") long openSeconds) {
        return new PaymentCall(openSeconds);
    }
}
