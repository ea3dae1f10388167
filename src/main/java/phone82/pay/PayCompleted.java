package phone82.pay;

import phone82.platform.event.DomainEvent;

/** The money for the order is taken; all that store needs to deliver. Amount in won. */
public record PayCompleted(long orderId, String item, int qty, long amount, String owner) implements DomainEvent {
}
