package phone82.app;

import phone82.platform.event.DomainEvent;

/** The customer wanted the order back, but store or pay could not: it goes on as if nothing had happened. */
public record CancellationRefused(long orderId, String reason, String owner) implements DomainEvent {
}
