package phone82.platform.erasure;

import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Problem;
import phone82.platform.event.DeadLetters;
import phone82.platform.persistence.Statuses;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Erases a user from this context: in its tables, in its log of events and in its dead letters the subject is replaced by a pseudonym.
 * Each call does one step in one transaction, and can be repeated.
 */
public class Erasure {

    /** Rows that one step changes in each table, or events that it looks through. */
    static final int STEP = 1000;
    private static final int ATTEMPTS = 5;
    /** Before the first event: HSQLDB's sequence starts at 0. */
    private static final long FIRST = -1;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final List<OwnedTable> tables;
    private final Tombstones tombstones;
    private final DeadLetters deadLetters;
    private final boolean hasLog;

    /** @param hasLog whether the context publishes events */
    Erasure(JdbcTemplate jdbc, TransactionOperations transactions, List<OwnedTable> tables, Tombstones tombstones, DeadLetters deadLetters, boolean hasLog) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.tables = tables;
        this.tombstones = tombstones;
        this.deadLetters = deadLetters;
        this.hasLog = hasLog;
    }

    /**
     * The user to erase.
     *
     * @param before only data of orders with lower ids
     * @param after  the place in the log of events after which to continue, from the previous response; null: begin with the tables
     */
    public record Wanted(String subject, long before, Long after) {
    }

    /**
     * The result of a step.
     *
     * @param changed changed rows by table, {@code events} and {@code deadLetters}
     * @param after   the place after which to continue; null: the tables again
     * @param done    whether there is nothing left to do
     * @param shared  whether other instances use the same database, which learn of it after some seconds
     */
    public record Step(Map<String, Integer> changed, Long after, boolean done, boolean shared) {
    }

    /** @throws Problem 409 while the user has orders that are not finished */
    public Step erase(@Header("pseudonym") String pseudonym, @Body Wanted wanted) {
        if (wanted.after() == null) {
            Map<String, Integer> changed = retried(() -> eraseRows(pseudonym, wanted));
            tombstones.load();
            boolean more = changed.values().stream().anyMatch(count -> count == STEP);
            return new Step(changed, more ? null : FIRST, false, tombstones.isShared());
        }
        Map<String, Integer> changed = new HashMap<>();
        Long after = hasLog ? retried(() -> eraseEvents(pseudonym, wanted, changed)) : null;
        if (after == null) {
            changed.put("deadLetters", deadLetters.change(body -> Tombstones.replaced(body, wanted.subject(), pseudonym)));
        }
        return new Step(changed, after, after == null, tombstones.isShared());
    }

    /** @throws Problem 409 while the user has orders that are not finished */
    public void requireFinished(String subject) {
        for (OwnedTable table : tables) {
            if (!table.underWay().isEmpty()) {
                List<Long> open = jdbc.queryForList("select " + table.order() + " from " + table.name() + " where owner = ? and "
                        + Statuses.in(table.underWay()) + " order by " + table.order() + " limit 10", Long.class, subject);
                if (!open.isEmpty()) {
                    throw new Problem(409, "Orders under way", "The user has orders that are not finished here, among them " + open
                            + ". Wait until they are shipped or refunded, or cancel them, and repeat the command.");
                }
            }
        }
    }

    private Map<String, Integer> eraseRows(String pseudonym, Wanted wanted) {
        requireFinished(wanted.subject());
        tombstones.add(wanted.subject(), wanted.before(), pseudonym);
        Map<String, Integer> changed = new TreeMap<>();
        for (OwnedTable table : tables) {
            String finished = table.underWay().isEmpty() ? "" : " and not " + Statuses.in(table.underWay());
            List<Long> orders = jdbc.queryForList("select " + table.order() + " from " + table.name() + " where owner = ? and " + table.order() + " < ?" + finished
                    + " order by " + table.order() + " limit " + STEP, Long.class, wanted.subject(), wanted.before());
            int rows = orders.isEmpty() ? 0 : jdbc.update("update " + table.name() + " set owner = ?" + (table.versioned() ? ", version = version + 1" : "")
                    + " where owner = ? and " + table.order() + " <= ?" + finished, pseudonym, wanted.subject(), orders.get(orders.size() - 1));
            changed.put(table.name(), Math.min(rows, STEP));
        }
        // an order may have been stored since the first check
        requireFinished(wanted.subject());
        return changed;
    }

    /** Returns the place after which to continue; null if this was the last step. */
    private Long eraseEvents(String pseudonym, Wanted wanted, Map<String, Integer> changed) {
        TreeMap<Long, String> bodies = new TreeMap<>();
        jdbc.query("select seq, body, subject from outbox where seq > ? order by seq limit " + STEP, row -> {
            bodies.put(row.getLong(1), Long.parseLong(row.getString(3)) < wanted.before() ? row.getString(2) : "");
        }, wanted.after());
        int events = 0;
        for (Map.Entry<Long, String> each : bodies.entrySet()) {
            String body = Tombstones.replaced(each.getValue(), wanted.subject(), pseudonym);
            events += body == null ? 0 : jdbc.update("update outbox set body = ? where seq = ?", body, each.getKey());
        }
        changed.put("events", events);
        return bodies.size() < STEP ? null : bodies.lastKey();
    }

    /** The relay or an event may change the same row at the same time. */
    private <T> T retried(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return transactions.execute(transaction -> work.get());
            } catch (ConcurrencyFailureException e) {
                if (attempt == ATTEMPTS) {
                    throw new Problem(503, "Temporarily unavailable", "Other work changes the same rows. Repeat the command.");
                }
            }
        }
    }
}
