package phone82.platform.event;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.spi.IdempotentRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.persistence.AfterCommit;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * The ids of processed events, so that a second delivery of an event has no effect. An id is added in the current transaction, together with the effect
 * of its event, so a failure removes it again.
 */
public class Inbox implements IdempotentRepository {

    private final JdbcTemplate jdbc;
    private final Duration keep;
    private final BooleanSupplier restored;
    private final Counter duplicates;
    private final OldRows rows;

    /**
     * @param keep     how long ids are kept; longer than an event can be in transit
     * @param restored whether the data was restored from a backup, so that older events may be sent again
     */
    public Inbox(JdbcTemplate jdbc, Duration keep, BooleanSupplier restored, MeterRegistry metrics) {
        this.restored = restored;
        this.jdbc = jdbc;
        this.keep = keep;
        duplicates = duplicates(metrics);
        rows = new OldRows(jdbc, metrics, "inbox", "seen_at");
    }

    /** The counter of events that were delivered again. */
    public static Counter duplicates(MeterRegistry metrics) {
        return Counter.builder("phone82.events.duplicates").description("events that were delivered again and ignored").register(metrics);
    }

    /** Returns whether the event is new. */
    @Override
    public boolean add(String event) {
        boolean added = jdbc.update("""
                merge into inbox using (values (cast(? as varchar(36)), cast(? as timestamp with time zone))) as seen (event_id, seen_at)
                on inbox.event_id = seen.event_id
                when not matched then insert (event_id, seen_at) values (seen.event_id, seen.seen_at)""",
                event, Timestamp.from(Instant.now())) == 1;
        if (!added) {
            AfterCommit.run(duplicates::increment);
        }
        return added;
    }

    @Override
    public boolean contains(String event) {
        return jdbc.queryForObject("select count(*) from inbox where event_id = ?", Integer.class, event) > 0;
    }

    /** @throws UnsupportedOperationException always: an id leaves by a rollback or by its age */
    @Override
    public boolean remove(String event) {
        throw new UnsupportedOperationException("an id leaves the inbox by its age alone");
    }

    /** The commit of the transaction confirms the id. */
    @Override
    public boolean confirm(String event) {
        return true;
    }

    /** @throws UnsupportedOperationException always: without the ids, events that are sent again would have their effect again */
    @Override
    public void clear() {
        throw new UnsupportedOperationException("an id leaves the inbox by its age alone");
    }

    @Override
    public void start() {
        // needs nothing but the database
    }

    @Override
    public void stop() {
        // holds nothing
    }

    /** How long ids are kept. */
    public Duration keep() {
        return keep;
    }

    /** Deletes old ids, and returns how many. */
    public int purge() {
        return restored.getAsBoolean() ? 0 : rows.deleteBefore(Instant.now().minus(keep));
    }
}
