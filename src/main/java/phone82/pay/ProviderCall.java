package phone82.pay;

import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import phone82.pay.provider.PaymentProvider;
import phone82.pay.provider.PaymentProvider.Account;
import phone82.pay.provider.PaymentProvider.Answer;
import phone82.pay.provider.PaymentProvider.Outcome;
import phone82.pay.provider.PaymentProvider.Request;
import phone82.platform.log.RareLog;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The calls to the provider for the routes; never within a transaction. */
public class ProviderCall {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderCall.class);

    private final RareLog rareLog = new RareLog(LOG, Duration.ofMinutes(1));
    private final PaymentProvider provider;

    ProviderCall(PaymentProvider provider) {
        this.provider = provider;
    }

    /**
     * Performs a request, and reports the provider's time in the header {@code Server-Timing}, which app's admission limit uses.
     *
     * @throws IOException the outcome is unknown
     */
    public Answer perform(@Body Request request, Exchange exchange) throws IOException {
        outsideTransactions();
        long begin = System.nanoTime();
        Answer answer = provider.perform(request);
        exchange.getMessage().setHeader("Server-Timing", "provider;dur=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        return answer;
    }

    /**
     * The answer for a request whose call failed.
     *
     * @param failure null if the circuit breaker is open
     */
    public Answer failed(@Variable("request") Request request, @ExchangeException Exception failure) {
        boolean notSent = failure == null || failure instanceof CallNotPermittedException || failure instanceof BulkheadFullException;
        if (!notSent) {
            rareLog.warn("request", "The payment provider does not answer as it should: {}. Pay repeats captures, releases and refunds until it does; "
                    + "look at the provider, and at the way to it (for a minute no further failure is logged)", failure.toString());
        }
        LOG.debug("{} has no answer yet: {}", request.key(), notSent ? "not sent, the provider is unavailable or busy" : failure.toString());
        return new Answer(request, notSent ? Outcome.NOT_SENT : Outcome.UNKNOWN, null, "The payment provider does not answer.");
    }

    /** @throws IOException the provider does not answer */
    public Account account(@Body Long orderId) throws IOException {
        outsideTransactions();
        return provider.account(orderId).orElse(null);
    }

    /** Continues without an account: a missing answer is no refusal. */
    public Account noAccount(@ExchangeException Exception failure) {
        rareLog.info("account", "The provider does not say whether it would refund; cancellations continue (for a minute no further one is logged): {}",
                failure == null ? "not asked, the circuit breaker of look-ups is open" : failure.toString());
        return null;
    }

    private static void outsideTransactions() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("the provider must not be called within a transaction");
        }
    }
}
