package phone82.load;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Orders that were shipped or cancelled long ago, one every two seconds, written into the databases of a stopped phone82. Every thousandth order belongs to
 * the same customer, every eighth is of a second phone, and three of the oldest are of a third one; every twentieth was cancelled.
 */
public final class FinishedOrders {

    /** With the number of an order, modulo 1000, the subject of its customer. */
    static final String OWNERS = "customer-";

    private static final int AT_ONCE = 20_000;

    private static final String ID = "(86400000 + 2000 * i) * 4096";
    private static final String AT = "dateadd('second', 2 * i, timestamp '2026-01-02 00:00:00')";
    private static final String ITEM = "case when i <= 3 then 'iphone-17' when mod(i, 8) = 0 then 'note20' else 'abc123' end";
    private static final String OWNER = "'" + OWNERS + "' || cast(mod(i, 1000) as varchar(20))";
    private static final String CANCELLED = "mod(i, 20) = 7";
    private static final String TRACE = "'00-' || lpad(cast(i as varchar(20)), 32, '0') || '-00f067aa0ba902b7-00'";
    private static final String STEP = "insert into timeline (event_id, order_id, type, happened_at, correlation_id) "
            + "select 'stored-%1$s-' || cast(i as varchar(20)), " + ID + ", '%1$s', dateadd('second', %2$d, " + AT + "), lpad(cast(i as varchar(20)), 32, '0')";

    /** By context. {@code i} is the number of the order. */
    private static final Map<String, List<String>> INSERTS = Map.of(
            "app", List.of("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, shipped_at, version, owner) "
                    + "select " + ID + ", " + ITEM + ", 1, 500000, 500000, " + unlessCancelled("'Shipped'", "'Cancelled'") + ", " + AT + ", " + unlessCancelled("dateadd('second', 3, " + AT + ")", "null")
                    + ", 2, " + OWNER),
            "pay", List.of("insert into payment (order_id, item, qty, amount, status, authorised_at, completed_at, traceparent, version, confirmed, changed_at, "
                    + "payment_key, owner) select " + ID + ", " + ITEM + ", 1, 500000, " + unlessCancelled("'Completed'", "'Refunded'") + ", " + AT + ", dateadd('second', 1, " + AT + "), " + TRACE + ", 3, true, "
                    + "dateadd('second', 1, " + AT + "), 'stored-' || cast(i as varchar(20)), " + OWNER),
            "store", List.of("insert into delivery (order_id, item, qty, status, received_at, dispatch_at, shipped_at, traceparent, version, owner) "
                    + "select " + ID + ", " + ITEM + ", 1, " + unlessCancelled("'Shipped'", "'Cancelled'") + ", dateadd('second', 2, " + AT + "), dateadd('second', 3, " + AT + "), "
                    + unlessCancelled("dateadd('second', 3, " + AT + ")", "null") + ", " + TRACE + ", 1, " + OWNER),
            "customer", List.of("insert into history (order_id, item, qty, amount, progress, ordered_at, updated_at, owner) "
                            + "select " + ID + ", " + ITEM + ", 1, 500000, " + unlessCancelled("2", "3") + ", " + AT + ", dateadd('second', 3, " + AT + "), " + OWNER,
                    STEP.formatted("Ordered", 0), STEP.formatted("PayCompleted", 1), STEP.formatted("OrderReceived", 2), STEP.formatted("Shipped", 3) + " where not " + CANCELLED,
                    STEP.formatted("DeliveryCancelled", 3) + " where " + CANCELLED, STEP.formatted("OrderCancelled", 3) + " where " + CANCELLED,
                    STEP.formatted("PayCancelled", 3) + " where " + CANCELLED),
            "provider", List.of("insert into reservation (reference, order_id, item, authorised, authorised_at, captured, refunded, closed, attempts) "
                            + "select cast(" + ID + " as varchar(20)) || '-1', " + ID + ", " + ITEM + ", 500000, " + AT + ", 500000, " + unlessCancelled("0", "500000") + ", false, 0",
                    operation("authorise", 0), operation("capture", 1), operation("refund", 3) + " where " + CANCELLED));

    /** What is kept of an order for a while: its events where they were sent and received, its idempotency key, and a cancellation that was refused. */
    private static final Map<String, List<String>> EVENTS = Map.of(
            "app", List.of(sent("app", "Ordered", 0), received("PayCompleted", 1), received("Shipped", 3), saga(),
                    "insert into idempotency (owner, idempotency_key, fingerprint, order_id, used_at) select " + OWNER
                            + ", 'stored-' || cast(i as varchar(20)), lpad(cast(i as varchar(20)), 64, '0'), " + ID + ", " + AT),
            "pay", List.of(sent("pay", "PayCompleted", 1), received("Ordered", 0), saga()),
            "store", List.of(sent("store", "OrderReceived", 2), sent("store", "Shipped", 3), received("PayCompleted", 1), saga()));

    /** The rows of {@link #EVENTS} for one order. */
    static final int EVENT_ROWS = 12;

    private FinishedOrders() {
    }

    private static String unlessCancelled(String value, String otherwise) {
        return "case when " + CANCELLED + " then " + otherwise + " else " + value + " end";
    }

