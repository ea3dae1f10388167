package phone82.store;

import java.time.Instant;

/** A delivery as the API shows it. */
record DeliveryResource(long orderId, String item, int qty, DeliveryStatus status, Instant receivedAt, Instant dispatchAt,
                        Instant shippedAt) {

    static DeliveryResource of(Delivery delivery) {
        return new DeliveryResource(delivery.orderId(), delivery.item(), delivery.qty(), delivery.status(),
                delivery.receivedAt(), delivery.dispatchAt(), delivery.shippedAt());
    }
}
