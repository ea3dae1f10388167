package phone82.platform.event;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.Json;
import phone82.platform.Page;
import phone82.platform.Placeholders;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The events that this context has published within {@code phone82.outbox.keep}: they can be read again, or sent again to a broker
 * that lost them. Older ones are neither read nor sent, as receivers may have forgotten their ids.
 */
public class EventLog {

    /** Events that one call has sent again at most, or that one statement deletes. */
    static final int STEP = 1000;
    /** While so many wait to be sent, no more are added: what is new waits behind them. */
    private static final int MOST_WAITING = 2 * STEP;
    /** Events get their place before their transaction commits, so times are in order but for this. */
    private static final Duration DISORDER = Duration.ofMinutes(1);

    private final JdbcTemplate jdbc;
    private final Outbox outbox;
    private final Duration keep;

    EventLog(JdbcTemplate jdbc, Outbox outbox, Duration keep) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.keep = keep;
    }

    /** An event and its place in the log. */
    public record Logged(long seq, String id, String type, String subject, Instant time, String traceparent, JsonNode data) {

        private static Logged of(Outbox.Row row) {
            Event event = row.event();
            return new Logged(row.seq(), event.id(), event.topic(), event.subject(), event.time(), event.traceparent(),
                    Json.read(event.body(), JsonNode.class));
        }
    }

    /**
     * What to send again.
     *
     * @param since  milliseconds since 1970; what happened more than a minute earlier is left out
     * @param after  the place after which to go on, as the last answer said; instead of {@code since}
     * @param until  the last place, as the first answer said
     * @param orders of these alone; null for all
     */
    public record Replay(Long since, Long after, Long until, List<Long> orders) {
    }

    /**
     * What was done.
     *
     * @param next    the place after which to go on; null when all is done
     * @param until   the last place that there was at the beginning
     * @param waiting events that the broker does not have yet
     */
    public record Replayed(int replayed, Long next, long until, long waiting) {
    }

    /** One page, the oldest first. The cursor is the place of an event. */
    public Page<Logged> list(@Header("size") Integer size, @Header("after") Long after, @Header("since") Long since) {
        int shown = Page.size(size);
        long start = after != null ? after : before(since);
        return Page.of(jdbc.query("select seq, event_id, topic, subject, happened_at, traceparent, body from outbox where seq > ? "
                        + "and happened_at >= ? order by seq limit ?", Outbox.ROW, start, oldest(), shown + 1),
                shown, Logged::of, Outbox.Row::seq);
    }

    /**
     * Has the relay send a step of events again, or all of the orders that are named. While many wait already, none is added; the
     * caller goes on with the answer's next.
     */
    public Replayed replay(@Body Replay wanted) {
        long after = wanted.after() != null ? wanted.after() : before(wanted.since());
        long until = wanted.until() != null ? wanted.until() : place("max");
        long waiting = outbox.depth();
        if (waiting >= MOST_WAITING) {
            return new Replayed(0, after, until, waiting);
        }
        List<Long> places = wanted.orders() != null ? List.of(until)
                : jdbc.queryForList("select seq from outbox where seq > ? and seq <= ? order by seq limit " + STEP, Long.class, after, until);
        int replayed = places.isEmpty() ? 0 : unsend(after, places.get(places.size() - 1), wanted.orders());
        if (replayed > 0) {
            outbox.wake();
        }
        return new Replayed(replayed, places.size() < STEP ? null : places.get(STEP - 1), until, waiting + replayed);
    }

    private int unsend(long after, long last, List<Long> orders) {
        StringBuilder sql = new StringBuilder("update outbox set sent = false where seq > ? and seq <= ? and sent = true and happened_at >= ?");
        List<Object> arguments = new ArrayList<>(List.of(after, last, oldest()));
        if (orders != null) {
            sql.append(" and subject in (").append(Placeholders.of(orders)).append(")");
            orders.forEach(order -> arguments.add(String.valueOf(order)));
        }
        return jdbc.update(sql.toString(), arguments.toArray());
    }

    /** Deletes, step by step, what was sent and is old. */
    public void purge() {
        List<Long> old;
        do {
            old = jdbc.query("select seq, happened_at from outbox where sent = true order by sent, seq limit " + STEP,
                            (row, n) -> row.getTimestamp(2).before(oldest()) ? row.getLong(1) : null)
                    .stream().takeWhile(place -> place != null).toList();
            if (!old.isEmpty()) {
                jdbc.update("delete from outbox where sent = true and seq >= ? and seq <= ?", old.get(0), old.get(old.size() - 1));
            }
        } while (old.size() == STEP);
    }

    private Timestamp oldest() {
        return Timestamp.from(Instant.now().minus(keep));
    }

    /** A place before which nothing has happened since then; found by halving, as there is no index by time. */
    private long before(Long since) {
        if (since == null) {
            // HSQLDB begins with 0
            return Long.MIN_VALUE;
        }
        Instant from = Instant.ofEpochMilli(since).minus(DISORDER);
        long low = place("min") - 1;
        long high = place("max");
        while (low < high) {
            long middle = low + (high - low) / 2;
            boolean earlier = jdbc.query("select happened_at from outbox where seq > ? order by seq limit 1",
                    row -> row.next() && row.getTimestamp(1).toInstant().isBefore(from), middle);
            if (earlier) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The first or the last place; zero where there is no event. */
    private long place(String which) {
        Long place = jdbc.queryForObject("select " + which + "(seq) from outbox", Long.class);
        return place == null ? 0 : place;
    }
}
