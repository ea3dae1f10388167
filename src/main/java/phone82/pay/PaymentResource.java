package phone82.pay;

import java.time.Instant;

/** A payment as the API shows it. Amount in won. */
record PaymentResource(long orderId, long amount, PaymentStatus status, Instant authorisedAt, Instant completedAt, String reason) {

    static PaymentResource of(Payment payment) {
        return new PaymentResource(payment.orderId(), payment.amount(), payment.shownStatus(), payment.authorisedAt(),
                payment.completedAt(), payment.reason());
    }
}
