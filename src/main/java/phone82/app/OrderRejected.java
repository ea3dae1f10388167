package phone82.app;

import phone82.platform.event.DomainEvent;

/**
 * An order was not accepted although pay may have been asked: what pay authorised for it is void.
 *
 * @param paymentKey under which pay was asked; a payment under another key is that of another order
 */
public record OrderRejected(long orderId, String reason, String paymentKey, String owner) implements DomainEvent {
}
