package phone82.pay;

import java.util.Map;
import java.util.Set;

/**
 * Where a payment stands, and where it can go from there. {@code Authorising}, {@code Capturing}, {@code Releasing} and
 * {@code Refunding} are intents: committed before the provider is asked, and kept until its answer is known.
 */
public enum PaymentStatus {
    /** Intent: the money is to be reserved. */
    Authorising,
    /** The money is reserved; whether the order is accepted is not known yet. */
    Authorised,
    /** Intent: the order is accepted, and its money is to be taken. */
    Capturing,
    /** The money is taken. */
    Completed,
    /** A cancellation is under way: no money moves until its outcome is known. */
    Cancelling,
    /** Intent: what is, or may be, reserved is to be released. */
    Releasing,
    /** Intent: the captured money is to be given back. */
    Refunding,
    /** The reservation is released; no money moved. */
    Voided,
    /** The money was taken and is given back. */
    Refunded,
    /** The provider refuses for good to give the money back; an operator has to act. */
    RefundFailed,
    /** Nobody confirmed the order in time; the reservation is released. */
    Expired,
    /** The provider declined the authorisation, or was not asked. Not shown outside. */
    Declined,
    /** The order was rejected before pay heard of it; it must not be authorised any more. Not shown outside. */
    Rejected;

    private static final Map<PaymentStatus, Set<PaymentStatus>> NEXT = Map.ofEntries(
            Map.entry(Authorising, Set.of(Authorised, Capturing, Releasing, Declined, Voided, Cancelling)),
            Map.entry(Authorised, Set.of(Capturing, Releasing, Cancelling)),
            Map.entry(Capturing, Set.of(Completed, Authorising, Releasing, Cancelling)),
            Map.entry(Completed, Set.of(Cancelling)),
            Map.entry(Cancelling, Set.of(Authorising, Authorised, Capturing, Completed, Expired, Releasing, Refunding)),
            Map.entry(Releasing, Set.of(Voided, Expired, Authorising, Refunding, Cancelling)),
            Map.entry(Refunding, Set.of(Refunded, RefundFailed)),
            Map.entry(RefundFailed, Set.of(Refunding, Refunded)),
            Map.entry(Expired, Set.of(Authorising, Cancelling)),
            Map.entry(Voided, Set.of()),
            Map.entry(Refunded, Set.of()),
            Map.entry(Declined, Set.of()),
            Map.entry(Rejected, Set.of()));

    boolean canBecome(PaymentStatus next) {
        return NEXT.get(this).contains(next);
    }

    /** Whether the provider still has to be asked. */
    boolean isIntent() {
        return this == Authorising || this == Capturing || this == Releasing || this == Refunding;
    }
}
