package phone82.platform.saga;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.api.Problem;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cancellations that this context takes part in, by the id of their LRA. A row is written before the coordinator is called, so that a
 * callback that arrives before its action, twice, or for an LRA that was never joined is recognised.
 */
public class Participation {

    /** A cancellation whose outcome this context does not know yet, the time it began, and its trace. */
    public record Open(String lra, long orderId, Instant since, @JsonIgnore String traceparent) {

        /** Returns the part of the id that stays the same when the coordinator gets another URL. */
        public String uid() {
            return lra.substring(lra.lastIndexOf('/') + 1);
        }
    }

    private final JdbcTemplate jdbc;

    private final String lras;
    private final Duration timeLimit;
    private final Duration keep;
    private final OldRows ended;

    /**
     * @param lras      prefix of the ids of the coordinator's LRAs
     * @param timeLimit time after which the coordinator undoes a cancellation by itself
     * @param keep      how long ended cancellations are kept; longer than a callback can be delayed
     */
    public Participation(JdbcTemplate jdbc, String lras, Duration timeLimit, Duration keep, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.lras = lras;
        this.timeLimit = timeLimit;
        this.keep = keep;
        ended = new OldRows(jdbc, metrics, "saga", "since", "state", List.of("Joined", "Completed", "Compensated"));
    }

    /** @throws Problem 400 without an LRA of the configured coordinator: this context must not call an address of the caller's choice */
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
     * Marks the action as done, in its transaction.
     *
     * @return whether the action must now be done; not if it was done before, and app repeats its request because the answer was lost
     * @throws Problem 409 if the cancellation was undone before its action arrived
     */
    public boolean act(String lra, long orderId) {
        if (jdbc.update("update saga set state = 'Acted' where lra = ? and order_id = ? and state = 'Joined'", lra, orderId) > 0) {
            return true;
        }
        if (jdbc.queryForObject("select count(*) from saga where lra = ? and order_id = ? and state = 'Acted'", Integer.class, lra, orderId) > 0) {
            return false;
        }
        throw new Problem(409, "Cancellation over", "This cancellation was undone already.");
    }

    /** @return the order whose action must now be completed; empty if there is none, or it was completed before */
    public Optional<Long> complete(String lra) {
        return end(lra, "Completed");
    }

    /**
     * Completes the open cancellation of an order because another context reports that the order or its payment is cancelled. So the outcome is the
     * same everywhere, also if the coordinator lost the cancellation while it closed it.
     *
     * @return whether the action must now be completed
     */
    public boolean completeFor(long orderId) {
        return jdbc.update("update saga set state = 'Completed' where order_id = ? and state = 'Acted'", orderId) > 0;
    }

    /** @return the order whose action must now be undone; empty if there is none, or it was undone before */
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
            Correlation.begin(row.getString(2), row.getString(1));
            return row.getLong(1);
        }, lra));
    }

    /** Returns cancellations whose action is done and whose outcome is not known yet, oldest first. */
    public List<Open> open() {
        return openSince(Instant.now());
    }

    /** Returns the open cancellations that should have ended long ago, oldest first. */
    public List<Open> overdue() {
        return openSince(Instant.now().minus(timeLimit.multipliedBy(2)));
    }

    /** Makes the log lines of this thread name the cancellation's order and trace. */
    public void correlate(@Body Open cancellation) {
        Correlation.begin(cancellation.traceparent(), String.valueOf(cancellation.orderId()));
    }

    private List<Open> openSince(Instant latest) {
        return jdbc.query("select lra, order_id, since, traceparent from saga where state = 'Acted' and since <= ? order by since limit 200",
                (row, n) -> new Open(row.getString(1), row.getLong(2), row.getTimestamp(3).toInstant(), row.getString(4)), Timestamp.from(latest));
    }

    public int countOpen() {
        return jdbc.queryForObject("select count(*) from saga where state = 'Acted'", Integer.class);
    }

    /** Age of the oldest open cancellation; zero if there is none. */
    public double oldestSeconds() {
        return GaugeQueries.secondsSince(jdbc.queryForObject("select min(since) from saga where state = 'Acted'", Timestamp.class));
    }

    /** Deletes cancellations that ended long ago, and returns how many. */
    public int purge() {
        return ended.deleteBefore(Instant.now().minus(keep));
    }
}
