package phone82.pay;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import phone82.pay.provider.PaymentProvider.Operation;
import phone82.pay.provider.PaymentProvider.Request;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * The payment of one order: authorised when the order is placed, captured once the order is accepted. A method changes the intent; the
 * request to the provider follows, and its answer ends the intent only if that intent is still the current one.
 */
@Entity
@Table(name = "payment")
public class Payment {

    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final int LONGEST_REASON = 500;
    /** Number of reservations that are requested without a pause. */
    private static final int AT_ONCE = 3;
    /** Also if an operator cancelled the order. */
    private static final String CANCELLED = "cancelled by the customer";
    private static final String CAPTURE_REFUSED = "the capture was refused";
    private static final String NOT_CONFIRMED = "not confirmed in time";

    /** The reason of a release. */
    enum Ending {
        /** the order was not accepted */
        Rejected,
        /** the order was not confirmed in time */
        Expired,
        /** the provider refused the capture */
        Refused,
        /** the customer or an operator cancelled the order */
        Cancelled
    }

    @Id
    private long orderId;
    private String paymentKey;
    private String item;
    private int qty;
    private long amount;
    @Enumerated(EnumType.STRING)
    private PaymentStatus status;
    @Enumerated(EnumType.STRING)
    private PaymentStatus resumeAs;
    @Enumerated(EnumType.STRING)
    private Ending ending;
    private boolean confirmed;
    private int authorisation;
    private int lost;
    private int refund;
    private Instant authorisedAt;
    private Instant completedAt;
    private Instant dueAt;
    private int attempts;
    private Instant changedAt;
    private String reason;
    private String traceparent;
    private String owner;
    @Version
    private int version;

    protected Payment() {
    }

    /**
     * @param paymentKey key of the request; null if the caller sends none
     * @param amount     won
     * @param owner      the subject of the customer
     */
    public static Payment authorising(long orderId, String paymentKey, String item, int qty, long amount, String owner, Instant now) {
        Payment payment = new Payment();
        payment.orderId = orderId;
        payment.paymentKey = paymentKey;
        payment.item = item;
        payment.qty = qty;
        payment.amount = amount;
        payment.owner = owner;
        payment.status = PaymentStatus.Authorising;
        payment.authorisation = 1;
        payment.refund = 1;
        payment.changedAt = now;
        payment.dueAt = now;
        return payment;
    }

    /** Records an order that was rejected before its payment was requested. */
    public static Payment rejected(long orderId, String paymentKey, String owner, Instant now) {
        Payment payment = authorising(orderId, paymentKey, "", 0, 0, owner, now);
        payment.status = PaymentStatus.Rejected;
        payment.dueAt = null;
        return payment;
    }

    /** Its requests are sent in this trace until it is confirmed or cancelled. */
    public void belongsTo(String trace) {
        traceparent = trace;
    }

    /** Whether a request matches this payment. If not, it is for another order with the same id. */
    public boolean isFor(String key, String item, int qty, long amount) {
        return Objects.equals(paymentKey, key) && this.item.equals(item) && this.qty == qty && this.amount == amount;
    }

    /** Whether an event with this key belongs to another order with the same id. Data of earlier versions has no key. */
    public boolean isOfAnotherOrder(String key) {
        return paymentKey != null && key != null && !paymentKey.equals(key);
    }

    /** The provider reserved the money. The authorisation expires unless the order is confirmed within {@code validity}. */
    public void authorised(Instant now, Duration validity) {
        if (lost == 0) {
            authorisedAt = now;
        }
        if (confirmed) {
            become(PaymentStatus.Capturing, now);
        } else {
            become(PaymentStatus.Authorised, now);
            dueAt = now.plus(validity);
        }
    }

    /** App repeats its request while the first one may be in progress. */
    public void requestedAgain() {
        if (status == PaymentStatus.Authorising) {
            attempts++;
        }
    }

    /** Whether the provider may have got a request for the authorisation besides the one that is answered. */
    public boolean isRequestedAgain() {
        return attempts > 0;
    }

    /** The provider declined the authorisation, or got no request: nothing is reserved. */
    public void declined(String why, Instant now) {
        become(PaymentStatus.Declined, now);
        reason = cut(why);
    }

    /**
     * The order is accepted: its money is to be taken.
     *
     * @return the event to publish if the payment has ended because no order was known, as after a restore; otherwise null
     */
    public PayCancelled confirm(Instant now, String traceparent) {
        if (confirmed) {
            return null;
        }
        confirmed = true;
        this.traceparent = traceparent;
        if (status == PaymentStatus.Authorised) {
            become(PaymentStatus.Capturing, now);
        } else if (status == PaymentStatus.Expired) {
            authoriseAgain(now);
        } else if (status == PaymentStatus.Voided && ending != Ending.Cancelled) {
            return endedUnconfirmed();
        }
        return null;
    }

    private PayCancelled endedUnconfirmed() {
        if (reason == null) {
            reason = NOT_CONFIRMED;
        }
        return new PayCancelled(orderId, amount, reason, owner);
    }

