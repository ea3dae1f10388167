package phone82.store;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

import java.time.Instant;

/** The dealer's delivery of one paid order. */
@Entity
@Table(name = "delivery")
@NamedQuery(name = "Delivery.due", query = "from Delivery where status = Received and dispatchAt <= :now order by status, dispatchAt, orderId")
public class Delivery {

    @Id
    private long orderId;
    private String item;
    private int qty;
    @Enumerated(EnumType.STRING)
    private DeliveryStatus status;
    private Instant receivedAt;
    private Instant dispatchAt;
    private Instant shippedAt;
    private String pauseReason;
    private Instant pausedAt;
    private String traceparent;
    private String owner;
    @Version
    private int version;

    protected Delivery() {
    }

    /**
     * @param dispatchAt  time of the shipment, unless a dealer ships earlier; until the shipment the customer can cancel
     * @param owner       the subject of the customer
     * @param traceparent trace of the order, for its later events
     */
    public Delivery(long orderId, String item, int qty, String owner, Instant receivedAt, Instant dispatchAt, String traceparent) {
        this.orderId = orderId;
        this.item = item;
        this.qty = qty;
        this.status = DeliveryStatus.Received;
        this.receivedAt = receivedAt;
        this.dispatchAt = dispatchAt;
        this.owner = owner;
        this.traceparent = traceparent;
    }

    /** Holds the delivery of an order before store receives it, so that it is not shipped on arrival. */
    public static Delivery heldInAdvance(long orderId, String item, int qty, String owner, String traceparent) {
        Delivery delivery = new Delivery(orderId, item, qty, owner, null, null, traceparent);
        delivery.status = DeliveryStatus.Held;
        return delivery;
    }

    /** Receives an order whose delivery is held already. */
    public OrderReceived receivedWhileHeld(Instant receivedAt, Instant dispatchAt) {
        this.receivedAt = receivedAt;
        this.dispatchAt = dispatchAt;
        return received();
    }

    public boolean isHeldInAdvance() {
        return status == DeliveryStatus.Held && receivedAt == null;
    }

    public boolean isOf(String item, int qty) {
        return this.item.equals(item) && this.qty == qty;
    }

    public boolean canBeHeld() {
        return status.canBecome(DeliveryStatus.Held);
    }

    public void hold() {
        become(DeliveryStatus.Held);
    }

    /** Releases the delivery after a refused cancellation: it continues as if nothing had happened, and is still paused if it was. */
    public void release() {
        become(pausedAt == null ? DeliveryStatus.Received : DeliveryStatus.Paused);
    }

    /** Pauses the delivery at a dealer's request: it is not shipped until it is resumed. */
    public DeliveryPaused pause(String reason, Instant now) {
        become(DeliveryStatus.Paused);
        pauseReason = reason;
        pausedAt = now;
        return new DeliveryPaused(orderId, item, qty, owner);
    }

    /** Corrects the reason of a pause. */
    public void correctPauseReason(String reason) {
        pauseReason = reason;
    }

    /** Ends a pause: the delivery is due as if it had not been paused. */
    public DeliveryResumed resume() {
        become(DeliveryStatus.Received);
        endPause();
        return new DeliveryResumed(orderId, item, qty, owner);
    }

    public DeliveryCancelled cancel() {
        become(DeliveryStatus.Cancelled);
        endPause();
        return new DeliveryCancelled(orderId, item, qty, owner);
    }

    private void endPause() {
        pauseReason = null;
        pausedAt = null;
    }

    public OrderReceived received() {
        return new OrderReceived(orderId, item, qty, owner);
    }

    public boolean isDue(Instant now) {
        return status == DeliveryStatus.Received && !dispatchAt.isAfter(now);
    }

    public Shipped ship(Instant now) {
        become(DeliveryStatus.Shipped);
        shippedAt = now;
        return new Shipped(orderId, item, qty, now, owner);
    }

    private void become(DeliveryStatus next) {
        if (!status.canBecome(next)) {
            throw new IllegalStateException("delivery of order " + orderId + " is " + status + " and cannot become " + next);
        }
        status = next;
    }

    public long orderId() {
        return orderId;
    }

    public String item() {
        return item;
    }

    public int qty() {
        return qty;
    }

    public DeliveryStatus status() {
        return status;
    }

    public Instant receivedAt() {
        return receivedAt;
    }

    public Instant dispatchAt() {
        return dispatchAt;
    }

    public Instant shippedAt() {
        return shippedAt;
    }

    /** The reason of a dealer's pause; null without one. */
    public String pauseReason() {
        return pauseReason;
    }

    /** The start of a dealer's pause; null without one. */
    public Instant pausedAt() {
        return pausedAt;
    }

    public String traceparent() {
        return traceparent;
    }

    /** The subject of the customer; null for a delivery from before customers logged in. */
    public String owner() {
        return owner;
    }

    public void changeOwner(String newOwner) {
        owner = newOwner;
    }
}
