package phone82.provider;

import java.time.Duration;
import java.time.Instant;

/** The money of one reference: reserved, captured, refunded. Amounts in won. */
class Reservation {

    final String reference;
    final long orderId;
    private final DemoItem item;
    private long authorised;
    private Instant authorisedAt;
    private Instant dueAt;
    private long captured;
    private long refunded;
    private boolean closed;
    private int attempts;

    /** A new reservation. */
    Reservation(String reference, long orderId, String item) {
        this(reference, orderId, item, 0, null, null, 0, 0, false, 0);
    }

    /** A reservation that is stored in the ledger. */
    Reservation(String reference, long orderId, String item, long authorised, Instant authorisedAt, Instant dueAt, long captured,
                long refunded, boolean closed, int attempts) {
        this.reference = reference;
        this.orderId = orderId;
        this.item = new DemoItem(item);
        this.authorised = authorised;
        this.authorisedAt = authorisedAt;
        this.dueAt = dueAt;
        this.captured = captured;
        this.refunded = refunded;
        this.closed = closed;
        this.attempts = attempts;
    }

    /**
     * Decides about a request and records its effect. Call {@link #settle} first.
     *
     * @param patience how long an authorisation may take before it is pending
     * @param validity how long an authorisation can be captured
     */
    Decision decide(Operation operation, long amount, Instant now, Duration patience, Duration validity) {
        return switch (operation) {
            case authorise -> authorise(amount, now, patience);
            case capture -> capture(amount, now, validity);
            case release -> release();
            case refund -> refund(amount);
        };
    }

    private Decision authorise(long amount, Instant now, Duration patience) {
        if (closed) {
            return Decision.declined("closed");
        }
        if (item.authorisationCode() != null) {
            return Decision.declined(item.authorisationCode());
        }
        if (authorisedAt != null || dueAt != null && authorised != amount) {
            return Decision.declined("already_authorised");
        }
        authorised = amount;
        if (dueAt == null && item.authorisationTime().compareTo(patience) > 0) {
            dueAt = now.plus(item.authorisationTime());
        }
        if (dueAt != null) {
            return Decision.pending("slow");
        }
        authorisedAt = now;
        return Decision.SUCCEEDED;
    }

    /** Reserves the money of a pending authorisation if its time has come. */
    void settle(Instant now) {
        if (dueAt != null && !dueAt.isAfter(now)) {
            authorisedAt = dueAt;
            dueAt = null;
        }
    }

    boolean isPending() {
        return dueAt != null;
    }

    private Decision capture(long amount, Instant now, Duration validity) {
        if (captured > 0) {
            return Decision.declined("already_captured");
        }
        if (closed) {
            return Decision.declined("closed");
        }
        if (authorisedAt == null) {
            return Decision.declined("not_authorised");
        }
        if (isLapsed(now, validity)) {
            return Decision.declined("lapsed");
        }
        if (amount > authorised) {
            return Decision.declined("amount_too_large");
        }
        if (item.isCaptureDeclined()) {
            return Decision.declined("declined");
        }
        if (attempts < item.undecidedCaptures()) {
            attempts++;
            return Decision.pending("issuer_unavailable");
        }
        captured = amount;
        return Decision.SUCCEEDED;
    }

    /** Closes the reference, whether or not anything is reserved: later authorisations are declined. */
    private Decision release() {
        if (captured > 0) {
            return Decision.declined("captured");
        }
        closed = true;
        dueAt = null;
        return Decision.SUCCEEDED;
    }

    private Decision refund(long amount) {
        if (captured == 0) {
            return Decision.declined("not_captured");
        }
        if (amount > captured - refunded) {
            return Decision.declined("amount_too_large");
        }
        if (item.isRefundDeclined()) {
            return Decision.declined("declined");
        }
        refunded += amount;
        return Decision.SUCCEEDED;
    }

    private boolean isLapsed(Instant now, Duration validity) {
        return !authorisedAt.plus(validity).isAfter(now);
    }

    /** Won that are held but not captured. */
    long reserved(Instant now, Duration validity) {
        return authorisedAt == null || closed || captured > 0 || isLapsed(now, validity) ? 0 : authorised;
    }

    /** Won that would be refunded now. */
    long refundable() {
        return item.isRefundable() ? captured - refunded : 0;
    }

    long authorised() {
        return authorised;
    }

    Instant authorisedAt() {
        return authorisedAt;
    }

    Instant dueAt() {
        return dueAt;
    }

    long captured() {
        return captured;
    }

    long refunded() {
        return refunded;
    }

    boolean isClosed() {
        return closed;
    }

    int attempts() {
        return attempts;
    }
}
