package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Problem;
import phone82.platform.erasure.Erasure;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** The erasures in progress: one that is interrupted continues with the same pseudonym. */
public class Erasures {

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final Erasure erasure;
    private final Duration longestOrder;

    /** @param longestOrder longest time from an order's id to its commit */
    Erasures(JdbcTemplate jdbc, TransactionOperations transactions, Erasure erasure, Duration longestOrder) {
        this.longestOrder = longestOrder;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.erasure = erasure;
    }

    /** The user to erase. */
    public record Wanted(String subject) {
    }

    /**
     * An erasure in progress.
     *
     * @param pseudonym replaces the subject in all contexts
     * @param before    the user's orders with lower ids are erased; later ones are new data
     * @param settles   milliseconds until an order with a lower id, which may still wait for its payment, is there to be erased
     */
    public record Begun(String pseudonym, long before, long settles) {
    }

    /** @throws Problem 409 while the user has orders that are not finished, or that pay and store do not know as theirs */
    public Begun begin(@Body Wanted wanted) {
        return transactions.execute(transaction -> {
            Begun begun = find(wanted.subject());
            if (begun == null) {
                erasure.requireFinished(wanted.subject());
                requirePassedOn(wanted.subject());
                begun = new Begun("erased-" + UUID.randomUUID(), bound(wanted.subject()), longestOrder.toMillis());
                jdbc.update("insert into erasure (subject, pseudonym, before_id, begun_at) values (?, ?, ?, ?)", wanted.subject(), begun.pseudonym, begun.before,
                        Timestamp.from(Instant.now()));
            }
            return begun;
        });
    }

    /** Above every order that the user has: a clock that was ahead gave it an id of the future. */
    private long bound(String subject) {
        long newest = jdbc.queryForObject("select coalesce(max(id), 0) from orders where owner = ?", Long.class, subject);
        return Math.max(OrderIds.from(Instant.now()), newest + 1);
    }

    /** Otherwise pay would not look for a refund that is open. */
    private void requirePassedOn(String subject) {
        if (jdbc.queryForObject("select count(*) from new_owner where owner = ?", Long.class, subject) > 0) {
            throw new Problem(409, "Orders under way", "The user claimed an order or was assigned one, and pay or store does not have its new owner yet. Repeat the command later.");
        }
    }

    private Begun find(String subject) {
        return jdbc.query("select pseudonym, before_id from erasure where subject = ?", row -> row.next() ? new Begun(row.getString(1), row.getLong(2), longestOrder.toMillis()) : null, subject);
    }

    /** Forgets the subject, which is erased everywhere. */
    public void end(@Header("pseudonym") String pseudonym) {
        jdbc.update("delete from erasure where pseudonym = ?", pseudonym);
    }
}
