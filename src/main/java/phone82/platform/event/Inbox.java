package phone82.platform.event;

import org.springframework.jdbc.core.JdbcTemplate;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** The ids of the events that already took effect here: what makes a second delivery of an event do nothing. */
public class Inbox {

    private final JdbcTemplate jdbc;
    private final Duration keep;

    /** @param keep how long ids are remembered; longer than any event can be on its way */
    public Inbox(JdbcTemplate jdbc, Duration keep) {
        this.jdbc = jdbc;
        this.keep = keep;
    }

    /** Notes the event in the transaction at hand, so that the note and the effect stand or fall together. */
    public boolean isNew(Event event) {
        return jdbc.update("""
                merge into inbox using (values (cast(? as varchar(36)), cast(? as timestamp with time zone))) as seen (event_id, seen_at)
                on inbox.event_id = seen.event_id
                when not matched then insert (event_id, seen_at) values (seen.event_id, seen.seen_at)""",
                event.id(), Timestamp.from(Instant.now())) == 1;
    }

    public int purge() {
        return jdbc.update("delete from inbox where seen_at < ?", Timestamp.from(Instant.now().minus(keep)));
    }
}
