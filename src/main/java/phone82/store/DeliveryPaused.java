package phone82.store;

import phone82.platform.event.DomainEvent;

/** Event: a dealer has paused the delivery. Its reason is for dealers and operators alone, so it is not published. */
public record DeliveryPaused(long orderId, String item, int qty, String owner) implements DomainEvent {
}
