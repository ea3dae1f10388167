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

/** A customer's order of one kind of phone. It exists only once its payment is authorised. */
@Entity
@Table(name = "orders")
public class Order {

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
    /** Known only until the order is stored: afterwards nobody asks for its payment any more. */
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

    /** Gives it another id, before it is stored. */
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

    /** News of the payment that comes after news of the shipment tells nothing new. */
    public void paid() {
        become(OrderStatus.Paid);
    }

    public void shipped(Instant at) {
        if (become(OrderStatus.Shipped)) {
            shippedAt = at;
        }
    }

    /** The payment could not be taken: the order ends, and the customer can read why. */
    public void paymentRefused(String why) {
        if (become(OrderStatus.Cancelled)) {
            reason = why;
        }
    }

    public boolean isCancellable() {
        return status.canBecome(OrderStatus.Cancelling);
    }

    /** A cancellation begins; what pay and store tell meanwhile counts for the case that it fails. */
    public void cancelling() {
        OrderStatus before = status;
        require(OrderStatus.Cancelling);
        resumeAs = before;
    }

    public OrderCancelled cancelled() {
        endCancellation();
        require(OrderStatus.Cancelled);
        reason = "cancelled by the customer";
        return new OrderCancelled(id, amount, reason, owner);
    }

    /** The cancellation was refused: the order is what it would be without it. */
    public CancellationRefused restored() {
        require(endCancellation());
        return new CancellationRefused(id, "not everybody could take it back", owner);
    }

    /** Returns what the order would be without the cancellation. */
    private OrderStatus endCancellation() {
        if (resumeAs == null) {
            throw new IllegalStateException("order " + id + " is " + status + ", and no cancellation is under way");
        }
        OrderStatus resumed = resumeAs;
        resumeAs = null;
        return resumed;
    }

    /** What a cancellation does is refused where it is not possible; news may come late, and is ignored then. */
    private void require(OrderStatus next) {
        if (resumeAs != null || !become(next)) {
            throw new IllegalStateException("order " + id + " is " + status + " and cannot become " + next);
        }
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

    /** What pay knows the request for this order's payment by: another order's has another one, even under the same id. */
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
