package phone82.app;

import phone82.platform.event.DomainEvent;

/**
 * An operator has given an order from before customers logged in to a customer.
 *
 * @param owner the customer
 */
public record OrderAssigned(long orderId, String owner) implements DomainEvent {
}
