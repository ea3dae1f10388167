package phone82.customer;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.Counter;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import phone82.platform.api.Json;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;
import phone82.platform.event.Event;
import phone82.platform.identity.Caller;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.AfterCommit;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The view of all progress: one row per order and its timeline, written only by events. Events may come twice and in any order; each
 * only adds its data, so the result is the same.
 */
public class History {

    /** The event by which the order of a guest gets another owner. */
    static final String LINK_ENDED = "LinkEnded";

    /** The order's status by event. A later status is never overwritten by an earlier one. */
    private static final Map<String, Status> STATUS = Map.ofEntries(
            Map.entry("Ordered", Status.Ordered),
            Map.entry("PayCompleted", Status.Paid),
            Map.entry("OrderReceived", Status.Paid),
            Map.entry("DeliveryPaused", Status.Paid),
            Map.entry("DeliveryResumed", Status.Paid),
            Map.entry("Shipped", Status.Shipped),
            Map.entry("CancellationRefused", Status.Ordered),
            Map.entry(LINK_ENDED, Status.Ordered),
            Map.entry("OrderAssigned", Status.Ordered),
            Map.entry("DeliveryCancelled", Status.Ordered),
            Map.entry("OrderCancelled", Status.Cancelled),
            Map.entry("PayCancelled", Status.Cancelled),
            Map.entry("RefundFailed", Status.Cancelled));

    /** The events that an order can have again and again: its timeline keeps the newest of each, or a client could make it too long to be read. */
    private static final Set<String> REPEATABLE = Set.of("CancellationRefused", "DeliveryPaused", "DeliveryResumed", "RefundFailed");
    static final int NEWEST = 100;

    private final JdbcTemplate jdbc;
    private final Counter duplicates;
    private final AfterCommit wake;

    /**
     * @param duplicates counts the events that are in the view already
     * @param recorded   called after every commit that added to the view; must not block
     */
    public History(JdbcTemplate jdbc, Counter duplicates, Runnable recorded) {
        this.jdbc = jdbc;
        this.duplicates = duplicates;
        this.wake = new AfterCommit(recorded);
    }

    /** The order's status derived from its events; each status supersedes the ones before it. */
    enum Status {
        Ordered, Paid, Shipped, Cancelled
    }

    /** The progress of one order. Amount in won. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Progress(long orderId, String item, Integer qty, Long amount, String status, Instant orderedAt,
                           Instant updatedAt, List<Step> timeline) {

        Progress with(List<Step> steps) {
            return new Progress(orderId, item, qty, amount, status, orderedAt, updatedAt, steps);
        }
    }

    /** One event of an order's timeline. */
    public record Step(String type, Instant at, String correlationId, String reason) {
    }

    /** The fields that the view reads from an event's body; each event has some of them. */
    private record Facts(String item, Integer qty, Long amount, String reason, Instant orderedAt, String owner) {
    }

    /**
     * Adds the event's data to the view. Rejected orders are ignored: they never existed.
     *
     * @throws IllegalArgumentException the event type is unknown
     */
    public void record(@Body Event event) {
        if (!isOfAnOrder(event)) {
            return;
        }
        if (write(event, SERVED)) {
            wake.register();
        } else {
            AfterCommit.run(duplicates::increment);
        }
    }

    /** Adds the event's data to the view that is being rebuilt. */
    void rebuild(Event event) {
        if (isOfAnOrder(event)) {
            write(event, REBUILT);
        }
    }

    private static boolean isOfAnOrder(Event event) {
        return !event.name().equals("OrderRejected");
    }

    /** Returns whether the event is new; if it is not, the view stays as it is. */
    private boolean write(Event event, Statements view) {
        Status status = status(event.name());
        long orderId = Long.parseLong(event.subject());
        Facts facts = Json.read(event.body(), Facts.class);
        Timestamp at = Timestamp.from(event.time());
        if (jdbc.update(view.addStep, event.id(), orderId, event.name(), at, Correlation.id(event.traceparent()), facts.reason()) == 0) {
            return false;
        }
        jdbc.update(view.merge, orderId, facts.item(), facts.qty(), facts.amount(), status.ordinal(),
                event.name().equals("Ordered") ? orderedAt(facts, at) : null, at, facts.owner());
        if (event.name().equals(LINK_ENDED)) {
            jdbc.update(view.changeOwner, facts.owner(), orderId);
        }
        if (REPEATABLE.contains(event.name())) {
            jdbc.update(view.deleteOlder, orderId, event.name(), orderId, event.name());
        }
        return true;
    }

    private static final String MERGE = """
            merge into %s as view using (values (cast(? as bigint), cast(? as varchar(200)), cast(? as integer), cast(? as bigint),
                cast(? as integer), cast(? as timestamp with time zone), cast(? as timestamp with time zone),
                cast(? as varchar(255))))
                as event (order_id, item, qty, amount, progress, ordered_at, happened_at, owner)
            on view.order_id = event.order_id
            when matched then update set
                item = coalesce(view.item, event.item),
                qty = coalesce(view.qty, event.qty),
                amount = coalesce(view.amount, event.amount),
                progress = greatest(view.progress, event.progress),
                ordered_at = coalesce(view.ordered_at, event.ordered_at),
                updated_at = greatest(view.updated_at, event.happened_at),
                owner = coalesce(view.owner, event.owner)
            when not matched then insert (order_id, item, qty, amount, progress, ordered_at, updated_at, owner)
                values (event.order_id, event.item, event.qty, event.amount, event.progress, event.ordered_at, event.happened_at, event.owner)""";

