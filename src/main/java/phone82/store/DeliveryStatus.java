package phone82.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The states of a delivery and their transitions. */
public enum DeliveryStatus {
    Received,
    /** A dealer has paused it: it is not shipped until a dealer resumes it. */
    Paused,
    /** A cancellation is in progress: the order is not shipped until its outcome is known. */
    Held,
    Shipped, Cancelled;

    /** The statuses of deliveries that are neither shipped nor cancelled. */
    static final List<DeliveryStatus> UNDER_WAY = Stream.of(values()).filter(DeliveryStatus::isUnderWay).toList();

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> NEXT = Map.of(
            Received, Set.of(Paused, Held, Shipped),
            Paused, Set.of(Received, Held),
            Held, Set.of(Received, Paused, Cancelled),
            Shipped, Set.of(),
            Cancelled, Set.of());

    // no default, so that the compiler asks about each new status
    private boolean isUnderWay() {
        return switch (this) {
            case Received, Paused, Held -> true;
            case Shipped, Cancelled -> false;
        };
    }

    boolean canBecome(DeliveryStatus next) {
        return NEXT.get(this).contains(next);
    }
}
