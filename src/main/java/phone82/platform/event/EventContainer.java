package phone82.platform.event;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.support.JmsUtils;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.FixedBackOff;
import phone82.platform.log.RareLog;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.DatabaseProbe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A JMS listener container that commits several events together: one database transaction, then one broker transaction, because a commit
 * costs more than an event. If an event fails, the events before it in the batch are rolled back, too. A redelivered event is processed
 * alone, so that one that always fails does not affect others. After a failure no event is received until the database commits. Where only a write
 * shows that it does not, as on a full disk, each consumer tries one event per second.
 */
class EventContainer extends DefaultJmsMessageListenerContainer {

    /** How long to wait for one more event of a batch; events that are relayed together arrive without gaps. */
    private static final long PAUSE_MILLIS = 1;
    private static final long UNAVAILABLE_MILLIS = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(EventContainer.class);

    private final TransactionOperations database;
    private final BooleanSupplier databaseCommits;
    private final Attempts attempts;
    private final int most;
    private final long longestNanos;
    private final FixedBackOff retries;
    private final RareLog rareLog = new RareLog(LOG, Duration.ofMinutes(1));
    private final ThreadLocal<MessageConsumer> consumer = new ThreadLocal<>();
    /** Those since the database was last known to commit. */
    private final AtomicInteger failures = new AtomicInteger();

    /**
     * @param most    maximum number of events in one transaction
     * @param longest no event is added to a transaction after this time, because its rows stay locked until it ends
     */
    EventContainer(JmsEndpoint endpoint, TransactionOperations database, BooleanSupplier databaseCommits, Attempts attempts, int most, Duration longest) {
        super(endpoint);
        this.database = database;
        this.databaseCommits = databaseCommits;
        this.attempts = attempts;
        this.most = most;
        this.longestNanos = longest.toNanos();
        this.retries = new FixedBackOff(endpoint.getRecoveryInterval(), FixedBackOff.UNLIMITED_ATTEMPTS);
    }

    /** Returns when the broker answers. Unlike the superclass, it does not log every attempt, but the end of an outage. */
    @Override
    protected void refreshConnectionUntilSuccessful() {
        BackOffExecution pauses = retries.start();
        boolean waited = false;
        while (isRunning()) {
            try {
                if (sharedConnectionEnabled()) {
                    refreshSharedConnection();
                } else {
                    JmsUtils.closeConnection(createConnection());
                }
                if (waited) {
                    LOG.info("The broker answers, and events of {} are received again", getDestinationName());
                }
                return;
            } catch (JMSException | RuntimeException e) {
                waited = true;
                rareLog.warn("broker", "The broker does not answer, so no events of {} are received; tries again every {} ms: {}", getDestinationName(),
                        retries.getInterval(), e.getMessage());
                applyBackOffTime(pauses);
            }
        }
    }

    @Override
    protected Message receiveMessage(MessageConsumer consumer) throws JMSException {
        this.consumer.set(consumer);
        // the lines about the broker are not about the last event
        Correlation.end();
        int before = failures.get();
        if (before > 0) {
            if (!databaseCommits.getAsBoolean()) {
                pause();
                return null;
            }
            // a failure during the check is not lost
            failures.compareAndSet(before, 0);
        }
        return super.receiveMessage(consumer);
    }

    /** An idle consumer would commit nothing five times a second, each time by a call of the broker. */
    @Override
    protected boolean shouldCommitAfterNoMessageReceived(Session session) {
        return false;
    }

    @Override
    protected void invokeListener(Session session, Message first) throws JMSException {
        try {
            Message again = first.getJMSRedelivered() ? first : database.execute(transaction -> handle(session, first));
            if (again != null) {
                attempt(session, again);
            }
        } catch (RuntimeException e) {
            failures.incrementAndGet();
            if (DatabaseProbe.isUnavailable(e)) {
                pause();
            }
            throw e;
        }
    }

    private void pause() {
        applyBackOffTime(new FixedBackOff(UNAVAILABLE_MILLIS, 1).start());
    }

    private void attempt(Session session, Message event) throws JMSException {
        try {
            super.invokeListener(session, event);
        } catch (RuntimeException e) {
            attempts.failed(event.getJMSMessageID(), e);
            throw e;
        }
    }

    /** Processes events as long as they arrive without gaps; returns the redelivered event that ended the batch, or null. */
    private Message handle(Session session, Message first) {
        long end = System.nanoTime() + longestNanos;
        Message event = first;
        try {
            for (int handled = 0; event != null && !event.getJMSRedelivered(); ) {
                attempt(session, event);
                event = ++handled < most && System.nanoTime() < end ? consumer.get().receive(PAUSE_MILLIS) : null;
            }
            return event;
        } catch (JMSException e) {
            throw JmsUtils.convertJmsAccessException(e);
        }
    }
}
