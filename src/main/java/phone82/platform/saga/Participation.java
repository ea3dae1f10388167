package phone82.platform.saga;

import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.Correlation;
import phone82.platform.Problem;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cancellations that this context takes part in, by the id of their LRA. It is noted before the coordinator hears of
 * it, so that a callback that comes before its action, twice, or of an LRA that was never joined finds out here.
 */
public class Participation {

    /** A cancellation that is not over here: since when it goes on. */
    public record Open(String lra, long orderId, Instant since) {
    }

    private final JdbcTemplate jdbc;

    private final String lras;
    private final Duration timeLimit;
    private final Duration keep;

    /**
     * @param lras      what the ids of our coordinator's LRAs begin with
     * @param timeLimit after which the coordinator undoes a cancellation by itself
     * @param keep      how long what ended is remembered; longer than any callback can be late
     */
    public Participation(JdbcTemplate jdbc, String lras, Duration timeLimit, Duration keep) {
        this.jdbc = jdbc;
        this.lras = lras;
        this.timeLimit = timeLimit;
        this.keep = keep;
    }

    /** @throws Problem 400 without an LRA of our coordinator: this context must not call a place of the caller's choice */
    public void join(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra, @Header("orderId") long orderId) {
        if (lra == null || !lra.startsWith(lras) || lra.length() > 255) {
            throw new Problem(400, "No saga", "This is a step of a cancellation; it needs the Long-Running-Action header with an LRA of the coordinator.");
        }
        jdbc.update("""
                merge into saga using (values (cast(? as varchar(255)), cast(? as bigint), cast(? as timestamp with time zone),
                    cast(? as varchar(55)))) as joined (lra, order_id, since, traceparent)
                on saga.lra = joined.lra
                when not matched then insert (lra, order_id, state, since, traceparent)
                    values (joined.lra, joined.order_id, 'Joined', joined.since, joined.traceparent)""",
                lra, orderId, Timestamp.from(Instant.now()), Correlation.current());
    }

    /**
     * The action's part of the transaction at hand.
     *
     * @throws Problem 409 when the cancellation was given up before its action came
     */
    public void act(String lra, long orderId) {
        if (jdbc.update("update saga set state = 'Acted' where lra = ? and order_id = ? and state = 'Joined'", lra, orderId) == 0) {
            throw new Problem(409, "Cancellation over", "This cancellation was given up already.");
        }
    }

    /** @return the order whose action is now to be completed; nothing where there is none, or it was completed before */
    public Optional<Long> complete(String lra) {
        return end(lra, "Completed");
    }

    /** @return the order whose action is now to be undone; nothing where there is none, or it was undone before */
    public Optional<Long> compensate(String lra) {
        Optional<Long> order = end(lra, "Compensated");
        if (order.isEmpty()) {
            jdbc.update("update saga set state = 'Compensated' where lra = ? and state = 'Joined'", lra);
        }
        return order;
    }

    private Optional<Long> end(String lra, String state) {
        if (jdbc.update("update saga set state = ? where lra = ? and state = 'Acted'", state, lra) == 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(jdbc.queryForObject("select order_id, traceparent from saga where lra = ?", (row, n) -> {
            Correlation.begin(row.getString(2));
            Correlation.about(row.getString(1));
            return row.getLong(1);
        }, lra));
    }

    /** The cancellations whose action was done here and whose outcome is not known here, the oldest first. */
    public List<Open> open() {
        return openSince(Instant.now());
    }

    /** Those that should have been over long ago. */
    public List<Open> overdue() {
        return openSince(Instant.now().minus(timeLimit.multipliedBy(2)));
    }

    private List<Open> openSince(Instant latest) {
        return jdbc.query("select lra, order_id, since from saga where state = 'Acted' and since <= ? order by since limit 200",
                (row, n) -> new Open(row.getString(1), row.getLong(2), row.getTimestamp(3).toInstant()), Timestamp.from(latest));
    }

    public int countOpen() {
        return jdbc.queryForObject("select count(*) from saga where state = 'Acted'", Integer.class);
    }

    /** Forgets what ended long ago. */
    public int purge() {
        return jdbc.update("delete from saga where state <> 'Acted' and since < ?", Timestamp.from(Instant.now().minus(keep)));
    }
}
