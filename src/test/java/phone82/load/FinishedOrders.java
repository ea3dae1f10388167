package phone82.load;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Orders that were shipped long ago, one every ten seconds, written into the databases of a stopped phone82. Their events have been purged. */
final class FinishedOrders {

    private static final int AT_ONCE = 20_000;

    private static final String ID = "(86400000 + 10000 * i) * 4096";
    private static final String AT = "dateadd('second', 10 * i, timestamp '2026-01-02 00:00:00')";
    private static final String TRACE = "'00-' || lpad(cast(i as varchar(20)), 32, '0') || '-00f067aa0ba902b7-00'";
    private static final String STEP = "insert into timeline (event_id, order_id, type, happened_at, correlation_id) "
            + "select 'stored-%1$s-' || cast(i as varchar(20)), " + ID + ", '%1$s', dateadd('second', %2$d, " + AT + "), lpad(cast(i as varchar(20)), 32, '0')";

    /** By context. {@code i} is the number of the order. */
    private static final Map<String, List<String>> INSERTS = Map.of(
            "app", List.of("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, shipped_at, version, owner) "
                    + "select " + ID + ", 'abc123', 1, 500000, 500000, 'Shipped', " + AT + ", dateadd('second', 3, " + AT + "), 2, 'demo'"),
            "pay", List.of("insert into payment (order_id, item, qty, amount, status, authorised_at, completed_at, traceparent, version, confirmed, changed_at, "
                    + "payment_key, owner) select " + ID + ", 'abc123', 1, 500000, 'Completed', " + AT + ", dateadd('second', 1, " + AT + "), " + TRACE + ", 3, true, "
                    + "dateadd('second', 1, " + AT + "), 'stored-' || cast(i as varchar(20)), 'demo'"),
            "store", List.of("insert into delivery (order_id, item, qty, status, received_at, dispatch_at, shipped_at, traceparent, version, owner) "
                    + "select " + ID + ", 'abc123', 1, 'Shipped', dateadd('second', 2, " + AT + "), dateadd('second', 3, " + AT + "), dateadd('second', 3, " + AT + "), "
                    + TRACE + ", 1, 'demo'"),
            "customer", List.of("insert into history (order_id, item, qty, amount, progress, ordered_at, updated_at, owner) "
                            + "select " + ID + ", 'abc123', 1, 500000, 2, " + AT + ", dateadd('second', 3, " + AT + "), 'demo'",
                    STEP.formatted("Ordered", 0), STEP.formatted("PayCompleted", 1), STEP.formatted("OrderReceived", 2), STEP.formatted("Shipped", 3)),
            "provider", List.of("insert into reservation (reference, order_id, item, authorised, authorised_at, captured, refunded, closed, attempts) "
                            + "select cast(" + ID + " as varchar(20)) || '-1', " + ID + ", 'abc123', 500000, " + AT + ", 500000, 0, false, 0",
                    operation("authorise", 0), operation("capture", 1)));

    private FinishedOrders() {
    }

    private static String operation(String name, int second) {
        return "insert into operation (idempotency_key, reference, order_id, operation, item, amount, outcome, decided_at) "
                + "select cast(" + ID + " as varchar(20)) || '-1-" + name + "', cast(" + ID + " as varchar(20)) || '-1', " + ID + ", '" + name
                + "', 'abc123', 500000, 'succeeded', dateadd('second', " + second + ", " + AT + ")";
    }

    static void add(Path data, int orders) throws SQLException {
        for (Map.Entry<String, List<String>> inserts : INSERTS.entrySet()) {
            String url = "jdbc:hsqldb:file:" + data.resolve(inserts.getKey()).resolve("db") + ";ifexists=true;shutdown=true;hsqldb.lock_file=false";
            try (Connection connection = DriverManager.getConnection(url, "SA", ""); Statement statement = connection.createStatement()) {
                // the rows go straight into the table file
                statement.execute("set files log false");
                connection.setAutoCommit(false);
                for (int first = 1; first <= orders; first += AT_ONCE) {
                    for (String insert : inserts.getValue()) {
                        statement.execute(insert + " from unnest(sequence_array(" + first + ", " + Math.min(orders, first + AT_ONCE - 1) + ", 1)) as numbers (i)");
                        connection.commit();
                    }
                }
                statement.execute("checkpoint");
                statement.execute("set files log true");
            }
        }
    }
}
