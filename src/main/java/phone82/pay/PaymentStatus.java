package phone82.pay;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The states of a payment and their transitions. {@code Authorising}, {@code Capturing}, {@code Releasing} and {@code Refunding} are
 * intents: committed before the request to the provider, and kept until its answer is known.
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
    /** A cancellation is in progress: no money moves until its outcome is known. */
    Cancelling,
    /** Intent: any reservation is to be released. */
    Releasing,
    /** Intent: the captured money is to be refunded. */
    Refunding,
    /** The reservation is released; no money moved, or it was refunded before this record knew of it. */
    Voided,
    /** The money was taken and has been refunded. */
    Refunded,
    /** The provider permanently refuses the refund; an operator has to act. */
    RefundFailed,
    /** The order was not confirmed in time; the reservation is released. */
    Expired,
    /** The provider declined the authorisation, or got no request. Not visible in the API. */
    Declined,
    /** The order was rejected before its payment was requested; it must not be authorised any more. Not visible in the API. */
    Rejected;

    /** The statuses of payments that are not settled: the provider, the outcome of a cancellation or an operator still decides. */
    static final List<PaymentStatus> UNDER_WAY = Stream.of(values()).filter(PaymentStatus::isUnderWay).toList();

    private static final Map<PaymentStatus, Set<PaymentStatus>> NEXT = Map.ofEntries(
            Map.entry(Authorising, Set.of(Authorising, Authorised, Capturing, Releasing, Declined, Voided, Cancelling)),
            Map.entry(Authorised, Set.of(Capturing, Releasing, Cancelling)),
            Map.entry(Capturing, Set.of(Completed, Authorising, Releasing, Cancelling)),
            Map.entry(Completed, Set.of(Cancelling)),
            Map.entry(Cancelling, Set.of(Authorising, Authorised, Capturing, Completed, Expired, Releasing, Refunding)),
            Map.entry(Releasing, Set.of(Voided, Expired, Authorising, Capturing, Refunding, Cancelling)),
            Map.entry(Refunding, Set.of(Refunded, RefundFailed)),
            Map.entry(RefundFailed, Set.of(Refunding, Refunded)),
            Map.entry(Expired, Set.of(Authorising, Cancelling)),
            Map.entry(Voided, Set.of()),
            Map.entry(Refunded, Set.of()),
            Map.entry(Declined, Set.of()),
            Map.entry(Rejected, Set.of()));

    // no default, so that the compiler asks about each new status
    private boolean isUnderWay() {
        return switch (this) {
            case Authorising, Authorised, Capturing, Cancelling, Releasing, Refunding, RefundFailed -> true;
            case Completed, Voided, Refunded, Expired, Declined, Rejected -> false;
        };
    }

    boolean canBecome(PaymentStatus next) {
        return NEXT.get(this).contains(next);
    }

    /** Whether the money of an accepted order is to be taken. */
    boolean takesMoney() {
        return this == Authorising || this == Capturing;
    }

    /** Whether a request to the provider is outstanding. */
    boolean isIntent() {
        return this == Authorising || this == Capturing || this == Releasing || this == Refunding;
    }
}
