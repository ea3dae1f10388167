package phone82.platform.archive;

import org.apache.camel.Body;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Problem;
import phone82.platform.persistence.Placeholders;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * Deletes the rows of finished orders from this context. They must be so old that neither an event of them nor its id is kept anywhere:
 * nothing can bring such an order back. Each call is one transaction and can be repeated.
 */
public class Archive {

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final List<ArchivedTable> tables;
    private final List<ArchiveEffect> effects;
    private final Duration leastAge;
    private final BooleanSupplier restored;
    private final DoubleSupplier unsent;

    /**
     * @param leastAge least time since the last change of an order
     * @param restored whether the data was restored from a backup, so that older events may be sent again
     * @param unsent   age of the oldest event that is not sent, in seconds
     */
    Archive(JdbcTemplate jdbc, TransactionOperations transactions, List<ArchivedTable> tables, List<ArchiveEffect> effects, Duration leastAge,
            BooleanSupplier restored, DoubleSupplier unsent) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.tables = tables;
        this.effects = effects;
        this.leastAge = leastAge;
        this.restored = restored;
        this.unsent = unsent;
    }

    /** Whether a call only looks at the orders or deletes them. */
    public enum Action {
        check, delete
    }

    /**
     * @param before   milliseconds since 1970; the last change of each order was before that
     * @param versions the versions that were archived; null if the order is known to be deleted elsewhere already
     */
    public record Wanted(Action action, List<Long> orders, long before, Map<Long, Integer> versions) {
    }

    /**
     * @param left     why orders cannot be deleted
     * @param versions the orders that this context has, with their versions
     */
    public record Outcome(Map<Long, String> left, Map<Long, Integer> versions) {
    }

    /** @throws Problem 422 the orders may be too young; 409 something could still need them; 503 other work changes the same rows */
    public Outcome archive(@Body Wanted wanted) {
        Instant before = Instant.ofEpochMilli(wanted.before());
        require(before);
        try {
            return transactions.execute(transaction -> step(wanted));
        } catch (ConcurrencyFailureException e) {
            throw new Problem(503, "Temporarily unavailable", "Other work changes the same rows. Repeat the command.");
        }
    }

    private void require(Instant before) {
        Instant now = Instant.now();
        if (before.isAfter(now.minus(leastAge))) {
            throw new Problem(422, "Too young", "Orders are archived at the earliest " + leastAge.toDays()
                    + " days after their last change: until then their events or the ids of events are kept.");
        }
        if (restored.getAsBoolean()) {
            throw new Problem(409, "Restored data", "The data was restored from a backup, and its events may be sent again. Release it first: restore --release.");
        }
        if (unsent.getAsDouble() > Duration.between(before, now).toSeconds()) {
            throw new Problem(409, "Events wait", "Events of that age are not sent yet. Start the broker and wait until they are.");
        }
        effects.forEach(effect -> effect.require(before));
    }

    private Outcome step(Wanted wanted) {
        Outcome outcome = new Outcome(new TreeMap<>(), new TreeMap<>());
        if (wanted.orders().isEmpty()) {
            return outcome;
        }
        String among = " in (" + Placeholders.of(wanted.orders()) + ")";
        Object[] orders = wanted.orders().toArray();
        Object[] ordersAndYoungest = Stream.concat(Stream.of(orders), Stream.of(Timestamp.from(Instant.now().minus(leastAge)))).toArray();
        for (ArchivedTable table : tables) {
            if (table.versioned()) {
                // also locks the rows
                jdbc.update("update " + table.name() + " set version = version where " + table.order() + among, orders);
                jdbc.query("select " + table.order() + ", version from " + table.name() + " where " + table.order() + among, row -> {
                    outcome.versions.put(row.getLong(1), row.getInt(2));
                }, orders);
            }
            String rows = "select " + table.order() + " from " + table.name() + " where " + table.order() + among + " and ";
            if (table.changed() != null) {
                jdbc.queryForList(rows + table.changed() + " > ?", Long.class, ordersAndYoungest)
                        .forEach(order -> outcome.left.put(order, "it has changed in the last " + leastAge.toDays() + " days"));
            }
            jdbc.queryForList(rows + "not (" + table.finished() + ")", Long.class, orders).forEach(order -> outcome.left.put(order, table.unless()));
        }
        if (wanted.versions() != null) {
            outcome.versions.forEach((order, version) -> {
                if (!version.equals(wanted.versions().get(order))) {
                    outcome.left.put(order, "it was changed after it was written to the archive");
                }
            });
        }
        if (wanted.action() == Action.delete) {
            boolean versioned = tables.stream().anyMatch(ArchivedTable::versioned);
            delete(wanted.orders().stream().distinct()
                    .filter(order -> !outcome.left.containsKey(order) && (!versioned || outcome.versions.containsKey(order))).toList());
        }
        return outcome;
    }

    private void delete(List<Long> orders) {
        if (orders.isEmpty()) {
            return;
        }
        effects.forEach(effect -> effect.deleting(orders));
        for (ArchivedTable table : tables) {
            jdbc.update("delete from " + table.name() + " where " + table.order() + " in (" + Placeholders.of(orders) + ")", orders.toArray());
        }
    }
}
