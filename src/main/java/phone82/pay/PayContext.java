package phone82.pay;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.domain.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.pay.provider.PaymentProvider;
import phone82.pay.provider.SimulatedProvider;
import phone82.platform.BoundedContext;
import phone82.platform.Correlation;
import phone82.platform.WarmUp;
import phone82.platform.WarmUp.Rehearsal;
import phone82.platform.event.Outbox;
import phone82.platform.event.OutboxConfiguration;
import phone82.platform.saga.Participation;
import phone82.platform.saga.SagaConfiguration;

import java.time.Duration;
import java.time.Instant;

/** The bounded context {@code pay}: payments, and the way to the payment provider. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Payment.class)
@Import({BoundedContext.class, OutboxConfiguration.class, SagaConfiguration.class})
public class PayContext {

    @Bean
    @ConditionalOnProperty(name = "phone82.pay.provider", havingValue = "simulator")
    SimulatedProvider simulator() {
        return new SimulatedProvider();
    }

    /** An authorisation and its capture, without the provider; nothing of it is kept. */
    @Bean
    Rehearsal rehearsedPayment(EntityManagerFactory database, Outbox outbox, PlatformTransactionManager transactions) {
        EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(database);
        return () -> new TransactionTemplate(transactions).executeWithoutResult(transaction -> {
            transaction.setRollbackOnly();
            entities.find(Payment.class, -1L);
            Payment payment = Payment.authorised(-1, "rehearsal", 1, 1, Instant.now(), Duration.ZERO);
            entities.persist(payment);
            entities.flush();
            payment.confirm(Instant.now(), Correlation.current());
            outbox.add(payment.capture(Instant.now()));
            entities.flush();
        });
    }

    @Bean
    Rehearsal rehearsedRequest(@Value("${phone82.pay.port}") int port) {
        return WarmUp.refusedPost("http://localhost:" + port + "/payments");
    }

    @Bean
    Payments payments(PaymentProvider provider, Outbox outbox, Participation participation, PlatformTransactionManager transactionManager,
                      @Value("${phone82.pay.authorisation-validity}") Duration authorisationValidity,
                      @Value("${phone82.pay.longest-retry}") Duration longestRetry) {
        return new Payments(provider, outbox, participation, new TransactionTemplate(transactionManager), authorisationValidity, longestRetry);
    }
}
