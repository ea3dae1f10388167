package phone82.store;

import java.time.Instant;

/** A delivery as the API shows it. The reason of a pause is for dealers and operators: they write it for each other. */
record DeliveryResource(long orderId, String item, int qty, DeliveryStatus status, Instant receivedAt, Instant dispatchAt,
                        Instant shippedAt, Instant pausedAt, String pauseReason) {

    static DeliveryResource forDealer(Delivery delivery) {
        return of(delivery, delivery.pauseReason());
    }

    static DeliveryResource forCustomer(Delivery delivery) {
        return of(delivery, null);
    }

    private static DeliveryResource of(Delivery delivery, String pauseReason) {
        return new DeliveryResource(delivery.orderId(), delivery.item(), delivery.qty(), delivery.status(),
                delivery.receivedAt(), delivery.dispatchAt(), delivery.shippedAt(), delivery.pausedAt(), pauseReason);
    }
}
