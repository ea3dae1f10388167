package phone82.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.api.Problem;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.Outbox;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.RowLock;
import phone82.platform.saga.CancellationUnavailable;
import phone82.platform.saga.Participation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The dealer's deliveries. */
@Transactional
public class Deliveries {

    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final Participation participation;
    private final Dispatch dispatch;
    private final Duration dispatchDelay;
    private final Tombstones tombstones;

    /** @param dispatchDelay time in which a customer can still cancel; zero ships at once */
    public Deliveries(Outbox outbox, Participation participation, Dispatch dispatch, Duration dispatchDelay, Tombstones tombstones) {
        this.outbox = outbox;
        this.participation = participation;
        this.dispatch = dispatch;
        this.dispatchDelay = dispatchDelay;
        this.tombstones = tombstones;
    }

    /** The part of pay's event that store uses. */
    public record PayCompleted(long orderId, String item, int qty, String owner) {
    }

    /**
     * The order is paid: it is shipped after the dispatch delay.
     *
     * @throws IllegalStateException another order has this id
     */
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
        if (delivery.isDue(now) && !dispatch.isHeld()) {
            outbox.addBySystem(delivery.ship(now), delivery.traceparent());
        }
        entities.persist(delivery);
    }

    /** Ships a due delivery, unless it was paused, held or shipped meanwhile. */
    public void ship(@Body Delivery found) {
        Instant now = now();
        Delivery delivery = row().again(found, found.orderId());
        if (delivery.isDue(now)) {
            outbox.addBySystem(delivery.ship(now), delivery.traceparent());
        }
    }

    /**
     * Ships a delivery before its dispatch time, because a dealer or an operator requests it.
     *
     * @throws Problem 404 there is no such delivery; 409 it is paused, shipped, being cancelled or cancelled, or nothing is shipped at the moment
     */
    public DeliveryResource shipNow(@Header("orderId") long orderId) {
        Delivery delivery = unfinished(orderId);
        dispatch.requireRunning();
        if (delivery.status() == DeliveryStatus.Paused) {
            throw new Problem(409, "Paused", "The delivery is paused: " + delivery.pauseReason() + ". Resume it first.");
        }
        outbox.add(delivery.ship(now()));
        return DeliveryResource.forDealer(delivery);
    }

    /** The new owner of an order that a guest placed, or that had none. */
    public record NewOwner(String owner) {
    }

    /**
     * @throws Problem 404 there is no such delivery; 409 it is held before its order arrives, which will bring the former owner, or the new owner was erased
     *                 after the order was placed
     */
    public void changeOwner(@Header("orderId") long orderId, @Body NewOwner changed) {
        Delivery delivery = locked(orderId);
        if (delivery == null) {
            throw notFound(orderId);
        }
        if (delivery.isHeldInAdvance()) {
            throw new Problem(409, "Not received yet", "The order has not arrived here. Repeat the request later.");
        }
        tombstones.requireNotErased(changed.owner(), orderId);
        delivery.changeOwner(changed.owner());
    }

    /** A dealer's pause. */
    public record Pause(String reason) {
    }

    /**
     * Pauses a delivery, because a dealer or an operator requests it; if it is paused already, the reason is replaced. A pause is not the
     * hold of a cancellation: a paused delivery can be cancelled, and is still paused if the cancellation is refused.
     *
     * @throws Problem 404 there is no such delivery; 409 it is shipped, being cancelled or cancelled
     */
    public DeliveryResource pause(@Header("orderId") long orderId, @Body Pause pause) {
        Delivery delivery = unfinished(orderId);
        if (delivery.status() == DeliveryStatus.Paused) {
            delivery.correctPauseReason(pause.reason());
        } else {
            Instant now = now();
            outbox.addAt(delivery.pause(pause.reason(), now), now);
        }
        return DeliveryResource.forDealer(delivery);
    }

    /**
     * Ends a pause; a delivery that is not paused stays as it is.
     *
     * @throws Problem 404 there is no such delivery; 409 it is shipped, being cancelled or cancelled
     */
    public DeliveryResource resume(@Header("orderId") long orderId) {
        Delivery delivery = unfinished(orderId);
        if (delivery.status() == DeliveryStatus.Paused) {
            // the instance that paused it may have a clock that is ahead
            Instant afterPause = delivery.pausedAt().plusMillis(1);
            Instant now = now();
            outbox.addAt(delivery.resume(), now.isAfter(afterPause) ? now : afterPause);
        }
        return DeliveryResource.forDealer(delivery);
    }

    /**
     * Locks a delivery that is waiting for its shipment or paused.
     *
     * @throws Problem 404 there is no such delivery; 409 it is shipped, being cancelled or cancelled
     */
    private Delivery unfinished(long orderId) {
        Delivery delivery = locked(orderId);
        if (delivery == null) {
            throw notFound(orderId);
        }
        return switch (delivery.status()) {
            case Received, Paused -> delivery;
            case Held -> throw new Problem(409, "Being cancelled", "A cancellation of the order is in progress. Try again if it is refused.");
            case Shipped -> throw new Problem(409, "Shipped already", "The order was shipped at " + delivery.shippedAt() + ".");
            case Cancelled -> throw new Problem(409, "Cancelled already", "The order is cancelled and is not shipped.");
        };
    }

    /** The order to hold, as app sends it. */
    public record Hold(String item, int qty, String owner) {
    }

    /**
     * The action of the saga: the order is not shipped until the outcome is known, even if store does not know the order yet.
     *
     * @throws Problem 409 the order is shipped or cancelled; 503 an earlier cancellation is not undone yet
     */
    public void hold(@Header("orderId") long orderId, @Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra, @Body Hold order) {
        if (!participation.act(lra, orderId)) {
            return;
        }
        Delivery delivery = locked(orderId);
        if (delivery == null) {
            entities.persist(Delivery.heldInAdvance(orderId, order.item(), order.qty(), order.owner(), Correlation.current()));
        } else if (delivery.canBeHeld()) {
            delivery.hold();
        } else if (delivery.status() == DeliveryStatus.Shipped) {
            throw new Problem(409, "Shipped already",
                    "The order was shipped at " + delivery.shippedAt() + " and cannot be cancelled any more.");
        } else if (delivery.status() == DeliveryStatus.Held) {
            throw new CancellationUnavailable();
        } else {
            throw new Problem(409, "Cannot be held", "The delivery is " + delivery.status() + ".");
        }
    }

    /** The completion: the delivery is cancelled. */
    public void cancel(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.complete(lra).ifPresent(this::cancelHeld);
    }

    /** The part of pay's event that store uses. */
    public record PayCancelled(long orderId) {
    }

    /**
     * Pay has completed a cancellation, even if the money could not be given back, or could not capture the payment, or the payment had ended
     * before pay heard of the order. If store has undone or lost the
     * cancellation, the delivery is cancelled nevertheless.
     */
    public void paymentCancelled(@Body PayCancelled event) {
        if (participation.completeFor(event.orderId())) {
            cancelHeld(event.orderId());
            return;
        }
        Delivery delivery = locked(event.orderId());
        if (delivery == null) {
            return;
        }
        if (delivery.canBeHeld()) {
            delivery.hold();
            outbox.add(delivery.cancel());
        } else if (delivery.status() == DeliveryStatus.Shipped) {
            LOG.error("Order {} is shipped, but its payment is cancelled. Run reconcile; then get the goods back, or ask the customer for the money", event.orderId());
        }
    }

    private void cancelHeld(long orderId) {
        outbox.add(locked(orderId).cancel());
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

    private static Problem notFound(long orderId) {
        return Problem.notFound("delivery of order", orderId);
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