    private static final String ADD_STEP = """
            merge into %s as timeline using (values (cast(? as varchar(36)), cast(? as bigint), cast(? as varchar(40)),
                cast(? as timestamp with time zone), cast(? as varchar(32)), cast(? as varchar(500))))
                as step (event_id, order_id, type, happened_at, correlation_id, reason)
            on timeline.event_id = step.event_id
            when not matched then insert (event_id, order_id, type, happened_at, correlation_id, reason)
                values (step.event_id, step.order_id, step.type, step.happened_at, step.correlation_id, step.reason)""";

    private static final String DELETE_OLDER = """
            delete from %s where order_id = ? and type = ? and happened_at < (select min(happened_at) from (
                select happened_at from %s where order_id = ? and type = ? order by happened_at desc limit %d) as newest)""";

    /** The SQL statements that write one of the two views. */
    private record Statements(String merge, String addStep, String changeOwner, String deleteOlder) {

        private static Statements of(String history, String timeline) {
            return new Statements(String.format(Locale.ROOT, MERGE, history), String.format(Locale.ROOT, ADD_STEP, timeline),
                    "update " + history + " set owner = ? where order_id = ?", String.format(Locale.ROOT, DELETE_OLDER, timeline, timeline, NEWEST));
        }
    }

    private static final Statements SERVED = Statements.of("history", "timeline");
    private static final Statements REBUILT = Statements.of("history_rebuilt", "timeline_rebuilt");

    /**
     * The order's status after an event.
     *
     * @throws IllegalArgumentException the event type is unknown
     */
    static Status status(String type) {
        Status status = STATUS.get(type);
        if (status == null) {
            throw new IllegalArgumentException(type + " is no event for customer");
        }
        return status;
    }

    /** Events of earlier versions lack the time at which the order was placed, shortly before it was accepted. */
    private static Timestamp orderedAt(Facts facts, Timestamp accepted) {
        return facts.orderedAt() == null ? accepted : Timestamp.from(facts.orderedAt());
    }

    /** @throws Problem 404 there is no such order, or the caller must not see it */
    public Progress find(@Header("orderId") long orderId, @Variable(Caller.VARIABLE) Caller caller) {
        Progress found = jdbc.query(SELECT + " where order_id = ?", row -> row.next() && caller.sees(row.getString("owner"))
                ? PROGRESS.mapRow(row, 0) : null, orderId);
        if (found == null) {
            throw Problem.notFound("history of order", orderId);
        }
        return found.with(jdbc.query(
                "select type, happened_at, correlation_id, reason from timeline where order_id = ? order by happened_at, event_id",
                (row, n) -> new Step(row.getString(1), row.getTimestamp(2).toInstant(), row.getString(3), row.getString(4)), orderId));
    }

    public Page<Progress> list(@Header("size") Integer size, @Header("after") Long after,
                               @Header("status") String status, @Header("item") String item,
                               @Variable(Caller.VARIABLE) Caller caller) {
        int shown = Page.size(size);
        StringBuilder sql = new StringBuilder(SELECT).append(" where order_id < ?");
        // the columns of the index in use; otherwise HSQLDB sorts all matching rows. An expression of a column keeps HSQLDB from its index
        String order = "order_id desc";
        List<Object> arguments = new ArrayList<>(List.of(Page.below(after)));
        String owner = caller.owns();
        boolean isFinished = status != null && (status.equals(Status.Shipped.name()) || status.equals(Status.Cancelled.name()));
        if (status != null) {
            // most are finished: reads the index of the item and skips other statuses
            sql.append(item != null && isFinished ? " and progress + 0 = ?" : " and progress = ?");
            arguments.add(Status.valueOf(status).ordinal());
            order = "progress desc, order_id desc";
        }
        if (item != null) {
            boolean byItem = status == null || isFinished;
            sql.append(byItem ? " and item = ?" : " and item || '' = ?");
            arguments.add(item);
            order = byItem ? "item desc, order_id desc" : order;
        }
        if (owner != null) {
            sql.append(" and owner = ?");
            arguments.add(owner);
            order = "owner desc, order_id desc";
        }
        arguments.add(shown + 1);
        return Page.of(jdbc.query(sql.append(" order by ").append(order).append(" limit ?").toString(), PROGRESS, arguments.toArray()),
                shown, progress -> progress, Progress::orderId);
    }

    private static final String SELECT = "select order_id, item, qty, amount, progress, ordered_at, updated_at, owner from history";

    private static final RowMapper<Progress> PROGRESS = (row, n) -> new Progress(row.getLong(1), row.getString(2), (Integer) row.getObject(3),
            (Long) row.getObject(4), Status.values()[row.getInt(5)].name(), instant(row.getTimestamp(6)), instant(row.getTimestamp(7)), null);

    static Instant instant(Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
