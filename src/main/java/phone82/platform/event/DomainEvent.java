package phone82.platform.event;

/** A domain event about an order, named in the past tense; its record components are the event's body. */
public interface DomainEvent {

    long orderId();
}
