package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The idempotency keys of orders. With one, a customer repeats a request without ordering twice. Each customer has a separate key space.
 * A key is stored in the transaction that stores the order: neither exists without the other, and a refused request leaves its key unused.
 */
public class IdempotencyKeys {

    private static final String NO_OWNER = "";

    private final JdbcTemplate jdbc;
    private final Duration keep;
    private final OldRows rows;

    /** @param keep how long a key belongs to its order; afterwards it can be used for another order */
    public IdempotencyKeys(JdbcTemplate jdbc, Duration keep, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.keep = keep;
        rows = new OldRows(jdbc, metrics, "idempotency", "used_at");
    }

    private record Use(String fingerprint, long orderId) {
    }

    /** The order that was placed with the key; empty if the key is new. */
    public Optional<Long> orderOf(Caller customer, String key) {
        return use(customer, key).map(Use::orderId);
    }

    /**
     * The order that was placed with the key; empty if the key is new.
     *
     * @throws Problem 422 the key was used for a different request
     */
    public Optional<Long> orderOf(Caller customer, String key, NewOrder wanted) {
        Optional<Use> use = use(customer, key);
        if (use.isPresent() && !use.get().fingerprint.equals(fingerprint(wanted))) {
            throw new Problem(422, "Idempotency-Key used already",
                    "This Idempotency-Key belongs to a request with another body. Use a new key for a new order.");
        }
        return use.map(Use::orderId);
    }

    /**
     * Adds the key in the current transaction. If another transaction is adding the same key, this one waits for its outcome.
     *
     * @throws KeyTaken the other transaction succeeded
     */
    public void add(String owner, String key, NewOrder wanted, long orderId) {
        try {
            jdbc.update("insert into idempotency (owner, idempotency_key, fingerprint, order_id, used_at) values (?, ?, ?, ?, ?)",
                    owner, key, fingerprint(wanted), orderId, Timestamp.from(Instant.now()));
        } catch (DataIntegrityViolationException | ConcurrencyFailureException e) {
            throw new KeyTaken();
        }
    }

    /** Deletes old keys, and returns how many. */
    public int purge() {
        return rows.deleteBefore(Instant.now().minus(keep));
    }

    /** A key from before customers logged in has no owner; it belongs to the operator, like its order. */
    private Optional<Use> use(Caller customer, String key) {
        String others = customer.owns() == null ? NO_OWNER : customer.subject();
        return jdbc.query("select fingerprint, order_id from idempotency where idempotency_key = ? and owner in (?, ?) order by owner desc",
                (row, n) -> new Use(row.getString(1), row.getLong(2)), key, customer.subject(), others).stream().findFirst();
    }

    private static String fingerprint(NewOrder wanted) {
        return DigestUtils.sha256Hex(Json.bytes(wanted));
    }
}
