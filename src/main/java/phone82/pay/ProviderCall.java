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

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A call to the provider, as the routes make it; never within a transaction. */
public class ProviderCall {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderCall.class);

    private final PaymentProvider provider;

    ProviderCall(PaymentProvider provider) {
        this.provider = provider;
    }

    /**
     * Reports how long the provider took in the header {@code Server-Timing}; app limits its calls by it.
     *
     * @throws IOException the outcome is not known
     */
    public Answer perform(@Body Request request, Exchange exchange) throws IOException {
        outsideTransactions();
        long begin = System.nanoTime();
        Answer answer = provider.perform(request);
        exchange.getMessage().setHeader("Server-Timing", "provider;dur=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        return answer;
    }

    /**
     * What is known of a request whose call failed.
     *
     * @param failure null if the circuit breaker is open or the bulkhead full
     */
    public Answer failed(@Variable("request") Request request, @ExchangeException Exception failure) {
        boolean notSent = failure == null || failure instanceof CallNotPermittedException || failure instanceof BulkheadFullException;
        LOG.info("{} has no answer yet: {}", request.key(), notSent ? "not sent, the provider is unavailable or busy" : failure.toString());
        return new Answer(request, notSent ? Outcome.NOT_SENT : Outcome.UNKNOWN, null, "The payment provider does not answer.");
    }

    /** @throws IOException the provider does not answer */
    public Account account(@Body Long orderId) throws IOException {
        outsideTransactions();
        return provider.account(orderId).orElse(null);
    }

    /** No answer is no refusal. */
    public Account noAccount(@ExchangeException Exception failure) {
        LOG.info("The provider does not say whether it would refund: {}", String.valueOf(failure));
        return null;
    }

    private static void outsideTransactions() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("the provider must not be called within a transaction");
        }
    }
}
