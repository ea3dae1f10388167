package phone82.app;

import phone82.platform.event.DomainEvent;

/** The customer took the order back, and all agreed. Amount in won. */
public record OrderCancelled(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
