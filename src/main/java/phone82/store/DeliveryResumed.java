package phone82.store;

import phone82.platform.event.DomainEvent;

/** Event: a dealer has resumed the delivery, which is due as if it had not been paused. */
public record DeliveryResumed(long orderId, String item, int qty, String owner) implements DomainEvent {
}
