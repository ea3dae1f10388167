package phone82.customer;

import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Problem;
import phone82.platform.event.Event;
import phone82.platform.event.EventLog.Logged;
import phone82.platform.event.EventTransformation;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rebuilds the view from the event logs of app, pay and store. It fills a second view beside the one that is served, and then copies it
 * order by order, each in one transaction. Every step can be repeated. Data of the served view that is missing in the logs is kept,
 * because logs are kept only for a limited time. A rebuild that begins continues an interrupted one; if that still runs, its next step is refused.
 */
public class Rebuild {

    private static final int ORDERS = 200;
    private static final int ATTEMPTS = 5;
    private static final String STEPS = "select order_id, event_id, type, happened_at, correlation_id, reason from ";

    private final History history;
    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final EventTransformation received;

    /** @param received changes events as they are changed when they are received */
    Rebuild(History history, JdbcTemplate jdbc, TransactionOperations transactions, EventTransformation received) {
        this.received = received;
        this.history = history;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** The position up to which each log has been read. */
    public record Places(Map<String, Long> places) {
    }

    /** @param run a random id, which each step of this rebuild has */
    public record Begin(String run) {
    }

    /** Events of one context's log. */
    public record Feed(String run, String source, List<Logged> events) {
    }

    /** @param before only orders with lower ids; null for all */
    public record Switch(String run, Long before) {
    }

    /** @param deleted rows of the rebuilt view that one step has deleted; zero at the end */
    public record Ended(int deleted) {
    }

    /**
     * The result of switching some orders.
     *
     * @param changed  orders whose view differed
     * @param unlogged orders of which the view has more data than the logs
     * @param next     the id below which to continue; null if all orders are done
     */
    public record Switched(int compared, int changed, int unlogged, Long next) {
    }

    /** The positions at which an interrupted rebuild continues; empty if none has begun. */
    public Places places() {
        Map<String, Long> places = new TreeMap<>();
        jdbc.query("select source, place from rebuild", row -> {
            places.put(row.getString(1), row.getLong(2));
        });
        return new Places(places);
    }

    /** Begins a rebuild, or continues an interrupted one, and returns the positions from which to read the logs. */
    public Places begin(@Body Begin begin) {
        return transactions.execute(transaction -> {
            jdbc.update("update rebuild_run set run = ?", begin.run());
            return places();
        });
    }

    /**
     * Adds events to the new view.
     *
     * @throws Problem 409 if another rebuild has begun
     */
    public Places feed(@Body Feed feed) {
        transactions.executeWithoutResult(transaction -> {
            requireRun(feed.run());
            for (Logged event : feed.events()) {
                try {
                    history.rebuild(new Event(event.id(), event.type(), event.subject(), event.time(), event.traceparent(),
                            received.applied(event.subject(), event.data().toString())));
                } catch (IllegalArgumentException e) {
                    throw new Problem(422, "Unknown event", "The event " + event.id() + " cannot be read: " + e.getMessage());
                }
            }
            long place = feed.events().get(feed.events().size() - 1).seq();
            if (jdbc.update("update rebuild set place = greatest(place, ?) where source = ?", place, feed.source()) == 0) {
                jdbc.update("insert into rebuild (source, place) values (?, ?)", feed.source(), place);
            }
        });
        return places();
    }

    /**
     * Copies the rebuilt view of some orders to the served view, those with the highest ids first.
     *
     * @throws Problem 409 if another rebuild has begun
     */
    public Switched switchOver(@Body Switch wanted) {
        requireRun(wanted.run());
        long before = wanted.before() == null ? Long.MAX_VALUE : wanted.before();
        List<Long> servedIds = ids("history", before);
        List<Long> rebuiltIds = ids("history_rebuilt", before);
        long lowest = Math.max(lowest(servedIds), lowest(rebuiltIds));
        List<Long> orders = Stream.concat(servedIds.stream(), rebuiltIds.stream()).filter(order -> order >= lowest).distinct().toList();
        if (orders.isEmpty()) {
            return new Switched(0, 0, 0, null);
        }
        Map<Long, View> now = views("history", "timeline", lowest, before);
        Map<Long, View> then = views("history_rebuilt", "timeline_rebuilt", lowest, before);
        int changed = 0;
        int unlogged = 0;
        for (long order : orders) {
            View old = now.getOrDefault(order, View.NONE);
            View rebuilt = then.getOrDefault(order, View.NONE);
            if (!old.mergedWith(rebuilt).equals(old)) {
                switchOver(order, rebuilt, wanted.run());
                changed++;
            }
            if (!rebuilt.steps.keySet().containsAll(old.steps.keySet()) || rebuilt.row.isEmpty()) {
                unlogged++;
            }
        }
        return new Switched(orders.size(), changed, unlogged, lowest == Long.MIN_VALUE ? null : lowest);
    }

    /**
     * Deletes some rows of the rebuilt view. The positions go first: a rebuild that begins before all rows are deleted reads the logs from the beginning.
     *
     * @throws Problem 409 if another rebuild has begun
     */
    public Ended end(@Header("run") String run) {
        return transactions.execute(transaction -> {
            requireRun(run);
            jdbc.update("delete from rebuild");
            int steps = deleteSome("timeline_rebuilt", "event_id");
            return new Ended(steps > 0 ? steps : deleteSome("history_rebuilt", "order_id"));
        });
    }

    /** All at once would be one transaction, which HSQLDB keeps in memory. */
    private int deleteSome(String table, String key) {
        List<Object> keys = jdbc.queryForList("select " + key + " from " + table + " order by " + key + " limit " + OldRows.STEP, Object.class);
        return keys.isEmpty() ? 0 : jdbc.update("delete from " + table + " where " + key + " <= ?", keys.get(keys.size() - 1));
    }

    /** Keeps another rebuild from beginning until the transaction ends. */
    private void requireRun(String run) {
        if (jdbc.update("update rebuild_run set run = ? where run = ?", run, run) == 0) {
            throw new Problem(409, "Another rebuild", "Another rebuild of the view has begun, so this one ended. Wait until that one is complete.");
        }
    }

    private List<Long> ids(String table, long before) {
        return jdbc.queryForList("select order_id from " + table + " where order_id < ? order by order_id desc limit " + ORDERS, Long.class, before);
    }

    private static long lowest(List<Long> ids) {
        return ids.size() < ORDERS ? Long.MIN_VALUE : ids.get(ORDERS - 1);
    }

    /** Waits or retries if an event of the order is recorded at the same time. */
    private void switchOver(long order, View rebuilt, String run) {
        for (int attempt = 1; ; attempt++) {
            try {
                transactions.executeWithoutResult(transaction -> {
                    requireRun(run);
                    write(order, rebuilt);
                });
                return;
            } catch (ConcurrencyFailureException | DuplicateKeyException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void write(long order, View rebuilt) {
        jdbc.update("update history set progress = progress where order_id = ?", order);
        View old = views("history", "timeline", order, order + 1).getOrDefault(order, View.NONE);
        View view = old.mergedWith(rebuilt);
        view.steps.forEach((id, step) -> {
            Object[] values = {step.type, Timestamp.from(step.at), step.correlationId, step.reason, order, id};
            if (!old.steps.containsKey(id)) {
                jdbc.update("insert into timeline (type, happened_at, correlation_id, reason, order_id, event_id) values (?, ?, ?, ?, ?, ?)", values);
            } else if (!old.steps.get(id).equals(step)) {
                jdbc.update("update timeline set type = ?, happened_at = ?, correlation_id = ?, reason = ?, order_id = ? where event_id = ?", values);
            }
        });
        List<String> columns = view.row.keySet().stream().filter(column -> !column.equals("order_id")).toList();
        List<Object> values = columns.stream().map(view.row::get).map(value -> value instanceof Instant at ? Timestamp.from(at) : value)
                .collect(Collectors.toCollection(ArrayList::new));
        values.add(order);
        if (old.row.isEmpty()) {
            jdbc.update("insert into history (" + String.join(", ", columns) + ", order_id) values (" + "?, ".repeat(columns.size()) + "?)", values.toArray());
        } else {
            jdbc.update("update history set " + columns.stream().map(column -> column + " = ?").collect(Collectors.joining(", "))
                    + " where order_id = ?", values.toArray());
        }
    }

    private Map<Long, View> views(String history, String timeline, long from, long before) {
        Map<Long, View> views = new LinkedHashMap<>();
        for (Map<String, Object> columns : jdbc.queryForList("select * from " + history + " where order_id >= ? and order_id < ?", from, before)) {
            Map<String, Object> row = new TreeMap<>();
            columns.forEach((column, value) -> row.put(column.toLowerCase(Locale.ROOT),
                    value instanceof OffsetDateTime at ? at.toInstant() : value instanceof Timestamp at ? at.toInstant() : value));
            views.put((Long) row.get("order_id"), new View(row, new TreeMap<>()));
        }
        jdbc.query(STEPS + timeline + " where order_id >= ? and order_id < ?", row -> {
            views.computeIfAbsent(row.getLong(1), order -> new View(Map.of(), new TreeMap<>())).steps
                    .put(row.getString(2), new Step(row.getString(3), row.getTimestamp(4).toInstant(), row.getString(5), row.getString(6)));
        }, from, before);
        return views;
    }

    private record Step(String type, Instant at, String correlationId, String reason) {
    }

    /** The row of an order, empty if there is none, and its timeline by event id. */
    private record View(Map<String, Object> row, Map<String, Step> steps) {

        private static final View NONE = new View(Map.of(), Map.of());

        private boolean hasLinkEnded() {
            return steps.values().stream().anyMatch(step -> step.type.equals(History.LINK_ENDED));
        }

        /** Merges the rebuilt view into this one: rebuilt values win, missing ones are kept. Status and time follow from all events. */
        private View mergedWith(View rebuilt) {
            if (rebuilt.row.isEmpty()) {
                return this;
            }
            Map<String, Step> all = new TreeMap<>(steps);
            all.putAll(rebuilt.steps);
            Map<String, Object> merged = new TreeMap<>(row);
            rebuilt.row.forEach((column, value) -> {
                if (value != null || !merged.containsKey(column)) {
                    merged.put(column, value);
                }
            });
            // a link that ended after app's log was read, or long before the log begins, must not show the order again
            if (hasLinkEnded() && !rebuilt.hasLinkEnded()) {
                merged.put("owner", row.get("owner"));
            }
            merged.put("progress", all.values().stream().map(step -> History.status(step.type).ordinal()).max(Comparator.naturalOrder()).orElseThrow());
            merged.put("updated_at", all.values().stream().map(Step::at).max(Comparator.naturalOrder()).orElseThrow());
            return new View(merged, all);
        }
    }
}
