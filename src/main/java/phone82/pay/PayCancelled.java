package phone82.pay;

import phone82.platform.event.DomainEvent;

/** The order is not paid, or not any more. Amount in won. */
public record PayCancelled(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
