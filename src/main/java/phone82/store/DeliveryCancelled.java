package phone82.store;

import phone82.platform.event.DomainEvent;

/** Event: the order was cancelled in time, so it is not delivered. */
public record DeliveryCancelled(long orderId, String item, int qty, String owner) implements DomainEvent {
}
