package phone82.platform.event;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.persistence.AfterCommit;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** The ids of processed events, so that a second delivery of an event has no effect. */
public class Inbox {

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

    /** Records the event in the current transaction, together with its effect; returns whether it is new. */
    public boolean isNew(Event event) {
        boolean added = jdbc.update("""
                merge into inbox using (values (cast(? as varchar(36)), cast(? as timestamp with time zone))) as seen (event_id, seen_at)
                on inbox.event_id = seen.event_id
                when not matched then insert (event_id, seen_at) values (seen.event_id, seen.seen_at)""",
                event.id(), Timestamp.from(Instant.now())) == 1;
        if (!added) {
            AfterCommit.run(duplicates::increment);
        }
        return added;
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
