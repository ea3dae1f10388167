package phone82.app;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The states of an order and their transitions. */
public enum OrderStatus {
    Ordered, Paid, Shipped,
    /** A cancellation is in progress; it ends as Cancelled, or with the status that the order would have without it. */
    Cancelling,
    Cancelled;

    /** The statuses of orders that are neither shipped nor cancelled. */
    static final List<OrderStatus> UNDER_WAY = Stream.of(values()).filter(OrderStatus::isUnderWay).toList();

    private static final Map<OrderStatus, Set<OrderStatus>> NEXT = Map.of(
            Ordered, Set.of(Paid, Shipped, Cancelling, Cancelled),
            Paid, Set.of(Shipped, Cancelling, Cancelled),
            Shipped, Set.of(),
            Cancelling, Set.of(Ordered, Paid, Shipped, Cancelled),
            Cancelled, Set.of());

    // no default, so that the compiler asks about each new status
    private boolean isUnderWay() {
        return switch (this) {
            case Ordered, Paid, Cancelling -> true;
            case Shipped, Cancelled -> false;
        };
    }

    boolean canBecome(OrderStatus next) {
        return NEXT.get(this).contains(next);
    }
}
