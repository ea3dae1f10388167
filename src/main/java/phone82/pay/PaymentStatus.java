package phone82.pay;

import java.util.Map;
import java.util.Set;

/** Where a payment stands, and where it can go from there. */
public enum PaymentStatus {
    /** The money is reserved. */
    Authorised,
    /** The money is taken. */
    Completed,
    /** The reservation is released; no money moved. */
    Voided,
    /** Nobody confirmed the order in time; the reservation is released. */
    Expired,
    /** The order was rejected before its authorisation came; it is not to be authorised any more. Not shown outside. */
    Rejected;

    private static final Map<PaymentStatus, Set<PaymentStatus>> NEXT = Map.of(
            Authorised, Set.of(Completed, Voided, Expired),
            Expired, Set.of(Authorised, Voided),
            Completed, Set.of(),
            Voided, Set.of(),
            Rejected, Set.of());

    boolean canBecome(PaymentStatus next) {
        return NEXT.get(this).contains(next);
    }
}