    private static String operation(String name, int second) {
        return "insert into operation (idempotency_key, reference, order_id, operation, item, amount, outcome, decided_at) "
                + "select cast(" + ID + " as varchar(20)) || '-1-" + name + "', cast(" + ID + " as varchar(20)) || '-1', " + ID + ", '" + name
                + "', " + ITEM + ", 500000, 'succeeded', dateadd('second', " + second + ", " + AT + ")";
    }

    /** The place is before that of the events of real orders, which are newer. */
    private static String sent(String context, String event, int second) {
        return "insert into outbox (seq, event_id, topic, subject, happened_at, traceparent, body, sent) select 4 * i + " + second + " - 100000000000, 'stored-" + event + "-' || cast(i as varchar(20)), "
                + "'phone82." + context + "." + event + "', cast(" + ID + " as varchar(20)), dateadd('second', " + second + ", " + AT + "), " + TRACE + ", "
                + "'{\"orderId\":' || cast(" + ID + " as varchar(20)) || ',\"item\":\"abc123\",\"qty\":1,\"amount\":500000,\"owner\":\"' || " + OWNER + " || '\"}', true";
    }

    private static String received(String event, int second) {
        return "insert into inbox (event_id, seen_at) select 'stored-" + event + "-' || cast(i as varchar(20)), dateadd('second', " + second + ", " + AT + ")";
    }

    private static String saga() {
        return "insert into saga (lra, order_id, state, since, traceparent) select 'http://localhost:8070/lra-coordinator/' || cast(i as varchar(20)), " + ID
                + ", 'Compensated', " + AT + ", " + TRACE;
    }

    /** Returns the id of an order. */
    public static long id(int order) {
        return (86_400_000L + 2_000L * order) * 4096;
    }

    /**
     * Writes them into the embedded databases in a folder.
     *
     * @param withEvents of so many orders, the newest ones, the events are kept, too
     */
    public static void add(Path data, int orders, int withEvents) throws Exception {
        add(INSERTS.keySet().stream().collect(Collectors.toMap(context -> context,
                context -> "jdbc:hsqldb:file:" + data.resolve(context).resolve("db") + ";user=SA;ifexists=true;shutdown=true;hsqldb.lock_file=false")), orders, withEvents);
    }

    /**
     * Writes them into these databases, two at a time.
     *
     * @param urls by context, with user and password
     */
    static void add(Map<String, String> urls, int orders, int withEvents) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(2);
        try {
            // the largest first
            List<Callable<Void>> all = List.of("customer", "provider", "store", "pay", "app").stream().map(context -> (Callable<Void>) () -> {
                add(urls.get(context), context, orders, withEvents);
                return null;
            }).toList();
            for (Future<Void> each : writers.invokeAll(all)) {
                each.get();
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private static void add(String url, String context, int orders, int withEvents) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement()) {
            boolean hsqldb = url.startsWith("jdbc:hsqldb:");
            List<String> indexes = hsqldb ? List.of() : dropIndexes(statement);
            // HSQLDB: the rows go straight into the table file; PostgreSQL has no dateadd
            statement.execute(hsqldb ? "set files log false" : "create function dateadd(unit text, n bigint, t timestamp) returns timestamp language sql immutable "
                    + "as $$ select t + n * interval '1 second' $$");
            connection.setAutoCommit(false);
            String numbers = hsqldb ? "unnest(sequence_array(%d, %d, 1))" : "generate_series(cast(%d as bigint), %d)";
            add(connection, statement, numbers, INSERTS.get(context), 1, orders);
            if (withEvents > 0) {
                add(connection, statement, numbers, EVENTS.getOrDefault(context, List.of()), orders - withEvents + 1, orders);
            }
            connection.setAutoCommit(true);
            for (String index : indexes) {
                statement.execute(index);
            }
            for (String last : hsqldb ? List.of("checkpoint", "set files log true") : List.of("drop function dateadd", "vacuum analyze")) {
                statement.execute(last);
            }
        }
    }

    private static void add(Connection connection, Statement statement, String numbers, List<String> inserts, int first, int last) throws SQLException {
        for (int next = first; next <= last; next += AT_ONCE) {
            String from = " from " + numbers.formatted(next, Math.min(last, next + AT_ONCE - 1)) + " as numbers (i)";
            for (String insert : inserts) {
                statement.execute(insert.contains(" where ") ? insert.replace(" where ", from + " where ") : insert + from);
                connection.commit();
            }
        }
    }

    /** Returns the statements that create them again: PostgreSQL builds a whole index faster than it adds a row at a time. */
    private static List<String> dropIndexes(Statement statement) throws SQLException {
        List<String> names = new ArrayList<>();
        List<String> definitions = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("select indexname, indexdef from pg_indexes where schemaname = 'public' "
                + "and indexname not in (select conname from pg_constraint)")) {
            while (rows.next()) {
                names.add(rows.getString(1));
                definitions.add(rows.getString(2));
            }
        }
        for (String name : names) {
            statement.execute("drop index " + name);
        }
        return definitions;
    }
}
