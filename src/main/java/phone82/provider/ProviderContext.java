package phone82.provider;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.platform.context.DatabaseContext;
import phone82.platform.http.Access;
import phone82.platform.http.WarmUp;
import phone82.platform.http.WarmUp.Rehearsal;

import java.time.Duration;

/** The context {@code provider}: a simulated payment provider, which is another company outside phone82. No money moves. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DatabaseContext.class)
public class ProviderContext {

    @Bean
    Ledger ledger(JdbcTemplate jdbc, TransactionTemplate transactions, @Value("${phone82.provider.patience}") Duration patience,
                  @Value("${phone82.provider.authorisation-validity}") Duration validity) {
        return new Ledger(jdbc, transactions, patience, validity);
    }

    /** Rehearses an authorisation and its capture, and rolls them back. */
    @Bean
    Rehearsal rehearsedPayment(Ledger ledger, TransactionTemplate transactions) {
        Ledger.Wanted wanted = new Ledger.Wanted(-1, 1, "rehearsal");
        return () -> transactions.executeWithoutResult(transaction -> {
            transaction.setRollbackOnly();
            ledger.perform("rehearsal", "authorise", "rehearsal-authorise", wanted, Fault.NONE);
            ledger.perform("rehearsal", "capture", "rehearsal-capture", wanted, Fault.NONE);
        });
    }

    @Bean
    Rehearsal rehearsedRequest(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.provider.port}") String url, @Value("${phone82.provider.api-key}") String apiKey) {
        return WarmUp.refusedPost(url + "/payments/rehearsal/authorise", () -> "Bearer " + apiKey);
    }

    @Bean
    Faults faults() {
        return new Faults();
    }

    @Bean
    Access keyAccess(@Value("${phone82.provider.api-key}") String apiKey, @Value("${phone82.provider.control-key}") String controlKey) {
        return new KeyAccess(apiKey, controlKey);
    }
}
