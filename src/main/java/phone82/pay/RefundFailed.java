package phone82.pay;

import phone82.platform.event.DomainEvent;

/** Event: the provider permanently refuses the refund of a cancelled order. Amount in won. */
public record RefundFailed(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
