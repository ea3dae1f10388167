package phone82.store;

import phone82.platform.event.DomainEvent;

/** Event: the dealer has received the paid order. */
public record OrderReceived(long orderId, String item, int qty, String owner) implements DomainEvent {
}
