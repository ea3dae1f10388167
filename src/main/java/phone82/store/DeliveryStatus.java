package phone82.store;

import java.util.Map;
import java.util.Set;

/** The states of a delivery and their transitions. */
public enum DeliveryStatus {
    Received,
    /** A dealer has paused it: it is not shipped until a dealer resumes it. */
    Paused,
    /** A cancellation is in progress: the order is not shipped until its outcome is known. */
    Held,
    Shipped, Cancelled;

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> NEXT = Map.of(
            Received, Set.of(Paused, Held, Shipped),
            Paused, Set.of(Received, Held),
            Held, Set.of(Received, Paused, Cancelled),
            Shipped, Set.of(),
            Cancelled, Set.of());

    boolean canBecome(DeliveryStatus next) {
        return NEXT.get(this).contains(next);
    }
}
