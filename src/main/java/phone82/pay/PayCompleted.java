package phone82.pay;

import phone82.platform.event.DomainEvent;

/** Event: the money for the order is taken. It contains all data that store needs. Amount in won. */
public record PayCompleted(long orderId, String item, int qty, long amount, String owner) implements DomainEvent {
}
