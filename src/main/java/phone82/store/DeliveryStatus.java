package phone82.store;

import java.util.Map;
import java.util.Set;

/** The states of a delivery and their transitions. */
public enum DeliveryStatus {
    Received,
    /** A cancellation is in progress: the order is not shipped meanwhile. */
    Held,
    Shipped, Cancelled;

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> NEXT = Map.of(
            Received, Set.of(Held, Shipped),
            Held, Set.of(Received, Cancelled),
            Shipped, Set.of(),
            Cancelled, Set.of());

    boolean canBecome(DeliveryStatus next) {
        return NEXT.get(this).contains(next);
    }
}
