package phone82.app;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.DomainEvent;
import phone82.platform.event.Outbox;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Guest;
import phone82.platform.log.RareLog;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.RowLock;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Gives orders another owner. The tracking link of a guest's order ends when a customer claims the order or the link is revoked; an operator assigns an
 * order from before customers logged in. The view learns of it by an event. Pay and store are called until both have the new owner, which is
 * recorded with the order for that purpose.
 */
@Transactional
public class OwnerChanges {

    private static final Logger LOG = LoggerFactory.getLogger(OwnerChanges.class);

    /** Longer than an order usually waits for its capture. */
    private static final Duration USUAL = Duration.ofMinutes(1);
    private static final int CONSIDERED = 1000;
    private static final int BATCH = 20;

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final JdbcTemplate jdbc;
    private final Tombstones tombstones;
    private final RareLog rareLog = new RareLog(LOG, Duration.ofMinutes(1));

    OwnerChanges(Outbox outbox, JdbcTemplate jdbc, Tombstones tombstones) {
        this.outbox = outbox;
        this.jdbc = jdbc;
        this.tombstones = tombstones;
    }

    /** What proves that the caller is the guest who placed the order. */
    public record Proof(String secret) {

        /** Without the secret, which must not get into a log. */
        @Override
        public String toString() {
            return "Proof";
        }
    }

    /** The customer who gets an order. */
    public record Customer(String subject) {
    }

    /**
     * Gives a guest's order to the caller. A repeated claim changes nothing.
     *
     * @throws Problem 404 there is no such order of a guest with this secret; 409 the caller was erased, or is being erased, after it was placed
     */
    public OrderResource claim(@Header("id") long id, @Body Proof proof, @Variable(Caller.VARIABLE) Caller caller) {
        String guest = Guest.subject(proof.secret());
        Order order = locked(id, owner -> caller.subject().equals(owner) || guest.equals(owner));
        if (!caller.subject().equals(order.owner())) {
            if (isErased(caller.subject(), id)) {
                throw new Problem(409, "Erased", "The order is from before your data was erased, so it cannot be added to your orders. Its link still works.");
            }
            change(order, order.endLink(caller.subject()));
        }
        return OrderResource.of(order);
    }

    /**
     * Revokes the link of a guest's order; afterwards only operators see the order. An order that has no link stays as it is, and so does one whose link the
     * same guest has revoked before.
     *
     * @throws Problem 404 there is no such order
     */
    public void revoke(@Header("id") long id, @Variable(Caller.VARIABLE) Caller caller) {
        Order order = locked(id, owner -> caller.sees(owner) || revoked(id, caller.subject()).equals(owner));
        if (Guest.isSubject(order.owner())) {
            change(order, order.endLink(revoked(id, order.owner())));
        }
    }

    /** The owner of an order whose link is revoked; only the guest whose link it was gets the same one. */
    private static String revoked(long id, String guest) {
        return "revoked-" + UUID.nameUUIDFromBytes((id + " " + guest).getBytes(UTF_8));
    }

    /**
     * Gives an order that has no owner, being from before customers logged in, to a customer. A repeated request changes nothing.
     *
     * @throws Problem 404 there is no such order; 409 it has another owner, or the customer was erased, or is being erased, after it was placed
     */
    public OrderResource assign(@Header("id") long id, @Body Customer customer) {
        Order order = locked(id);
        if (order == null) {
            throw Problem.notFound("order", id);
        }
        if (!customer.subject().equals(order.owner())) {
            if (order.owner() != null) {
                throw new Problem(409, "Has an owner", "The order has an owner already. Only orders from before customers logged in can be assigned.");
            }
            if (isErased(customer.subject(), id)) {
                throw new Problem(409, "Erased", "The order is from before this user's data was erased. Leave it without an owner, or assign it to another user.");
            }
            change(order, order.assign(customer.subject()));
        }
        return OrderResource.of(order);
    }

    /** Whether the order is from before an erasure. App gets the tombstone of one in progress last, when pay and store may have replaced the subject already. */
    private boolean isErased(String subject, long order) {
        return tombstones.cover(subject, order)
                || jdbc.queryForObject("select count(*) from erasure where subject = ? and before_id > ?", Long.class, subject, order) > 0;
    }

    private void change(Order order, DomainEvent changed) {
        outbox.add(changed);
        jdbc.update("insert into new_owner (order_id, owner, changed_at) values (?, ?, ?)", order.id(), order.owner(), Timestamp.from(Instant.now()));
    }

    /** Some of the orders whose new owner pay or store may not have yet; chosen at random, so that none blocks the others. */
    @Transactional(readOnly = true)
    public List<Long> toPassOn() {
        List<Long> orders = jdbc.queryForList("select order_id from new_owner order by changed_at limit " + CONSIDERED, Long.class);
        Collections.shuffle(orders);
        return orders.subList(0, Math.min(BATCH, orders.size()));
    }

    /** Returns the request to pay and store; null if both have the owner. */
    @Transactional(readOnly = true)
    public byte[] request(@Header("id") long id) {
        return jdbc.query("select owner from new_owner where order_id = ?", row -> row.next() ? Json.bytes(Map.of("owner", row.getString(1))) : null, id);
    }

    /**
     * Called after pay has the new owner.
     *
     * @param status store's answer, 2xx or 404; it does not know an order that is not paid, or was cancelled before
     */
    public void passedOn(@Header("id") long id, @Header(Exchange.HTTP_RESPONSE_CODE) int status) {
        if (status < 300 || entities.find(Order.class, id).status() == OrderStatus.Cancelled) {
            jdbc.update("delete from new_owner where order_id = ?", id);
        } else if (jdbc.queryForObject("select count(*) from new_owner where order_id = ? and changed_at < ?", Long.class,
                id, Timestamp.from(Instant.now().minus(USUAL))) > 0) {
            rareLog.warn("unpaid", "Order {} has a new owner, but store does not know the order, as long as it is not paid; "
                    + "app repeats the call until it is (for a minute no further order is logged)", id);
        }
    }

    /** Called if pay or store cannot be called, or refuses the owner. */
    public void notPassedOn(@Header("id") long id, @Variable("failure") String failure) {
        rareLog.warn("failure", "Order {} has a new owner, but pay or store does not take it: {}; app repeats the call until both have it "
                + "(for a minute no further order is logged)", id, failure);
    }

    /** Number of orders whose new owner pay or store may not have yet. */
    @Transactional(readOnly = true)
    public long waiting() {
        return jdbc.queryForObject("select count(*) from new_owner", Long.class);
    }

    /** Age of the oldest new owner that pay or store may not have yet; zero if both have all. */
    @Transactional(readOnly = true)
    public double oldestSeconds() {
        return GaugeQueries.secondsSince(jdbc.queryForObject("select min(changed_at) from new_owner", Timestamp.class));
    }

    /** Compares the owner before, too, so that a stranger does not make the row wait. */
    private Order locked(long id, Predicate<String> permitted) {
        boolean found = jdbc.query("select owner from orders where id = ?", row -> row.next() && permitted.test(row.getString(1)), id);
        Order order = found ? locked(id) : null;
        if (order == null || !permitted.test(order.owner())) {
            throw Problem.notFound("order", id);
        }
        return order;
    }

    private Order locked(long id) {
        return new RowLock(entities, "orders", "id").find(Order.class, id);
    }
}
