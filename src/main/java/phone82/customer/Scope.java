package phone82.customer;

import phone82.customer.Recorded.Row;
import phone82.platform.identity.Caller;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a reader of the stream may see, and asked for.
 *
 * @param orderId    of this order alone; null for all
 * @param owner      of this owner alone; null for everybody
 * @param deliveries of everybody what happens to their deliveries, but no amounts, as a dealer needs it
 */
record Scope(Long orderId, String owner, boolean deliveries) {

    private static final Set<String> OF_DELIVERIES = Set.of("OrderReceived", "Shipped", "DeliveryCancelled");

    static Scope of(Caller caller, Long orderId) {
        String owner = caller.owns();
        return new Scope(orderId, owner, owner != null && caller.roles().contains(Caller.DEALER));
    }

    boolean includes(Row row) {
        return (orderId == null || orderId == row.happened().orderId()) && (isOwn(row) || deliveries && OF_DELIVERIES.contains(row.happened().type()));
    }

    boolean isOwn(Row row) {
        return owner == null || owner.equals(row.owner());
    }

    /** The same as a condition on {@code timeline t} and {@code history h}. */
    String condition() {
        return (orderId == null ? "" : " and t.order_id = ?")
                + (owner == null ? "" : deliveries ? " and (h.owner = ? or t.type in ('" + String.join("','", OF_DELIVERIES) + "'))" : " and h.owner = ?");
    }

    /** Those of the condition. */
    List<Object> arguments() {
        List<Object> arguments = new ArrayList<>();
        if (orderId != null) {
            arguments.add(orderId);
        }
        if (owner != null) {
            arguments.add(owner);
        }
        return arguments;
    }
}
