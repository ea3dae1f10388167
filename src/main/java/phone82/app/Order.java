package phone82.app;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import jakarta.persistence.Version;

import java.time.Instant;
import java.util.UUID;

/** A customer's order of one kind of phone. It is stored only after its payment is authorised. */
@Entity
@Table(name = "orders")
public class Order {

    /** The reason of a cancellation that all contexts agreed to, whether the customer or an operator asked for it. Consumers know the text. */
    static final String ASKED_FOR = "cancelled by the customer";

    @Id
    private long id;
    private String item;
    private int qty;
    private long unitPrice;
    private long amount;
    @Enumerated(EnumType.STRING)
    private OrderStatus status;
    @Enumerated(EnumType.STRING)
    private OrderStatus resumeAs;
    private Instant orderedAt;
    private Instant shippedAt;
    private String reason;
    private String owner;
    /** Not stored: it is needed only for requesting the payment, before the order is stored. */
    @Transient
    private String paymentKey;
    @Version
    private int version;

    protected Order() {
    }

    /**
     * @param unitPrice won, from the price list; never from the customer
     * @param owner     the subject of the customer
     */
    public Order(long id, String item, int qty, long unitPrice, String owner, Instant orderedAt) {
        this.item = item;
        this.qty = qty;
        this.unitPrice = unitPrice;
        this.amount = Math.multiplyExact(unitPrice, qty);
        this.status = OrderStatus.Ordered;
        this.owner = owner;
        renumber(id, orderedAt);
    }

    /** Assigns an id, before the order is stored. */
    public void renumber(long id, Instant orderedAt) {
        this.id = id;
        this.orderedAt = orderedAt;
        this.paymentKey = UUID.randomUUID().toString();
    }

    public Ordered ordered() {
        return new Ordered(id, item, qty, unitPrice, amount, orderedAt, owner);
    }

    public OrderRejected rejected(String reason) {
        return new OrderRejected(id, reason, paymentKey, owner);
    }

    /** Marks the order as paid. Ignored if the shipment is known already: events may arrive out of order. */
    public void paid() {
        become(OrderStatus.Paid);
    }

    public void shipped(Instant at) {
        if (become(OrderStatus.Shipped)) {
            shippedAt = at;
        }
    }

    /**
     * Ends the order because the payment could not be captured, or ended in a cancellation that this record does not know. The customer sees the
     * reason. Ignored if the shipment is known already.
     */
    public void paymentEnded(String why) {
        if (become(OrderStatus.Cancelled)) {
            reason = why;
        }
    }

    public boolean isCancellable() {
        return status.canBecome(OrderStatus.Cancelling);
    }

    /** Begins a cancellation. Events of pay and store that arrive meanwhile take effect if it fails. */
    public void cancelling() {
        OrderStatus before = status;
        require(OrderStatus.Cancelling);
        resumeAs = before;
    }

    /** Ends a cancellation: the order is cancelled. The customer sees the reason. */
    public OrderCancelled cancelled(String why) {
        endCancellation();
        require(OrderStatus.Cancelled);
        reason = why;
        return new OrderCancelled(id, amount, reason, owner);
    }

    /** Ends a refused cancellation: the order gets the status that it would have without it. */
    public CancellationRefused restored() {
        require(endCancellation());
        return new CancellationRefused(id, "not every participant could cancel", owner);
    }

    /** Returns the status that the order would have without the cancellation. */
    private OrderStatus endCancellation() {
        if (resumeAs == null) {
            throw new IllegalStateException("order " + id + " is " + status + ", and no cancellation is in progress");
        }
        OrderStatus resumed = resumeAs;
        resumeAs = null;
        return resumed;
    }

    /** Makes a transition of a cancellation, which must be possible. Transitions by events may be late and are ignored then. */
    private void require(OrderStatus next) {
        if (resumeAs != null || !become(next)) {
            throw new IllegalStateException("order " + id + " is " + status + " and cannot become " + next);
        }
    }

    /** Ends the tracking link of the guest who is the owner by replacing the owner. */
    public LinkEnded endLink(String newOwner) {
        owner = newOwner;
        return new LinkEnded(id, owner);
    }

    /** Gives the order, which has no owner, to a customer. */
    public OrderAssigned assign(String customer) {
        if (owner != null) {
            throw new IllegalStateException("order " + id + " has an owner");
        }
        owner = customer;
        return new OrderAssigned(id, owner);
    }

    private boolean become(OrderStatus next) {
        if (resumeAs != null) {
            if (!resumeAs.canBecome(next)) {
                return false;
            }
            resumeAs = next;
        } else {
            if (!status.canBecome(next)) {
                return false;
            }
            status = next;
        }
        return true;
    }

    public long id() {
        return id;
    }

    /** Identifies the payment request at pay. Another order has another key, even under the same id. */
    public String paymentKey() {
        return paymentKey;
    }

    public String item() {
        return item;
    }

    public int qty() {
        return qty;
    }

    /** won */
    public long unitPrice() {
        return unitPrice;
    }

    /** won */
    public long amount() {
        return amount;
    }

    public OrderStatus status() {
        return status;
    }

    public Instant orderedAt() {
        return orderedAt;
    }

    public Instant shippedAt() {
        return shippedAt;
    }

    public String reason() {
        return reason;
    }

    /** The subject of the customer; null for an order from before customers logged in. */
    public String owner() {
        return owner;
    }
}
