package phone82.app;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;
import phone82.platform.event.Outbox;
import phone82.platform.identity.Caller;
import phone82.platform.identity.OwnerQuery;
import phone82.platform.persistence.RowLock;
import phone82.platform.saga.CancellationUnavailable;
import phone82.platform.saga.Participation;

import java.time.Instant;

/**
 * The orders of the shop: places and cancels them, and applies the events of pay and store. An event for an order that is not known here is
 * an {@link IllegalStateException}, upon which the broker delivers it again.
 */
@Transactional
public class Orders {

    static final String SHIPPED_ALREADY = "Shipped already";

    private static final String KEY = "Idempotency-Key";

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final Participation participation;
    private final IdempotencyKeys keys;

    Orders(Outbox outbox, Participation participation, IdempotencyKeys keys) {
        this.outbox = outbox;
        this.participation = participation;
        this.keys = keys;
    }

    /**
     * Stores the order, which is accepted with this commit.
     *
     * @param key the customer's idempotency key, or null
     * @throws KeyTaken another request with this key was first
     */
    public OrderResource place(@Body Order order, @Header(KEY) String key) {
        if (key != null) {
            keys.add(order.owner(), key, new NewOrder(order.item(), order.qty()), order.id());
        }
        entities.persist(order);
        outbox.add(order.ordered());
        return OrderResource.of(order);
    }

    /** Whether there is an order with the id of this one, which could not be stored. */
    @Transactional(readOnly = true)
    public boolean exists(@Body Order order) {
        return entities.find(Order.class, order.id()) != null;
    }

    /** Publishes that the order is not accepted, because pay may have authorised its payment nevertheless. */
    public void reject(@Body Order order) {
        outbox.add(order.rejected("payment not authorised"));
    }

    /** @throws Problem 422 the key was used for a different request */
    @Transactional(readOnly = true)
    public boolean isNew(@Variable("wanted") NewOrder wanted, @Header(KEY) String key,
                         @Variable(Caller.VARIABLE) Caller customer) {
        return keys.orderOf(customer, key, wanted).isEmpty();
    }

    /** Whether an order of this customer exists under this key, whichever request placed it. */
    @Transactional(readOnly = true)
    public boolean isPlaced(@Header(KEY) String key, @Variable(Caller.VARIABLE) Caller customer) {
        return keys.orderOf(customer, key).isPresent();
    }

    /**
     * The order under this key, as it was when it was placed.
     *
     * @throws Problem 422 the key was used for a different request; 409 a request with the key is in progress, or the order has another owner now
     */
    @Transactional(readOnly = true)
    public OrderResource placed(@Variable("wanted") NewOrder wanted, @Header(KEY) String key,
                                @Variable(Caller.VARIABLE) Caller customer) {
        return OrderResource.placed(keys.orderOf(customer, key, wanted).map(id -> ownOrder(id, customer)).orElseThrow(KeyTaken::new));
    }

    /**
     * The order that the caller placed under this key. A client without an answer learns by it whether there is an order, without placing one.
     *
     * @throws Problem 404 there is none so far; 409 it has another owner now
     */
    @Transactional(readOnly = true)
    public OrderResource findByKey(@Header("key") String key, @Variable(Caller.VARIABLE) Caller caller) {
        return OrderResource.of(keys.orderOf(caller, key).map(id -> ownOrder(id, caller))
                .orElseThrow(() -> new Problem(404, "Not found", "No order was placed under this Idempotency-Key so far.")));
    }

    private Order ownOrder(long id, Caller customer) {
        Order order = entities.find(Order.class, id);
        if (!customer.sees(order.owner())) {
            throw new Problem(409, "Link ended", "This request has placed an order already, and its secret does not show it any more. Use a new secret and key for a new order.");
        }
        return order;
    }

    /** @throws Problem 404 there is no such order, or the caller must not see it */
    @Transactional(readOnly = true)
    public OrderResource find(@Header("id") long id, @Variable(Caller.VARIABLE) Caller caller) {
        Order order = entities.find(Order.class, id);
        if (order == null || !caller.sees(order.owner())) {
            throw Problem.notFound("order", id);
        }
        return OrderResource.of(order);
    }

    /** An order that is known to exist, without a check of the caller. */
    @Transactional(readOnly = true)
    Order get(long id) {
        return entities.find(Order.class, id);
    }

