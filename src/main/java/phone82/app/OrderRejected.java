package phone82.app;

import phone82.platform.event.DomainEvent;

/**
 * Event: an order was not accepted although pay may have authorised its payment, which is to be voided.
 *
 * @param paymentKey key of the payment request; a payment with another key belongs to another order
 */
public record OrderRejected(long orderId, String reason, String paymentKey, String owner) implements DomainEvent {
}
