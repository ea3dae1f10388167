package phone82.store;

import phone82.platform.event.DomainEvent;

import java.time.Instant;

/** The phones are on their way; from here on nothing can be cancelled. */
public record Shipped(long orderId, String item, int qty, Instant shippedAt, String owner) implements DomainEvent {
}
