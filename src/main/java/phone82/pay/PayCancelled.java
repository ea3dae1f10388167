package phone82.pay;

import phone82.platform.event.DomainEvent;

/** Event: the order is not paid, or its money is given back. Amount in won. */
public record PayCancelled(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
