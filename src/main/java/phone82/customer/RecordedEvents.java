package phone82.customer;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import phone82.customer.History.Status;
import phone82.platform.persistence.Placeholders;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import static phone82.customer.History.instant;

/**
 * Reads the events of the view in sequence, including those that other replicas record. A transaction takes its sequence number before
 * it commits, so a lower number can appear after a higher one: a skipped number is read again until its transaction must have been
 * rolled back. Not thread-safe.
 */
class RecordedEvents {

    /** Most events that one query reads. */
    static final int BATCH = 500;

    /** Longer than any transaction that records an event. */
    private static final Duration COMMITS_WITHIN = Duration.ofSeconds(20);
    /** More events than can be in uncommitted transactions. */
    private static final int UNDER_WAY = 1000;

    private static final String SELECT = """
            select t.seq, t.order_id, t.type, t.happened_at, t.correlation_id, t.reason, h.item, h.qty, h.amount, h.progress, h.ordered_at, h.owner,
                t.event_id
            from timeline t join history h on h.order_id = t.order_id where\s""";

    private final JdbcTemplate jdbc;
    /** The skipped numbers, and when they were skipped, by {@code System.nanoTime()}. */
    private final NavigableMap<Long, Long> skipped = new TreeMap<>();
    private long last;

    RecordedEvents(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** An event, and the order as it is now; amount in won. */
    record OrderEvent(String eventId, long orderId, String type, Instant at, String correlationId, String reason, String item, Integer qty, Long amount,
                    Status status, Instant orderedAt) {

        OrderEvent withoutAmount() {
            return new OrderEvent(eventId, orderId, type, at, correlationId, reason, item, qty, null, status, orderedAt);
        }
    }

    /** An event with its sequence number and the owner of its order. */
    record Row(long seq, OrderEvent event, String owner) {
    }

    /** A position in the sequence: everything up to the last number except the skipped ones. */
    record Position(long last, Set<Long> skipped) {
    }

    /**
     * The events that a reader has missed.
     *
     * @param end      the reader's position after them
     * @param complete whether nothing that was read so far is left
     */
    record Backlog(List<Row> rows, Position end, boolean complete) {
    }

    /** Starts now: skips the committed events, and reads those of transactions in progress. */
    void begin() {
        skipped.clear();
        Long newest = jdbc.queryForObject("select max(seq) from timeline", Long.class);
        last = newest == null ? 0 : Math.max(0, newest - UNDER_WAY);
        jdbc.queryForList("select seq from timeline where seq > ? order by seq", Long.class, last).forEach(this::pass);
    }

    /** Up to a batch of the events committed since the last call, each once. */
    List<Row> next() {
        List<Row> late = at(skipped.keySet());
        List<Row> following = jdbc.query(SELECT + "t.seq > ? order by t.seq limit ?", ROW, last, BATCH);
        late.forEach(row -> skipped.remove(row.seq));
        long now = System.nanoTime();
        skipped.values().removeIf(since -> now - since > COMMITS_WITHIN.toNanos());
        following.forEach(row -> pass(row.seq));
        return Stream.concat(late.stream(), following.stream()).toList();
    }

    private List<Row> at(Collection<Long> places) {
        return places.isEmpty() ? List.of()
                : jdbc.query(SELECT + "t.seq in (" + Placeholders.of(places) + ") order by t.seq", ROW, places.toArray());
    }

    private void pass(long seq) {
        for (long between = Math.max(last + 1, seq - UNDER_WAY); between < seq; between++) {
            skipped.put(between, System.nanoTime());
        }
        last = seq;
        while (skipped.size() > UNDER_WAY) {
            skipped.pollFirstEntry();
        }
    }

    /** The number up to which no event is missing: a reader that has all events so far may resume here. */
    long lastComplete() {
        return skipped.isEmpty() ? last : skipped.firstKey() - 1;
    }

    /** The position of a reader that has been sent everything read so far. */
    Position position() {
        return new Position(last, Set.copyOf(skipped.keySet()));
    }

    /** Whether a reader at this position can catch up from here and need not reload everything. */
    boolean covers(Position position, int behind) {
        return position.last <= last && last - position.last <= behind;
    }

    /** Up to a batch of the events in this scope that {@link #next} has read since the position. */
    Backlog after(Position position, Scope scope) {
        List<Row> late = new ArrayList<>(at(position.skipped.stream().filter(seq -> !skipped.containsKey(seq)).toList()));
        late.removeIf(row -> !scope.includes(row));
        List<Object> arguments = new ArrayList<>(List.of(position.last, last));
        arguments.addAll(scope.arguments());
        arguments.add(BATCH);
        List<Row> following = jdbc.query(SELECT + "t.seq > ? and t.seq <= ?" + scope.condition() + " order by t.seq limit ?", ROW, arguments.toArray());
        boolean complete = following.size() < BATCH;
        Position end = complete ? position() : upTo(following.get(BATCH - 1).seq);
        return new Backlog(Stream.concat(late.stream(), following.stream().filter(row -> !skipped.containsKey(row.seq))).toList(), end, complete);
    }

    private Position upTo(long seq) {
        return new Position(seq, Set.copyOf(skipped.headMap(seq, true).keySet()));
    }

    private static final RowMapper<Row> ROW = (row, n) -> new Row(row.getLong(1), new OrderEvent(row.getString(13), row.getLong(2), row.getString(3),
            instant(row.getTimestamp(4)), row.getString(5), row.getString(6), row.getString(7), (Integer) row.getObject(8),
            (Long) row.getObject(9), Status.values()[row.getInt(10)], instant(row.getTimestamp(11))), row.getString(12));
}
