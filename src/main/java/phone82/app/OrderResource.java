package phone82.app;

import com.fasterxml.jackson.annotation.JsonIgnore;

import java.time.Instant;

/** An order as the API shows it. */
public record OrderResource(long id, String item, int qty, long unitPrice, long amount, OrderStatus status,
                     Instant orderedAt, Instant shippedAt, String reason) {

    /** Whether a cancellation can begin. */
    @JsonIgnore
    public boolean isCancellable() {
        return status.canBecome(OrderStatus.Cancelling);
    }

    /** The order as it was when it was placed, whatever its status is now. */
    static OrderResource placed(Order order) {
        return new OrderResource(order.id(), order.item(), order.qty(), order.unitPrice(), order.amount(), OrderStatus.Ordered,
                order.orderedAt(), null, null);
    }

    static OrderResource of(Order order) {
        return new OrderResource(order.id(), order.item(), order.qty(), order.unitPrice(), order.amount(), order.status(),
                order.orderedAt(), order.shippedAt(), order.reason());
    }
}
