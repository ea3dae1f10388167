package phone82.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.TypedQuery;
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
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.RowLock;
import phone82.platform.saga.Participation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;

/** The dealer's deliveries. */
@Transactional
public class Deliveries {

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final Participation participation;
    private final Duration dispatchDelay;

    /** @param dispatchDelay time in which a customer can still cancel; zero ships at once */
    public Deliveries(Outbox outbox, Participation participation, Duration dispatchDelay) {
        this.outbox = outbox;
        this.participation = participation;
        this.dispatchDelay = dispatchDelay;
    }

    /** The part of pay's event that store uses. */
    public record PayCompleted(long orderId, String item, int qty, String owner) {
    }

    public void receive(@Body PayCompleted paid) {
        Instant now = now();
        Delivery known = locked(paid.orderId());
        if (known != null) {
            if (!known.isOf(paid.item(), paid.qty())) {
                throw new IllegalStateException("order " + paid.orderId() + " is of " + known.qty() + " x " + known.item() + " here, and paid for "
                        + paid.qty() + " x " + paid.item() + ": it is another order with the same id, and is not shipped");
            }
            if (known.isHeldInAdvance()) {
                outbox.add(known.receivedWhileHeld(now, now.plus(dispatchDelay)));
            }
            return;
        }
        Delivery delivery = new Delivery(paid.orderId(), paid.item(), paid.qty(), paid.owner(), now, now.plus(dispatchDelay),
                Correlation.current());
        outbox.add(delivery.received());
        if (delivery.isDue(now)) {
            outbox.add(delivery.ship(now), delivery.traceparent());
        }
        entities.persist(delivery);
    }

    /** Ships a due delivery, unless it was held or shipped meanwhile. */
    public void ship(@Body Delivery found) {
        Instant now = now();
        Delivery delivery = row().again(found, found.orderId());
        if (delivery.isDue(now)) {
            outbox.add(delivery.ship(now), delivery.traceparent());
        }
    }

    /**
     * Ships a delivery before its dispatch time, because a dealer or an operator requests it.
     *
     * @throws Problem 404 there is no such delivery; 409 it is shipped, held or cancelled
     */
    public DeliveryResource shipNow(@Header("orderId") long orderId) {
        Delivery delivery = locked(orderId);
        if (delivery == null) {
            throw notFound(orderId);
        }
        switch (delivery.status()) {
            case Received -> outbox.add(delivery.ship(now()));
            case Held -> throw new Problem(409, "Being cancelled",
                    "A cancellation of the order is in progress. If it is refused, the order can be shipped.");
            case Shipped -> throw new Problem(409, "Shipped already", "The order was shipped at " + delivery.shippedAt() + ".");
            case Cancelled -> throw new Problem(409, "Cancelled already", "The order is cancelled and is not shipped.");
        }
        return DeliveryResource.of(delivery);
    }

    /** The order to hold, as app sends it. */
    public record Hold(String item, int qty, String owner) {
    }

    /**
     * The action of the saga: the order is not shipped until the outcome is known, even if store does not know the order yet.
     *
     * @throws Problem 409 the order is shipped, or cannot be cancelled for another reason
     */
    public void hold(@Header("orderId") long orderId, @Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra, @Body Hold order) {
        participation.act(lra, orderId);
        Delivery delivery = locked(orderId);
        if (delivery == null) {
            entities.persist(Delivery.heldInAdvance(orderId, order.item(), order.qty(), order.owner(), Correlation.current()));
        } else if (delivery.canBeHeld()) {
            delivery.hold();
        } else if (delivery.status() == DeliveryStatus.Shipped) {
            throw new Problem(409, "Shipped already",
                    "The order was shipped at " + delivery.shippedAt() + " and cannot be cancelled any more.");
        } else {
            throw new Problem(409, "Cannot be held", "The delivery is " + delivery.status() + ".");
        }
    }

    /** The completion: the delivery is cancelled. */
    public void cancel(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.complete(lra).ifPresent(orderId -> outbox.add(locked(orderId).cancel()));
    }

    /** The compensation: the delivery continues as if nothing had happened. */
    public void release(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.compensate(lra).ifPresent(orderId -> {
            Delivery delivery = locked(orderId);
            if (delivery.isHeldInAdvance()) {
                entities.remove(delivery);
            } else {
                delivery.release();
            }
        });
    }

    private Delivery locked(long orderId) {
        return row().find(Delivery.class, orderId);
    }

    private RowLock row() {
        return new RowLock(entities, "delivery", "order_id");
    }

    @Transactional(readOnly = true)
    public DeliveryResource find(@Header("orderId") long orderId, @Variable(Caller.VARIABLE) Caller caller) {
        Delivery delivery = entities.find(Delivery.class, orderId);
        if (delivery == null || !caller.sees(delivery.owner(), Caller.DEALER)) {
            throw notFound(orderId);
        }
        return DeliveryResource.of(delivery);
    }

    private static Problem notFound(long orderId) {
        return Problem.notFound("delivery of order", orderId);
    }

    @Transactional(readOnly = true)
    public Page<DeliveryResource> list(@Header("size") Integer size, @Header("after") Long after, @Header("status") DeliveryStatus status,
                                       @Variable(Caller.VARIABLE) Caller caller) {
        int shown = Page.size(size);
        return Page.of(latest(status, caller.owns(Caller.DEALER))
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, DeliveryResource::of, Delivery::orderId);
    }

    /**
     * @param status only deliveries with this status; null for all
     * @param owner  only deliveries of this owner; null for all
     */
    private TypedQuery<Delivery> latest(DeliveryStatus status, String owner) {
        String below = "orderId < :below";
        if (status == null) {
            return OwnerQuery.latest(entities, Delivery.class, below, "orderId", owner);
        }
        if (status == DeliveryStatus.Shipped) {
            // most deliveries: if compared for equality, HSQLDB would read all of them by the index of the status, and sort them
            return OwnerQuery.latest(entities, Delivery.class, below + " and status not in :others", "orderId", owner)
                    .setParameter("others", EnumSet.complementOf(EnumSet.of(status)));
        }
        return OwnerQuery.latest(entities, Delivery.class, below + " and status = :status", "orderId", owner).setParameter("status", status);
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
