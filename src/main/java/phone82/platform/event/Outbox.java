package phone82.platform.event;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import phone82.platform.api.Json;
import phone82.platform.audit.Actor;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.AfterCommit;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.Placeholders;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * The transactional outbox of this context. An event is added in the transaction of the state change that it reports, and its mark as sent
 * is committed only after the broker has it: after a crash it may be sent twice, but is never lost. Sent events are kept for a while as the
 * {@link EventLog}.
 */
public class Outbox {

    /** Events sent in one broker transaction; also the most that one relay run holds in memory. */
    public static final int BATCH = 100;

    /** Ids grow with time (UUID version 7), so that recent ones are close together in every index, and inserts stay fast in a large table. */
    private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

    static final String COLUMNS = "seq, event_id, topic, subject, happened_at, traceparent, body, replays";

    static final RowMapper<Row> ROW = (row, n) -> new Row(row.getLong(1), new Event(row.getString(2), row.getString(3), row.getString(4),
            row.getTimestamp(5).toInstant(), row.getString(6), row.getString(7)), row.getInt(8));

    private final JdbcTemplate jdbc;
    private final String context;
    private final boolean shared;
    private final Runnable wake;
    private final AfterCommit wakeAfterCommit;
    private final MeterRegistry metrics;
    private final Supplier<Audit> audit;
    /** The most events of the present run of the relay, and of the next one. */
    private volatile int most = BATCH;
    private volatile int mostNext = BATCH;

    /**
     * @param shared whether other instances of this context may use the same database
     * @param wake   called after each commit that added events
     * @param audit  supplies null where nothing is recorded
     */
    public Outbox(JdbcTemplate jdbc, String context, boolean shared, Runnable wake, MeterRegistry metrics, Supplier<Audit> audit) {
        this.jdbc = jdbc;
        this.context = context;
        this.shared = shared;
        this.wake = wake;
        this.wakeAfterCommit = new AfterCommit(wake);
        this.metrics = metrics;
        this.audit = audit;
    }

    /** Adds the event to the current transaction and the current trace. */
    public void add(DomainEvent event) {
        insert(event, Correlation.current(), Instant.now());
    }

    /** Adds the event like {@link #add(DomainEvent)}, with the time of its state change, where consumers compare it with that of another event. */
    public void addAt(DomainEvent event, Instant time) {
        insert(event, Correlation.current(), time);
    }

    /** Adds an event that the system causes by itself, in the trace of the request that led to it. The audit records it after the commit. */
    public void addBySystem(DomainEvent event, String traceparent) {
        insert(event, traceparent, Instant.now());
        AfterCommit.run(() -> {
            Audit recorded = audit.get();
            if (recorded != null) {
                recorded.write(new Entry(context, Actor.system(context), event.getClass().getSimpleName(), String.valueOf(event.orderId()), "done",
                        Correlation.id(traceparent)));
            }
        });
    }

    private void insert(DomainEvent event, String traceparent, Instant time) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("an event must be added in the transaction of its state change");
        }
        jdbc.update("insert into outbox (event_id, topic, subject, happened_at, traceparent, body) values (?, ?, ?, ?, ?, ?)",
                IDS.generate().toString(), topic(event), String.valueOf(event.orderId()),
                Timestamp.from(time), traceparent, Json.text(event));
        wakeAfterCommit.register();
    }

    /**
     * Returns the oldest unsent events, in the order in which they were added. Until the current transaction ends, other relays of this
     * context wait here: two at once could reorder the events of one order.
     */
    public List<Row> take() {
        most = mostNext;
        mostNext = BATCH;
        if (shared) {
            jdbc.update("update outbox_relay set runs = runs + 1 where id = 1");
        }
        return jdbc.query("select " + COLUMNS + " from outbox where sent = false order by sent, seq limit " + most, ROW);
    }

    /** Marks events as sent, and requests another run of the relay if there may be more. */
    public void markSent(List<Row> sent) {
        jdbc.update("update outbox set sent = true where seq in (" + Placeholders.of(sent) + ")",
                sent.stream().map(Row::seq).toArray());
        AfterCommit.run(() -> sent.forEach(row -> metrics.counter("phone82.events.sent", "event", row.event().name()).increment()));
        if (sent.size() == most) {
            wakeAfterCommit.register();
        }
    }

    /**
     * Makes the next run send a single event, because the broker has one of these already, after a crash for example. To send all of them one by
     * one in the present run could take longer than a database lets a transaction be idle.
     */
    public void sendNextAlone() {
        mostNext = 1;
        wake();
    }

    /** The number of events that are not sent yet. */
    public long depth() {
        return jdbc.queryForObject("select count(*) from outbox where sent = false", Long.class);
    }

    /** How many seconds the oldest unsent event has been waiting; zero if there is none. */
    public double oldestSeconds() {
        return GaugeQueries.secondsSince(jdbc.query("select happened_at from outbox where sent = false order by sent, seq limit 1",
                row -> row.next() ? row.getTimestamp(1) : null));
    }

    /** Requests a run of the relay. */
    void wake() {
        wake.run();
    }

    private String topic(DomainEvent event) {
        return "phone82." + context + "." + event.getClass().getSimpleName();
    }

    /**
     * An event and its place in the outbox.
     *
     * @param replays how often it was sent again on request
     */
    public record Row(long seq, Event event, int replays) {

        /** By this id the broker drops an event that it has: one that is repeated after a crash, but not one that is replayed. */
        String sendId() {
            return replays == 0 ? event.id() : event.id() + "-" + replays;
        }
    }
}
