package phone82.app;

import phone82.platform.event.DomainEvent;

/** Event: the customer or an operator cancelled the order, and all participants agreed. Amount in won. */
public record OrderCancelled(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
