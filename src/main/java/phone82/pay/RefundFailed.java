package phone82.pay;

import phone82.platform.event.DomainEvent;

/** The provider refuses for good to give the money of a cancelled order back. Amount in won. */
public record RefundFailed(long orderId, long amount, String reason, String owner) implements DomainEvent {
}
