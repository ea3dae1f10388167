package phone82.app;

import java.time.Instant;

/** An order as the API shows it. */
public record OrderResource(long id, String item, int qty, long unitPrice, long amount, OrderStatus status,
                     Instant orderedAt, Instant shippedAt, String reason) {

    static OrderResource of(Order order) {
        return new OrderResource(order.id(), order.item(), order.qty(), order.unitPrice(), order.amount(), order.status(),
                order.orderedAt(), order.shippedAt(), order.reason());
    }
}