    /** The money of an accepted order is reserved once more, under a new reference. */
    public void authoriseAgain(Instant now) {
        authorisation++;
        become(PaymentStatus.Authorising, now);
        attempts = Math.max(0, authorisation - AT_ONCE);
    }

    /** The provider does not find the reservation although the order is accepted: the money is reserved once more. */
    public void reservationLost(Instant now) {
        lost++;
        authoriseAgain(now);
        attempts = Math.max(0, lost + 1 - AT_ONCE);
    }

    /** Whether the next request reserves the money of an accepted order anew. */
    public boolean isReservedAgain() {
        return status == PaymentStatus.Authorising && authorisation > 1;
    }

    /** Whether the provider has lost so many reservations that the next one must wait. */
    public boolean isReservedInVain() {
        return lost >= AT_ONCE;
    }

    public PayCompleted completed(Instant now) {
        become(PaymentStatus.Completed, now);
        completedAt = now;
        return new PayCompleted(orderId, item, qty, amount, owner);
    }

    /** The provider permanently refuses the money of an accepted order; any reservation is to be released. */
    public PayCancelled refused(String why, Instant now) {
        reason = cut(why);
        if (status == PaymentStatus.Authorising) {
            become(PaymentStatus.Voided, now);
        } else {
            release(Ending.Refused, now);
        }
        return new PayCancelled(orderId, amount, reason, owner);
    }

    /** The order was not accepted: any reservation for it is to be released. */
    public void reject(String why, Instant now) {
        reason = cut(why);
        release(Ending.Rejected, now);
    }

    /** The order was not confirmed in time. */
    public void expire(Instant now) {
        release(status == PaymentStatus.Authorising ? Ending.Rejected : Ending.Expired, now);
    }

    private void release(Ending why, Instant now) {
        become(PaymentStatus.Releasing, now);
        ending = why;
    }

    /** The reservation is released. Returns the event to publish, or null. */
    public PayCancelled released(Instant now) {
        if (ending == Ending.Expired && confirmed) {
            ending = null;
            authoriseAgain(now);
            return null;
        }
        become(ending == Ending.Expired ? PaymentStatus.Expired : PaymentStatus.Voided, now);
        if (ending == Ending.Cancelled) {
            return new PayCancelled(orderId, amount, reason, owner);
        }
        return ending == Ending.Rejected && confirmed ? endedUnconfirmed() : null;
    }

    /**
     * The money that was to be released had been captured. If the order has ended, it is to be refunded. Otherwise this record is older than the
     * capture, as after a restore: once the order is confirmed the capture is requested again, which returns its first answer.
     *
     * @return false if the order is not confirmed yet
     */
    public boolean continueAfterCapture(Instant now) {
        if (ending == Ending.Cancelled || ending == Ending.Refused) {
            become(PaymentStatus.Refunding, now);
        } else if (confirmed) {
            become(PaymentStatus.Capturing, now);
            ending = null;
        } else {
            return false;
        }
        return true;
    }

    /**
     * The money that was to be released had been captured, and is refunded: this record is older than both. No money moves any more; if the order is
     * confirmed later, it ends.
     */
    public void endAfterRefund(Instant now) {
        become(PaymentStatus.Voided, now);
        reason = "captured and refunded at the provider already";
    }

    /** Returns the event to publish; null if the order ended when its capture was refused. */
    public PayCancelled refunded(Instant now) {
        become(PaymentStatus.Refunded, now);
        return ending == Ending.Refused ? null : new PayCancelled(orderId, amount, reason, owner);
    }

    public RefundFailed refundFailed(String why, Instant now) {
        become(PaymentStatus.RefundFailed, now);
        reason = cut(why);
        return new RefundFailed(orderId, amount, reason, owner);
    }

    /** An operator retries the refund, as a new request to the provider. */
    public void retryRefund(Instant now) {
        become(PaymentStatus.Refunding, now);
        reason = ending == Ending.Refused ? CAPTURE_REFUSED : CANCELLED;
        refund++;
    }

    /** An operator states that the customer got the money in another way. Returns the event to publish, or null, like {@link #refunded}. */
    public PayCancelled refundSettledByHand(String note, Instant now) {
        reason = cut("settled by hand: " + note);
        return refunded(now);
    }

    /** Whether the payment has ended without money for the order; then the order ends, too, by {@link PayCancelled}. */
    public boolean endsTheOrder() {
        return status == PaymentStatus.Voided || ending == Ending.Refused || status == PaymentStatus.Releasing && ending != Ending.Expired;
    }

    public boolean canBeCancelled() {
        return status.canBecome(PaymentStatus.Cancelling) && (confirmed || status != PaymentStatus.Authorising)
                && (status != PaymentStatus.Releasing || ending == Ending.Expired);
    }

    /**
     * Whether an order that app has cancelled still has a payment here. A record that is older than the order, as after a restore, may not be confirmed,
     * or may end because it was not.
     */
    public boolean isToBeGivenBack() {
        return status.canBecome(PaymentStatus.Cancelling) && (status != PaymentStatus.Releasing || ending != Ending.Refused && ending != Ending.Cancelled);
    }

