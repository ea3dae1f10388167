package phone82.pay;

import java.util.Map;
import java.util.Set;

/** Where a payment stands, and where it can go from there. */
public enum PaymentStatus {
    /** The money is reserved. */
    Authorised,
    /** The money is taken. */
    Completed,
    /** A cancellation is under way: nothing is taken meanwhile. */
    Cancelling,
    /** The reservation is released; no money moved. */
    Voided,
    /** The money was taken and is given back. */
    Refunded,
    /** Nobody confirmed the order in time; the reservation is released. */
    Expired,
    /** The order was rejected before its authorisation came; it is not to be authorised any more. Not shown outside. */
    Rejected;

    private static final Map<PaymentStatus, Set<PaymentStatus>> NEXT = Map.of(
            Authorised, Set.of(Completed, Cancelling, Voided, Expired),
            Completed, Set.of(Cancelling),
            Expired, Set.of(Authorised, Cancelling, Voided),
            Cancelling, Set.of(Authorised, Completed, Expired, Voided, Refunded),
            Voided, Set.of(),
            Refunded, Set.of(),
            Rejected, Set.of());

    boolean canBecome(PaymentStatus next) {
        return NEXT.get(this).contains(next);
    }
}
