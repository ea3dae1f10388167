package phone82.pay;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import phone82.pay.provider.PaymentProvider.Charge;

import java.time.Duration;
import java.time.Instant;

/** The payment of one order: authorised when the order is asked for, captured once it stands. */
@Entity
@Table(name = "payment")
@NamedQuery(name = "Payment.captureDue",
        query = "from Payment where status in (Authorised, Expired) and captureAt <= instant order by captureAt, orderId")
@NamedQuery(name = "Payment.expired",
        query = "from Payment where status = Authorised and expiresAt <= instant order by expiresAt, orderId")
public class Payment {

    @Id
    private long orderId;
    private String item;
    private int qty;
    private long amount;
    @Enumerated(EnumType.STRING)
    private PaymentStatus status;
    @Enumerated(EnumType.STRING)
    private PaymentStatus resumeAs;
    private Instant authorisedAt;
    private Instant expiresAt;
    private Instant captureAt;
    private int captureAttempts;
    private Instant completedAt;
    private String reason;
    private String traceparent;
    @Version
    private int version;

    protected Payment() {
    }

    /** @param amount won */
    public static Payment authorised(long orderId, String item, int qty, long amount, Instant now, Duration validity) {
        Payment payment = new Payment();
        payment.orderId = orderId;
        payment.item = item;
        payment.qty = qty;
        payment.amount = amount;
        payment.status = PaymentStatus.Authorised;
        payment.authorisedAt = now;
        payment.expiresAt = now.plus(validity);
        return payment;
    }

    /** Notes that the order was rejected although no authorisation of it is known (yet). */
    public static Payment rejected(long orderId) {
        Payment payment = new Payment();
        payment.orderId = orderId;
        payment.item = "";
        payment.status = PaymentStatus.Rejected;
        return payment;
    }

    /**
     * The order stands: from now on the authorisation no longer expires, and the money is to be taken.
     *
     * @param traceparent of the order, for what happens to the payment later
     */
    public void confirm(Instant now, String traceparent) {
        expiresAt = null;
        captureAt = now;
        this.traceparent = traceparent;
    }

    /** Whether the money can be taken: not where the payment has ended, or has been taken already. */
    public boolean isOpen() {
        return status == PaymentStatus.Authorised || status == PaymentStatus.Expired;
    }

    /** The provider released an expired authorisation, and gave it again for an order that stands after all. */
    public void authoriseAgain() {
        become(PaymentStatus.Authorised);
    }

    public PayCompleted capture(Instant now) {
        become(PaymentStatus.Completed);
        completedAt = now;
        captureAt = null;
        return new PayCompleted(orderId, item, qty, amount);
    }

    /** The provider is away: the money is taken later, at growing distances. */
    public void captureLater(Instant now, Duration longest) {
        captureAttempts++;
        Duration wait = Duration.ofMillis(500L << Math.min(captureAttempts, 16));
        captureAt = now.plus(wait.compareTo(longest) < 0 ? wait : longest);
    }

    public PayCancelled captureRefused(String why) {
        become(PaymentStatus.Voided);
        captureAt = null;
        reason = why;
        return new PayCancelled(orderId, amount, why);
    }

    public void voidAuthorisation(String why) {
        become(PaymentStatus.Voided);
        expiresAt = null;
        reason = why;
    }

    public boolean isExpired(Instant now) {
        return status == PaymentStatus.Authorised && expiresAt != null && !expiresAt.isAfter(now);
    }

    public void expire() {
        become(PaymentStatus.Expired);
        expiresAt = null;
    }

    public boolean canBeCancelled() {
        return status.canBecome(PaymentStatus.Cancelling);
    }

    public boolean isCaptured() {
        return status == PaymentStatus.Completed || resumeAs == PaymentStatus.Completed;
    }

    /** A cancellation begins: until its outcome is known nothing is taken. */
    public void cancelling() {
        PaymentStatus before = status;
        become(PaymentStatus.Cancelling);
        resumeAs = before;
    }

    /** The cancellation holds: the money is, or stays, the customer's. */
    public PayCancelled cancelled() {
        boolean captured = isCaptured();
        resumeAs = null;
        become(captured ? PaymentStatus.Refunded : PaymentStatus.Voided);
        expiresAt = null;
        captureAt = null;
        reason = "cancelled by the customer";
        return new PayCancelled(orderId, amount, reason);
    }

    /** The cancellation was refused: the payment is what it was. */
    public void restored() {
        PaymentStatus before = resumeAs;
        resumeAs = null;
        become(before);
    }

    private void become(PaymentStatus next) {
        if (resumeAs != null || !status.canBecome(next)) {
            throw new IllegalStateException("payment of order " + orderId + " is " + status + " and cannot become " + next);
        }
        status = next;
    }

    public Charge charge() {
        return new Charge(orderId, item, amount);
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

    public String reason() {
        return reason;
    }

    public String traceparent() {
        return traceparent;
    }
}