    /** Begins a cancellation: no money moves until its outcome is known. */
    public void cancelling(Instant now) {
        PaymentStatus before = status;
        become(PaymentStatus.Cancelling, now);
        resumeAs = before;
    }

    /**
     * Ends a successful cancellation: captured money is refunded, any reservation is released.
     *
     * @param traceparent trace of the cancellation
     */
    public void cancelled(Instant now, String traceparent) {
        this.traceparent = traceparent;
        boolean captured = resumeAs == PaymentStatus.Completed;
        resumeAs = null;
        reason = CANCELLED;
        if (captured) {
            become(PaymentStatus.Refunding, now);
        } else {
            release(Ending.Cancelled, now);
        }
    }

    /** Ends a refused cancellation: the payment continues where it was. */
    public void restored(Duration validity, Instant now) {
        PaymentStatus before = resumeAs;
        resumeAs = null;
        become(before, now);
        if (status == PaymentStatus.Authorised && confirmed) {
            become(PaymentStatus.Capturing, now);
        } else if (status == PaymentStatus.Authorised) {
            dueAt = now.plus(validity);
        } else if (status == PaymentStatus.Expired && confirmed) {
            authoriseAgain(now);
        }
    }

    private void become(PaymentStatus next, Instant now) {
        if (resumeAs != null || !status.canBecome(next)) {
            throw new IllegalStateException("payment of order " + orderId + " is " + status + " and cannot become " + next);
        }
        if (!(confirmed && status.takesMoney() && next.takesMoney())) {
            // however often the money is reserved anew, it has been due since the first time
            changedAt = now;
        }
        status = next;
        attempts = 0;
        dueAt = next.isIntent() ? now : null;
    }

    public boolean isDue(Instant now) {
        return dueAt != null && !dueAt.isAfter(now);
    }

    /** Reserves the next attempt at the intent for the caller. After {@code lease} another worker repeats it. */
    public void claim(Instant now, Duration lease) {
        dueAt = now.plus(lease);
    }

    /** The outcome is unknown: the request is repeated after a pause that doubles each time. */
    public void retryLater(Instant now, Duration longest) {
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(attempts, 16));
        attempts++;
        dueAt = now.plus(pause.compareTo(longest) < 0 ? pause : longest);
    }

    /** The request to the provider for the current intent. */
    public Request request() {
        String reference = orderId + "-" + authorisation;
        Operation operation = switch (status) {
            case Authorising -> Operation.authorise;
            case Capturing -> Operation.capture;
            case Releasing -> Operation.release;
            case Refunding -> Operation.refund;
            default -> throw new IllegalStateException("payment of order " + orderId + " is " + status + ", which needs no request to the provider");
        };
        String round = operation == Operation.refund && refund > 1 ? "-" + refund : "";
        return new Request(reference + "-" + operation + round, reference, operation, orderId, item, amount);
    }

    /** Whether the answer to this request ends the current intent. */
    public boolean awaits(Request request) {
        return status.isIntent() && request().equals(request);
    }

    private static String cut(String reason) {
        if (reason == null || reason.length() <= LONGEST_REASON) {
            return reason;
        }
        return reason.substring(0, Character.isHighSurrogate(reason.charAt(LONGEST_REASON - 1)) ? LONGEST_REASON - 1 : LONGEST_REASON);
    }

    /** The status as the API shows it; null if it shows no payment at all. */
    public PaymentStatus shownStatus() {
        return switch (status) {
            case Authorising -> confirmed ? PaymentStatus.Authorised : null;
            case Capturing -> PaymentStatus.Authorised;
            case Releasing -> ending == Ending.Expired ? PaymentStatus.Expired : PaymentStatus.Voided;
            case Declined, Rejected -> null;
            default -> status;
        };
    }

    /** Whether money is reserved, or may be, for an order that is not accepted yet. */
    public boolean isUnconfirmed() {
        return status == PaymentStatus.Authorised || status == PaymentStatus.Authorising && !confirmed;
    }

    public boolean isConfirmed() {
        return confirmed;
    }

    public boolean isCaptured() {
        return status == PaymentStatus.Completed;
    }

    public long orderId() {
        return orderId;
    }

    public PaymentStatus status() {
        return status;
    }

    /** won */
    public long amount() {
        return amount;
    }

    public Instant authorisedAt() {
        return authorisedAt;
    }

    public Instant completedAt() {
        return completedAt;
    }

    /** The begin of the present intent or status. */
    Instant changedAt() {
        return changedAt;
    }

    public Instant dueAt() {
        return dueAt;
    }

    public String reason() {
        return reason;
    }

    /** The subject of the customer; null for a payment from before customers logged in. */
    public String owner() {
        return owner;
    }

    public void changeOwner(String newOwner) {
        owner = newOwner;
    }

    public String traceparent() {
        return traceparent;
    }
}
