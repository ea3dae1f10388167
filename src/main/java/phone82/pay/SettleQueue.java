package phone82.pay;

import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import phone82.pay.provider.PaymentProvider.Request;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names the requests that wait for a worker or are with one, so that none is queued twice, however long it waits. Otherwise a provider that is slower than
 * the orders would get every request again and again, and settle less and less.
 */
public class SettleQueue {

    /** Below the size of the queue, which drops what it has no room for: a request that is dropped would be named for ever. */
    static final int LARGEST = 900;

    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    /** Whether the request is to be queued: it is not in the queue, and there is room. If there is none, it stays due in the database. */
    public boolean admits(@Body Request request) {
        return keys.size() < LARGEST && keys.add(request.key());
    }

    /** Forgets the request once its exchange has ended, whatever the outcome. */
    public void leave(@Body Request request, Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                keys.remove(request.key());
            }
        });
    }
}