    @Transactional(readOnly = true)
    public Page<OrderResource> list(@Header("size") Integer size, @Header("after") Long after,
                                    @Variable(Caller.VARIABLE) Caller caller) {
        int shown = Page.size(size);
        return Page.of(OwnerQuery.latest(entities, Order.class, "id < :below", "id", caller.owns())
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, OrderResource::of, Order::id);
    }

    /**
     * The order to cancel, checked before the saga begins.
     *
     * @throws Problem 404 there is no such order, 409 it is shipped
     */
    @Transactional(readOnly = true)
    public OrderResource findForCancellation(@Header("id") long id, @Variable(Caller.VARIABLE) Caller caller) {
        OrderResource order = find(id, caller);
        if (order.status() == OrderStatus.Shipped) {
            throw shipped(order.shippedAt());
        }
        return order;
    }

    static Problem shipped(Instant at) {
        return new Problem(409, SHIPPED_ALREADY, "The order was shipped at " + at + " and cannot be cancelled any more.");
    }

    /**
     * The action of the saga.
     *
     * @throws Problem 409 the order is shipped; 503 another cancellation began since the order was read
     */
    public void beginCancellation(@Header("id") long id, @Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.join(lra, id);
        participation.act(lra, id);
        Order order = locked(id);
        if (!order.isCancellable()) {
            throw order.status() == OrderStatus.Shipped ? shipped(order.shippedAt()) : new CancellationUnavailable();
        }
        order.cancelling();
    }

    /** The completion: store and pay agreed. */
    public void completeCancellation(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.complete(lra).ifPresent(id -> cancel(id, Order.ASKED_FOR));
    }

    /** The compensation: store or pay refused. */
    public void undoCancellation(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.compensate(lra).ifPresent(id -> outbox.add(locked(id).restored()));
    }

    public void paid(@Body PayCompleted event) {
        known(event.orderId()).paid();
    }

    /** Pay has completed a cancellation, or could not capture the payment, perhaps while the order is being cancelled, or the payment
     * had ended before pay heard of the order. */
    public void paymentCancelled(@Body PayCancelled event) {
        end(event, event.reason());
    }

    /** Pay has completed a cancellation, but the provider does not give the money back. */
    public void refundFailed(@Body PayCancelled event) {
        end(event, Order.ASKED_FOR);
    }

    /** @param why the reason if the event ends a cancellation */
    private void end(PayCancelled event, String why) {
        if (participation.completeFor(event.orderId())) {
            cancel(event.orderId(), why);
        } else {
            known(event.orderId()).paymentEnded(event.reason());
        }
    }

    /** Store has completed a cancellation. If app has undone or lost it, the order is cancelled nevertheless, and pay gives the money back. */
    public void deliveryCancelled(@Body DeliveryCancelled event) {
        if (participation.completeFor(event.orderId())) {
            cancel(event.orderId(), Order.ASKED_FOR);
            return;
        }
        Order order = row().find(Order.class, event.orderId());
        if (order != null && order.isCancellable()) {
            order.cancelling();
            outbox.add(order.cancelled(Order.ASKED_FOR));
        }
    }

    private void cancel(long id, String why) {
        outbox.add(locked(id).cancelled(why));
    }

    public OrderResource shipped(@Body Shipped event) {
        Order order = known(event.orderId());
        order.shipped(event.shippedAt());
        return OrderResource.of(order);
    }

    /** Locks the row, for a saga and for an event that ends a cancellation: a conflict must not fail them. */
    private Order locked(long id) {
        return requireKnown(id, row().find(Order.class, id));
    }

    private RowLock row() {
        return new RowLock(entities, "orders", "id");
    }

    /** For another event, without a lock: the broker delivers it again after a conflict, which the version reveals. */
    private Order known(long id) {
        return requireKnown(id, entities.find(Order.class, id));
    }

    private static Order requireKnown(long id, Order order) {
        if (order == null) {
            throw new IllegalStateException("an event for order " + id + ", which is not known here");
        }
        return order;
    }

    /** The part of pay's event that app uses. */
    public record PayCompleted(long orderId) {
    }

    /** The part of pay's events {@code PayCancelled} and {@code RefundFailed} that app uses. */
    public record PayCancelled(long orderId, String reason) {
    }

    /** The part of store's event that app uses. */
    public record DeliveryCancelled(long orderId) {
    }

    /** The part of store's event that app uses. */
    public record Shipped(long orderId, Instant shippedAt) {
    }
}
