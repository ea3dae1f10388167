package phone82.customer;

import phone82.customer.RecordedEvents.Row;
import phone82.platform.identity.Caller;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The events that a reader of the stream has requested and may see.
 *
 * @param orderId    only this order; null for all
 * @param owner      only this owner's orders; null for all owners
 * @param deliveries for dealers: the delivery events of all owners, too, without amounts
 */
record Scope(Long orderId, String owner, boolean deliveries) {

    private static final Set<String> OF_DELIVERIES = Set.of("OrderReceived", "DeliveryPaused", "DeliveryResumed", "Shipped", "DeliveryCancelled");

    static Scope of(Caller caller, Long orderId) {
        String owner = caller.owns();
        return new Scope(orderId, owner, owner != null && caller.roles().contains(Caller.DEALER));
    }

    boolean includes(Row row) {
        return (orderId == null || orderId == row.event().orderId()) && (isOwn(row) || deliveries && OF_DELIVERIES.contains(row.event().type()));
    }

    boolean isOwn(Row row) {
        return owner == null || owner.equals(row.owner());
    }

    /** The scope as an SQL condition on {@code timeline t} and {@code history h}. */
    String condition() {
        return (orderId == null ? "" : " and t.order_id = ?")
                + (owner == null ? "" : deliveries ? " and (h.owner = ? or t.type in ('" + String.join("','", OF_DELIVERIES) + "'))" : " and h.owner = ?");
    }

    /** The arguments of the SQL condition. */
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
