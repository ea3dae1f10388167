package phone82.app;

import phone82.platform.event.DomainEvent;

import java.time.Instant;

/** Event: the order is accepted. Amounts in won. */
public record Ordered(long orderId, String item, int qty, long unitPrice, long amount, Instant orderedAt, String owner) implements DomainEvent {
}
