package phone82.platform.event;

import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import phone82.platform.persistence.DatabaseProbe;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the attempts of this process at events that fail. One that fails because the database is unavailable is no attempt, so an outage makes no
 * dead letters, however long it takes. The broker's delivery count has those, too, and the events that failed only because of others in their batch.
 */
public class Attempts {

    /** The messages that failed last; an older one begins anew. Those without an id, from clients that are no JMS clients, share one count. */
    private static final int MESSAGES = 10_000;

    private final int most;
    private final Map<String, Integer> failed = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > MESSAGES;
        }
    };

    /** @param most attempts before an event becomes a dead letter */
    public Attempts(int most) {
        this.most = most;
    }

    /** Counts the failure of a message. */
    synchronized void failed(String message, Throwable failure) {
        if (!DatabaseProbe.isUnavailable(failure)) {
            failed.merge(message, 1, Integer::sum);
        }
    }

    /** @throws Throwable the failure, if the message gets another attempt */
    public synchronized void requireLast(@Header("JMSMessageID") String message, @ExchangeProperty("CamelExceptionCaught") Throwable failure) throws Throwable {
        if (DatabaseProbe.isUnavailable(failure) || failed.getOrDefault(message, 0) + 1 < most) {
            throw failure;
        }
    }
}
