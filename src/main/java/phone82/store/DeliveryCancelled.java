package phone82.store;

import phone82.platform.event.DomainEvent;

/** The phones stay: the order was cancelled in time. */
public record DeliveryCancelled(long orderId, String item, int qty, String owner) implements DomainEvent {
}
