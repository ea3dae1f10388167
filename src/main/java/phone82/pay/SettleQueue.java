package phone82.pay;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.support.SynchronizationAdapter;
import phone82.pay.provider.PaymentProvider.Request;
import phone82.platform.observability.Correlation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests that wait for a worker or are with one. None is queued twice, however long it waits: otherwise a provider that is slower than the orders
 * would get every request again and again, and settle less and less. For the same reason a worker claims again what has waited for too long:
 * another instance may have it by now.
 */
public class SettleQueue {

    /** Below the size of the queue, which drops what it has no room for: a request that is dropped would be named for ever. */
    static final int LARGEST = 900;

    /** Requests, and ids of orders whose payments are due, with the time since which they wait. */
    private final Map<Object, Long> waiting = new ConcurrentHashMap<>();
    private final Payments payments;
    private final Duration spare;

    /** @param spare how long a request may wait for a worker before it must be claimed again */
    SettleQueue(Payments payments, Duration spare) {
        this.payments = payments;
        this.spare = spare;
    }

    /**
     * Adds it unless it is in the queue already, or there is no room: then it stays due in the database.
     *
     * @param wanted a request that is claimed, or the id of an order whose payment is due
     * @return whether it was added
     */
    public boolean add(@Body Object wanted) {
        return waiting.size() < LARGEST && !hasRequestOf(wanted) && waiting.putIfAbsent(wanted, System.nanoTime()) == null;
    }

    private boolean hasRequestOf(Object order) {
        return order instanceof Long id && waiting.keySet().stream().anyMatch(each -> each instanceof Request request && request.orderId() == id);
    }

    /**
     * The request to send, which stays in the queue until the exchange has ended, whatever the outcome; null if it is not due or another instance has
     * it. The log lines of this thread then name its order and trace.
     *
     * @param traceparent trace of a request
     */
    public Request begin(@Body Object wanted, @Header(Correlation.TRACEPARENT) String traceparent, Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                waiting.remove(wanted);
            }
        });
        if (!(wanted instanceof Request request)) {
            return payments.claim((Long) wanted);
        }
        if (System.nanoTime() - waiting.get(wanted) >= spare.toNanos()) {
            return payments.claim(request.orderId());
        }
        Correlation.begin(traceparent, String.valueOf(request.orderId()));
        return request;
    }
}
