package phone82.app;

import phone82.platform.event.DomainEvent;

/** The order stands. Amounts in won. */
public record Ordered(long orderId, String item, int qty, long unitPrice, long amount, String owner) implements DomainEvent {
}
