package phone82.app;

import phone82.platform.event.DomainEvent;

/** An order did not come to be although pay may have been asked: what pay authorised for it is void. */
public record OrderRejected(long orderId, String reason, String owner) implements DomainEvent {
}
