package phone82.app;

import java.util.Map;
import java.util.Set;

/** The states of an order and their transitions. */
public enum OrderStatus {
    Ordered, Paid, Shipped,
    /** A cancellation is in progress; it ends as Cancelled, or with the status that the order would have without it. */
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
