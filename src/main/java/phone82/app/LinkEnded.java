package phone82.app;

import phone82.platform.event.DomainEvent;

/**
 * The tracking link of a guest's order works no longer, because the order has another owner.
 *
 * @param owner the customer who took the order over; a subject that nobody has if the link was revoked
 */
public record LinkEnded(long orderId, String owner) implements DomainEvent {
}
