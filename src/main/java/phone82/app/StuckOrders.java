package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.event.Event;
import phone82.platform.event.EventLog;
import phone82.platform.persistence.Placeholders;
import phone82.platform.persistence.Statuses;
import phone82.platform.repair.Repair;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Finds unfinished orders without progress, whose events may be lost. Orders that wait on purpose are left out: for the end of their cancellation,
 * because a dealer has paused the delivery, or because store ships nothing. It reads app's own event log once, some time behind the newest orders:
 * that costs one look-up per order, less than an index would.
 */
public class StuckOrders implements Repair {

    private static final int STEP = 1000;
    private static final int STEPS = 20;
    /** The clocks of two instances differ by less. */
    private static final Duration WRONG = Duration.ofMinutes(1);
    /** Most orders whose events one replay requests. */
    private static final int ORDERS = 100;
    /** The pause before the next replay of an order doubles so many times: 10 min become 11 h. */
    private static final int DOUBLED = 6;
    private static final String NOT_PAUSED = "not exists (select 1 from paused where paused.order_id = stuck.order_id and ended = false)";
    private static final String UNDER_WAY = Statuses.in(OrderStatus.UNDER_WAY);

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final Duration patience;
    private final Duration pause;
    private final BooleanSupplier nothingIsShipped;

