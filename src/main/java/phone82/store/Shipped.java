package phone82.store;

import phone82.platform.event.DomainEvent;

import java.time.Instant;

/** Event: the phones are shipped; from now on the order cannot be cancelled. */
public record Shipped(long orderId, String item, int qty, Instant shippedAt, String owner) implements DomainEvent {
}
