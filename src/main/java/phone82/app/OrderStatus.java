package phone82.app;

import java.util.Map;
import java.util.Set;

/** Where an order stands, and where it can go from there. */
public enum OrderStatus {
    Ordered, Paid, Shipped,
    /** A cancellation is under way; it ends as Cancelled, or the order is what it would be without it. */
    Cancelling,
    Cancelled;

    private static final Map<OrderStatus, Set<OrderStatus>> NEXT = Map.of(
            Ordered, Set.of(Paid, Shipped, Cancelling, Cancelled),
            Paid, Set.of(Shipped, Cancelling),
            Shipped, Set.of(),
            Cancelling, Set.of(Ordered, Paid, Shipped, Cancelled),
            Cancelled, Set.of());

    boolean canBecome(OrderStatus next) {
        return NEXT.get(this).contains(next);
    }
}