    /**
     * @param patience         how long an order may go without progress
     * @param pause            how long to wait for the effect of the first replay before the next one; then it doubles
     * @param nothingIsShipped whether store ships nothing on purpose, so that a paid order makes no progress
     */
    StuckOrders(JdbcTemplate jdbc, TransactionOperations transactions, Duration patience, Duration pause, BooleanSupplier nothingIsShipped) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.patience = patience;
        this.pause = pause;
        this.nothingIsShipped = nothingIsShipped;
    }

    private record Place(long seq, String topic, String subject, Instant at) {
    }

    /**
     * The SQL condition of an order that does not wait on purpose. One that is being cancelled waits for the outcome: if store has lost it, the
     * repeated payment would make store ship it.
     */
    private String canMove() {
        List<OrderStatus> waiting = nothingIsShipped.getAsBoolean() ? List.of(OrderStatus.Cancelling, OrderStatus.Paid) : List.of(OrderStatus.Cancelling);
        return NOT_PAUSED + " and not exists (select 1 from orders waiting where waiting.id = stuck.order_id and waiting." + Statuses.in(waiting) + ")";
    }

    private record Stuck(long id, int asked, Instant orderedAt) {
    }

    /** The replay to request now, or null if no order is stuck. */
    public EventLog.Replay due() {
        return transactions.execute(transaction -> {
            // one instance at a time
            jdbc.update("update stuck_watch set place = place where id = 1");
            find();
            for (String table : List.of("stuck", "paused")) {
                jdbc.update("delete from " + table + " where not exists (select 1 from orders where id = order_id and " + UNDER_WAY + ")");
            }
            Instant now = Instant.now();
            List<Stuck> orders = jdbc.query("select order_id, asked, ordered_at from stuck join orders on id = order_id where ask_at <= ? and " + canMove()
                    + " order by ask_at, order_id limit " + ORDERS, (row, n) -> new Stuck(row.getLong(1), row.getInt(2), row.getTimestamp(3).toInstant()), Timestamp.from(now));
            if (orders.isEmpty()) {
                return null;
            }
            orders.forEach(each -> jdbc.update("update stuck set asked = asked + 1, ask_at = ? where order_id = ?",
                    Timestamp.from(now.plus(pause.multipliedBy(1L << Math.min(each.asked, DOUBLED)))), each.id));
            Instant since = orders.stream().map(Stuck::orderedAt).min(Comparator.naturalOrder()).orElseThrow();
            return new EventLog.Replay(since.toEpochMilli(), null, null, orders.stream().map(Stuck::id).toList());
        });
    }

    /** Makes a run after the shortest pause repeat the replay, because a context could not do it, or not completely. */
    public void failed(@Variable("replay") EventLog.Replay replay) {
        List<Object> arguments = new ArrayList<>(List.of(Timestamp.from(Instant.now().plus(pause))));
        arguments.addAll(replay.orders());
        // still counted as stuck, but the next pause is short
        jdbc.update("update stuck set asked = least(asked, 2), ask_at = ? where order_id in (" + Placeholders.of(replay.orders()) + ")", arguments.toArray());
    }

    private void find() {
        Instant now = Instant.now();
        Instant before = now.minus(patience);
        // dated by a wrong clock; it must not hide the orders after it
        Instant future = now.plus(WRONG);
        List<Place> places;
        int steps = 0;
        long from = jdbc.queryForObject("select place from stuck_watch where id = 1", Long.class);
        do {
            places = jdbc.query("select seq, topic, subject, happened_at from outbox where seq > ? order by seq limit " + STEP,
                            (row, n) -> new Place(row.getLong(1), row.getString(2), row.getString(3), row.getTimestamp(4).toInstant()), from)
                    .stream().takeWhile(place -> place.at.isBefore(before) || place.at.isAfter(future)).toList();
            if (places.isEmpty()) {
                return;
            }
            List<Object> orders = new ArrayList<>();
            places.stream().filter(place -> place.topic.equals("phone82.app.Ordered")).map(place -> Long.valueOf(place.subject)).forEach(orders::add);
            if (!orders.isEmpty()) {
                List<Long> found = jdbc.queryForList("select id from orders where " + UNDER_WAY + " and id in (" + Placeholders.of(orders)
                        + ") and not exists (select 1 from stuck where order_id = id)", Long.class, orders.toArray());
                found.forEach(order -> jdbc.update("insert into stuck (order_id, asked, ask_at) values (?, 0, ?)", order, Timestamp.from(before)));
            }
            from = places.get(places.size() - 1).seq;
            jdbc.update("update stuck_watch set place = ? where id = 1", from);
        } while (places.size() == STEP && ++steps < STEPS);
    }

    /** Records that the order waits because a dealer has paused its delivery. */
    public void paused(@Body Event event) {
        record(event, false);
    }

    /** Records that the order should make progress again. */
    public void resumed(@Body Event event) {
        record(event, true);
    }

    /** An event that happened before the last recorded one of its order is late and has no effect. */
    private void record(Event event, boolean ended) {
        jdbc.update("""
                merge into paused using (values (cast(? as bigint), cast(? as boolean), cast(? as timestamp with time zone))) as event (order_id, ended, event_time)
                on paused.order_id = event.order_id
                when matched and (paused.event_time is null or paused.event_time <= event.event_time) then update set ended = event.ended, event_time = event.event_time
                when not matched then insert (order_id, ended, event_time) values (event.order_id, event.ended, event.event_time)""",
                Long.valueOf(event.subject()), ended, Timestamp.from(event.time()));
    }

    /** Whether a dealer has paused the delivery of this unfinished order, even if it was resumed. */
    boolean hasPaused(long order) {
        return jdbc.queryForObject("select count(*) from paused where order_id = ?", Long.class, order) > 0;
    }

    /** The body of the replay request to pay or store. */
    public String request(@Body EventLog.Replay replay) {
        return Json.text(replay);
    }

    /** The next request after a response of pay or store; null if the replay is complete. */
    public EventLog.Replay answered(@Variable("replay") EventLog.Replay replay, @Body String response) {
        return following(replay, Json.read(response, EventLog.Replayed.class));
    }

    /** The next request to app's own log; null if the replay is complete. */
    public EventLog.Replay following(@Variable("replay") EventLog.Replay replay, @Body EventLog.Replayed response) {
        return replay.following(response);
    }

    @Override
    public String name() {
        return "stuck-orders";
    }

    @Override
    public List<Item> waiting(int most) {
        return jdbc.query("select id, ordered_at from orders join stuck on order_id = id where " + UNDER_WAY + " and asked > 1 and " + canMove() + " order by id limit " + most,
                (row, n) -> new Item(row.getString(1), row.getString(1), null, row.getTimestamp(2).toInstant().toString(), null));
    }

    /** Makes the next run send the events again of the orders that count as stuck. */
    @Override
    public Result repair(String id) {
        String stuck = "update stuck set ask_at = ? where asked > 1 and " + canMove();
        Timestamp now = Timestamp.from(Instant.now());
        int asked = id == null ? jdbc.update(stuck, now) : id.matches("\\d{1,18}") ? jdbc.update(stuck + " and order_id = ?", now, Long.valueOf(id)) : 0;
        if (id != null && asked == 0) {
            throw Problem.notFound("stuck order", id);
        }
        return new Result(asked, 0, false);
    }

    /** Number of orders that made no progress although their events were sent again. */
    public long count() {
        return jdbc.queryForObject("select count(*) from stuck where asked > 1 and " + canMove(), Long.class);
    }
}
