package phone82.store;

import java.util.Map;
import java.util.Set;

/** Where a delivery stands, and where it can go from there. */
public enum DeliveryStatus {
    Received, Shipped;

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> NEXT = Map.of(
            Received, Set.of(Shipped),
            Shipped, Set.of());

    boolean canBecome(DeliveryStatus next) {
        return NEXT.get(this).contains(next);
    }
}
