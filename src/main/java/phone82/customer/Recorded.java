package phone82.customer;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import phone82.customer.History.Status;
import phone82.platform.Placeholders;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the events of the view in the order of their places, also those that other replicas record. A transaction takes its place
 * before it commits, so a lower place can appear after a higher one: a place that is skipped is looked for until it must have been
 * rolled back. For one thread.
 */
class Recorded {

    /** The most that is read at once. */
    static final int BATCH = 500;

    /** Longer than any transaction that records an event. */
    private static final Duration COMMITS_WITHIN = Duration.ofSeconds(20);
    /** More events than can be recorded and not yet committed. */
    private static final int UNDER_WAY = 1000;

    private static final String SELECT = """
            select t.seq, t.order_id, t.type, t.happened_at, t.correlation_id, t.reason, h.item, h.qty, h.amount, h.progress, h.ordered_at, h.owner
            from timeline t join history h on h.order_id = t.order_id where\s""";

    private final JdbcTemplate jdbc;
    private final NavigableMap<Long, Instant> skipped = new TreeMap<>();
    private long last;

    Recorded(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** What happened, and the order as it is now; amount in won. */
    record Happened(long orderId, String type, Instant at, String correlationId, String reason, String item, Integer qty, Long amount,
                    Status status, Instant orderedAt) {

        Happened withoutAmount() {
            return new Happened(orderId, type, at, correlationId, reason, item, qty, null, status, orderedAt);
        }
    }

    /** An event, its place, and whose order it is about. */
    record Row(long seq, Happened happened, String owner) {
    }

    /** All up to the last place, but for those that were skipped. */
    record Mark(long last, Set<Long> skipped) {
    }

    /**
     * What a reader is to be told.
     *
     * @param end   where it stands then
     * @param whole whether that is all that was read so far
     */
    record Missed(List<Row> rows, Mark end, boolean whole) {
    }

    /** Begins now: of what is committed already nothing is read, of what is under way everything. */
    void begin() {
        skipped.clear();
        Long newest = jdbc.queryForObject("select max(seq) from timeline", Long.class);
        last = newest == null ? 0 : Math.max(0, newest - UNDER_WAY);
        jdbc.queryForList("select seq from timeline where seq > ? order by seq", Long.class, last).forEach(this::pass);
    }

    /** Up to a batch of what was committed since, each event once. */
    List<Row> next() {
        List<Row> late = at(skipped.keySet());
        List<Row> following = jdbc.query(SELECT + "t.seq > ? order by t.seq limit ?", ROW, last, BATCH);
        late.forEach(row -> skipped.remove(row.seq));
        skipped.values().removeIf(Instant.now().minus(COMMITS_WITHIN)::isAfter);
        following.forEach(row -> pass(row.seq));
        return Stream.concat(late.stream(), following.stream()).toList();
    }

    private List<Row> at(Collection<Long> places) {
        return places.isEmpty() ? List.of()
                : jdbc.query(SELECT + "t.seq in (" + Placeholders.of(places) + ") order by t.seq", ROW, places.toArray());
    }

    private void pass(long seq) {
        for (long between = Math.max(last + 1, seq - UNDER_WAY); between < seq; between++) {
            skipped.put(between, Instant.now());
        }
        last = seq;
        while (skipped.size() > UNDER_WAY) {
            skipped.pollFirstEntry();
        }
    }

    /** Up to this place nothing is missing any more: whoever has read so far may go on from here. */
    long complete() {
        return skipped.isEmpty() ? last : skipped.firstKey() - 1;
    }

    /** Where a reader stands that has been told all that was read so far. */
    Mark mark() {
        return new Mark(last, Set.copyOf(skipped.keySet()));
    }

    /** Whether a reader that stands there can be told what it missed, and need not read everything anew. */
    boolean covers(Mark mark, int behind) {
        return mark.last <= last && last - mark.last <= behind;
    }

    /** Up to a batch of what was read since by {@link #next} within this scope; what it has yet to read is not among it. */
    Missed after(Mark mark, Scope scope) {
        List<Row> late = new ArrayList<>(at(mark.skipped.stream().filter(seq -> !skipped.containsKey(seq)).toList()));
        late.removeIf(row -> !scope.includes(row));
        List<Object> arguments = new ArrayList<>(List.of(mark.last, last));
        arguments.addAll(scope.arguments());
        arguments.add(BATCH);
        List<Row> following = jdbc.query(SELECT + "t.seq > ? and t.seq <= ?" + scope.condition() + " order by t.seq limit ?", ROW, arguments.toArray());
        boolean whole = following.size() < BATCH;
        Mark end = whole ? mark() : upTo(following.get(BATCH - 1).seq);
        return new Missed(Stream.concat(late.stream(), following.stream().filter(row -> !skipped.containsKey(row.seq))).toList(), end, whole);
    }

    private Mark upTo(long seq) {
        return new Mark(seq, Set.copyOf(skipped.headMap(seq, true).keySet()));
    }

    private static final RowMapper<Row> ROW = (row, n) -> new Row(row.getLong(1), new Happened(row.getLong(2), row.getString(3),
            instant(row.getTimestamp(4)), row.getString(5), row.getString(6), row.getString(7), (Integer) row.getObject(8),
            (Long) row.getObject(9), Status.values()[row.getInt(10)], instant(row.getTimestamp(11))), row.getString(12));

    private static Instant instant(Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
