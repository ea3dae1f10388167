package phone82.platform.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.api.Json;
import phone82.platform.api.Page;
import phone82.platform.persistence.ClockJump;
import phone82.platform.persistence.OldRows;
import phone82.platform.persistence.Placeholders;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The events that this context has published within {@code phone82.outbox.keep}. They can be read, or sent again to a broker that lost
 * them, or lost them for one receiver. Older events are neither read nor sent, as consumers may no longer recognise their ids. Data that was restored from a
 * backup has no age until it is released: it contains events that were on their way, and consumers have kept their ids, too.
 */
public class EventLog {

    /** Most events that one call sends again. */
    static final int STEP = 1000;
    /** Number of events among which one call finds those of named orders, because there is no index by order. */
    static final int SEARCHED = 10 * STEP;
    /** While this many events wait to be sent, no more are replayed, unless orders are named, because new events would wait behind them. */
    private static final int MOST_WAITING = 2 * STEP;
    /** Events get their place before their transaction commits, so their times may be out of order by this much. */
    private static final Duration DISORDER = Duration.ofMinutes(1);

    private final JdbcTemplate jdbc;
    private final Outbox outbox;
    private final Duration keep;
    private final BooleanSupplier restored;
    private final ClockJump jump;
    private final Counter deleted;

    EventLog(JdbcTemplate jdbc, Outbox outbox, Duration keep, BooleanSupplier restored, ClockJump jump, MeterRegistry metrics) {
        this.restored = restored;
        this.jump = jump;
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.keep = keep;
        deleted = OldRows.counter(metrics, "outbox");
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
     * A request to send events again.
     *
     * @param since  milliseconds since 1970; events more than a minute older are left out
     * @param after  the place after which to continue, from the previous response; replaces {@code since}
     * @param until  the last place, from the first response
     * @param orders only events of these orders; null for all
     */
    public record Replay(Long since, Long after, Long until, List<Long> orders) {

        /** The next request after this response; null if the replay is complete. */
        public Replay following(Replayed response) {
            return response.next == null ? null : new Replay(null, response.next, response.until, orders);
        }
    }

    /**
     * The result of a replay request.
     *
     * @param next    the place after which to continue; null if complete
     * @param until   the last place at the start of the replay
     * @param waiting number of events that are not sent yet
     */
    public record Replayed(int replayed, Long next, long until, long waiting) {
    }

    /**
     * Returns one page, oldest event first. The cursor is the place of an event.
     *
     * @param since time in milliseconds since 1970 from which on events are listed; null for all
     */
    public Page<Logged> list(@Header("size") Integer size, @Header("after") Long after, @Header("since") Long since) {
        int shown = Page.size(size);
        long start = after != null ? after : before(since);
        return Page.of(jdbc.query("select " + Outbox.COLUMNS + " from outbox where seq > ? "
                        + "and happened_at >= ? order by seq limit ?", Outbox.ROW, start, oldest(), shown + 1),
                shown, Logged::of, Outbox.Row::seq);
    }

    /**
     * Makes the relay send one step of events again, or those of the given orders in a longer step. While many events are waiting, only those of
     * orders are added. The caller continues with {@code next} of the response.
     */
    public Replayed replay(@Body Replay wanted) {
        long after = wanted.after() != null ? wanted.after() : before(wanted.since());
        long until = wanted.until() != null ? wanted.until() : place("max");
        long waiting = outbox.depth();
        if (waiting >= MOST_WAITING && wanted.orders() == null) {
            return new Replayed(0, after, until, waiting);
        }
        int step = wanted.orders() == null ? STEP : SEARCHED;
        List<Long> places = jdbc.queryForList("select seq from outbox where seq > ? and seq <= ? order by seq limit " + step, Long.class, after, until);
        int replayed = places.isEmpty() ? 0 : unsend(after, places.get(places.size() - 1), wanted.orders());
        if (replayed > 0) {
            outbox.wake();
        }
        return new Replayed(replayed, places.size() < step ? null : places.get(step - 1), until, waiting + replayed);
    }

    private int unsend(long after, long last, List<Long> orders) {
        StringBuilder sql = new StringBuilder("update outbox set sent = false, replays = replays + 1 where seq > ? and seq <= ? and sent = true and happened_at >= ?");
        List<Object> arguments = new ArrayList<>(List.of(after, last, oldest()));
        if (orders != null) {
            sql.append(" and subject in (").append(Placeholders.of(orders)).append(")");
            orders.forEach(order -> arguments.add(String.valueOf(order)));
        }
        return jdbc.update(sql.toString(), arguments.toArray());
    }

    private record Place(long seq, Timestamp at) {
    }

    /**
     * Deletes old sent events, step by step, unless the clock has just jumped ahead. Those that a wrong clock dated in the future are old if a later
     * one is.
     */
    public void purge() {
        if (jump.isRecent()) {
            return;
        }
        long after = Long.MIN_VALUE;
        List<Long> ends = new ArrayList<>();
        int step;
        do {
            Timestamp oldest = oldest();
            Timestamp now = Timestamp.from(Instant.now());
            List<Place> places = jdbc.query("select seq, happened_at from outbox where sent = true and seq > ? order by sent, seq limit " + OldRows.STEP,
                            (row, n) -> new Place(row.getLong(1), row.getTimestamp(2)), after)
                    .stream().takeWhile(place -> place.at.before(oldest) || place.at.after(now)).toList();
            step = places.size();
            List<Long> old = places.stream().filter(place -> place.at.before(oldest)).map(Place::seq).toList();
            if (!old.isEmpty()) {
                ends.add(old.get(old.size() - 1));
                ends.forEach(end -> deleted.increment(jdbc.update("delete from outbox where sent = true and seq <= ?", end)));
                ends.clear();
            }
            if (step > 0) {
                after = places.get(step - 1).seq;
                if (old.isEmpty() || after > old.get(old.size() - 1)) {
                    ends.add(after);
                }
            }
        } while (step == OldRows.STEP);
    }

    private Timestamp oldest() {
        return Timestamp.from(restored.getAsBoolean() ? Instant.EPOCH : Instant.now().minus(keep));
    }

    /** Returns the place before the first event since then, by binary search, because there is no index by time. */
    private long before(Long since) {
        // -1 in a new log, as HSQLDB's sequence starts at 0
        long low = place("min") - 1;
        if (since == null) {
            return low;
        }
        Instant from = Instant.ofEpochMilli(since).minus(DISORDER);
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

    /** Returns the first or the last place; zero if there is no event. */
    private long place(String which) {
        Long place = jdbc.queryForObject("select " + which + "(seq) from outbox", Long.class);
        return place == null ? 0 : place;
    }
}
