package phone82.app;

import phone82.platform.event.DomainEvent;

/** Event: store or pay could not cancel the order, which continues as if nothing had happened. */
public record CancellationRefused(long orderId, String reason, String owner) implements DomainEvent {
}
