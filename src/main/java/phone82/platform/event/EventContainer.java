package phone82.platform.event;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.springframework.jms.support.JmsUtils;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.backoff.FixedBackOff;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Takes events from the broker one by one, and commits what follows each other closely together: one transaction of the database, then one
 * with the broker. A commit on either side costs more than an event. When an event fails, those before it are rolled back
 * with it; what comes once more is handled alone, so that an event that cannot be processed takes no other with it. After a failure
 * none is taken until the database answers, or each would use up its attempts.
 */
class EventContainer extends DefaultJmsMessageListenerContainer {

    /** How long the broker may be asked for one more event; a batch on its way through the relay comes without gaps. */
    private static final long PAUSE_MILLIS = 1;
    private static final long ASK_AGAIN_MILLIS = 1000;

    private final TransactionOperations database;
    private final BooleanSupplier databaseAnswers;
    private final int most;
    private final long longestNanos;
    private final ThreadLocal<MessageConsumer> consumer = new ThreadLocal<>();
    private volatile boolean failed;

    /**
     * @param most    events in one transaction
     * @param longest after which no further event is taken into it: the rows that it changes are locked until it ends
     */
    EventContainer(JmsEndpoint endpoint, TransactionOperations database, BooleanSupplier databaseAnswers, int most, Duration longest) {
        super(endpoint);
        this.database = database;
        this.databaseAnswers = databaseAnswers;
        this.most = most;
        this.longestNanos = longest.toNanos();
    }

    @Override
    protected Message receiveMessage(MessageConsumer consumer) throws JMSException {
        this.consumer.set(consumer);
        if (failed) {
            // before the question, so that what fails meanwhile is not forgotten
            failed = false;
            if (!databaseAnswers.getAsBoolean()) {
                failed = true;
                applyBackOffTime(new FixedBackOff(ASK_AGAIN_MILLIS, 1).start());
                return null;
            }
        }
        return super.receiveMessage(consumer);
    }

    @Override
    protected void invokeListener(Session session, Message first) throws JMSException {
        try {
            Message again = first.getJMSRedelivered() ? first : database.execute(transaction -> handle(session, first));
            if (again != null) {
                super.invokeListener(session, again);
            }
        } catch (RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    /** Handles events as long as they follow each other; returns the one that ends this because it was delivered before, or null. */
    private Message handle(Session session, Message first) {
        long end = System.nanoTime() + longestNanos;
        Message event = first;
        try {
            for (int handled = 0; event != null && !event.getJMSRedelivered(); ) {
                super.invokeListener(session, event);
                event = ++handled < most && System.nanoTime() < end ? consumer.get().receive(PAUSE_MILLIS) : null;
            }
            return event;
        } catch (JMSException e) {
            throw JmsUtils.convertJmsAccessException(e);
        }
    }
}
