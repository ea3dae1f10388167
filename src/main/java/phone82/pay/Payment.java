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
 * The payment of one order: authorised when the order is placed, captured once it is accepted. A method changes the intent; the
 * provider is asked afterwards, and its answer ends the intent only while that intent is still the current one.
 */
@Entity
@Table(name = "payment")
public class Payment {

    /** How long one attempt at an intent may take before another worker repeats it; longer than any time limit of a call. */
    static final Duration LEASE = Duration.ofSeconds(5);

    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final int LONGEST_REASON = 500;

    /** Why a payment is released. */
    enum Ending {
        /** the order was not accepted */
        Rejected,
        /** nobody confirmed the order in time */
        Expired,
        /** the provider refused the capture */
        Refused,
        /** the customer cancelled the order */
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
     * @param paymentKey under which it is asked for; null if the caller has none
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
        payment.dueAt = now.plus(LEASE);
        return payment;
    }

    /** Remembers that the order was rejected before pay heard of it. */
    public static Payment rejected(long orderId, String paymentKey, String owner, Instant now) {
        Payment payment = authorising(orderId, paymentKey, "", 0, 0, owner, now);
        payment.status = PaymentStatus.Rejected;
        payment.dueAt = null;
        return payment;
    }

    /** Whether it was asked for in this way: what differs is a payment of another order that has the same id. */
    public boolean isFor(String key, String item, int qty, long amount) {
        return Objects.equals(paymentKey, key) && this.item.equals(item) && this.qty == qty && this.amount == amount;
    }

    /** Whether news under this key is of another order that has the same id. What earlier versions wrote has no key. */
    public boolean isOfAnother(String key) {
        return paymentKey != null && key != null && !paymentKey.equals(key);
    }

    /** The provider reserved the money. The authorisation expires unless the order is confirmed within {@code validity}. */
    public void authorised(Instant now, Duration validity) {
        authorisedAt = now;
        if (confirmed) {
            become(PaymentStatus.Capturing, now);
        } else {
            become(PaymentStatus.Authorised, now);
            dueAt = now.plus(validity);
        }
    }

    /** The provider declined the authorisation, or was not asked: nothing is reserved. */
    public void declined(String why, Instant now) {
        become(PaymentStatus.Declined, now);
        reason = cut(why);
    }

    /** The order is accepted: its money is to be taken. Does nothing if the payment has ended. */
    public void confirm(Instant now, String traceparent) {
        if (confirmed) {
            return;
        }
        confirmed = true;
        this.traceparent = traceparent;
        if (status == PaymentStatus.Authorised) {
            become(PaymentStatus.Capturing, now);
        } else if (status == PaymentStatus.Expired) {
            authoriseAgain(now);
        }
    }

    /** The reservation was lost although the order is accepted: the money is reserved once more, under a new reference. */
    public void authoriseAgain(Instant now) {
        authorisation++;
        become(PaymentStatus.Authorising, now);
    }

    public PayCompleted completed(Instant now) {
        become(PaymentStatus.Completed, now);
        completedAt = now;
        return new PayCompleted(orderId, item, qty, amount, owner);
    }

    /** The provider refuses the money of an accepted order for good; what it reserved is to be released. */
    public PayCancelled refused(String why, Instant now) {
        reason = cut(why);
        if (status == PaymentStatus.Authorising) {
            become(PaymentStatus.Voided, now);
        } else {
            release(Ending.Refused, now);
        }
        return new PayCancelled(orderId, amount, reason, owner);
    }

    /** The order was not accepted: what is, or may be, reserved for it is to be released. */
    public void reject(String why, Instant now) {
        reason = cut(why);
        release(Ending.Rejected, now);
    }

    /** Nobody confirmed the order in time. */
    public void expire(Instant now) {
        release(status == PaymentStatus.Authorising ? Ending.Rejected : Ending.Expired, now);
    }

    private void release(Ending why, Instant now) {
        become(PaymentStatus.Releasing, now);
        ending = why;
    }

    /** The provider holds nothing any more. Returns the event that is due, or null. */
    public PayCancelled released(Instant now) {
        if (ending == Ending.Expired && confirmed) {
            ending = null;
            authoriseAgain(now);
            return null;
        }
        become(ending == Ending.Expired ? PaymentStatus.Expired : PaymentStatus.Voided, now);
        return ending == Ending.Cancelled ? new PayCancelled(orderId, amount, reason, owner) : null;
    }

    /** What was to be released had been captured: it is to be given back. */
    public void refundInstead(Instant now) {
        become(PaymentStatus.Refunding, now);
    }

    public PayCancelled refunded(Instant now) {
        become(PaymentStatus.Refunded, now);
        return new PayCancelled(orderId, amount, reason, owner);
    }

    public RefundFailed refundFailed(String why, Instant now) {
        become(PaymentStatus.RefundFailed, now);
        reason = cut(why);
        return new RefundFailed(orderId, amount, reason, owner);
    }

    /** An operator has the provider asked for the refund once more, as a new request. */
    public void retryRefund(Instant now) {
        become(PaymentStatus.Refunding, now);
        refund++;
    }

    /** An operator states that the customer got the money in another way. */
    public PayCancelled refundSettledByHand(String note, Instant now) {
        reason = cut("settled by hand: " + note);
        return refunded(now);
    }

    public boolean canBeCancelled() {
        return status.canBecome(PaymentStatus.Cancelling) && (confirmed || status != PaymentStatus.Authorising)
                && (status != PaymentStatus.Releasing || ending == Ending.Expired);
    }

    /** A cancellation begins: until its outcome is known no money moves. */
    public void cancelling(Instant now) {
        PaymentStatus before = status;
        become(PaymentStatus.Cancelling, now);
        resumeAs = before;
    }

    /**
     * The cancellation is final: the money is given back, or what may be reserved is released.
     *
     * @param traceparent of the cancellation
     */
    public void cancelled(Instant now, String traceparent) {
        this.traceparent = traceparent;
        boolean captured = resumeAs == PaymentStatus.Completed;
        resumeAs = null;
        reason = "cancelled by the customer";
        if (captured) {
            become(PaymentStatus.Refunding, now);
        } else {
            release(Ending.Cancelled, now);
        }
    }

    /** The cancellation was refused: the payment goes on where it was. */
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
        status = next;
        changedAt = now;
        attempts = 0;
        dueAt = next.isIntent() ? now.plus(LEASE) : null;
    }

    public boolean isDue(Instant now) {
        return dueAt != null && !dueAt.isAfter(now);
    }

    /** Reserves the next attempt for the caller. */
    public void claim(Instant now) {
        dueAt = now.plus(LEASE);
    }

    /** The outcome is not known: the request is repeated after a pause that doubles each time. */
    public void retryLater(Instant now, Duration longest) {
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(attempts, 16));
        attempts++;
        dueAt = now.plus(pause.compareTo(longest) < 0 ? pause : longest);
    }

    /** What the provider is to be asked for the current intent. */
    public Request request() {
        String reference = orderId + "-" + authorisation;
        Operation operation = switch (status) {
            case Authorising -> Operation.authorise;
            case Capturing -> Operation.capture;
            case Releasing -> Operation.release;
            case Refunding -> Operation.refund;
            default -> throw new IllegalStateException("payment of order " + orderId + " is " + status + ", which asks nothing of the provider");
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

    public String traceparent() {
        return traceparent;
    }
}
