package phone82.customer;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import phone82.customer.History.Status;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

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
            select t.seq, t.order_id, t.type, t.happened_at, t.correlation_id, t.reason, h.item, h.qty, h.amount, h.progress, h.ordered_at
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
    }

    /** An event and its place. */
    record Row(long seq, Happened happened) {
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
        List<Row> rows = new ArrayList<>();
        if (!skipped.isEmpty()) {
            rows.addAll(jdbc.query(SELECT + "t.seq in (" + String.join(",", Collections.nCopies(skipped.size(), "?")) + ") order by t.seq",
                    ROW, skipped.keySet().toArray()));
            rows.forEach(late -> skipped.remove(late.seq));
            skipped.values().removeIf(Instant.now().minus(COMMITS_WITHIN)::isAfter);
        }
        List<Row> following = jdbc.query(SELECT + "t.seq > ? order by t.seq limit ?", ROW, last, BATCH);
        following.forEach(row -> pass(row.seq));
        rows.addAll(following);
        return rows;
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

    /** Whether a reader that has read up to this place can be told what it missed, and need not read everything anew. */
    boolean covers(long seq, int behind) {
        return seq <= last && complete() - seq <= behind;
    }

    /** Up to a batch of what is committed after a place. */
    List<Row> after(long seq, Long orderId) {
        return orderId == null
                ? jdbc.query(SELECT + "t.seq > ? order by t.seq limit ?", ROW, seq, BATCH)
                : jdbc.query(SELECT + "t.seq > ? and t.order_id = ? order by t.seq limit ?", ROW, seq, orderId, BATCH);
    }

    private static final RowMapper<Row> ROW = (row, n) -> new Row(row.getLong(1), new Happened(row.getLong(2), row.getString(3),
            instant(row.getTimestamp(4)), row.getString(5), row.getString(6), row.getString(7), (Integer) row.getObject(8),
            (Long) row.getObject(9), Status.values()[row.getInt(10)], instant(row.getTimestamp(11))));

    private static Instant instant(Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
