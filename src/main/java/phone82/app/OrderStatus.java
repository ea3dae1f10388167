package phone82.app;

import java.util.Map;
import java.util.Set;

/** Where an order stands, and where it can go from there. */
public enum OrderStatus {
    Ordered, Paid, Shipped, Cancelled;

    private static final Map<OrderStatus, Set<OrderStatus>> NEXT = Map.of(
            Ordered, Set.of(Paid, Shipped, Cancelled),
            Paid, Set.of(Shipped),
            Shipped, Set.of(),
            Cancelled, Set.of());

    boolean canBecome(OrderStatus next) {
        return NEXT.get(this).contains(next);
    }
}
