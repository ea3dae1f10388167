package phone82.pay;

import phone82.platform.persistence.OldRows;

import java.time.Duration;
import java.time.Instant;

/**
 * The declined and rejected payments. While they exist, a late request for a rejected order is not authorised; after that, its authorisation
 * would expire because the order is never confirmed.
 */
public class RejectedPayments {

    private final OldRows old;
    private final Duration keep;

    /** @param keep how long they are kept; longer than any request can be late */
    RejectedPayments(OldRows old, Duration keep) {
        this.old = old;
        this.keep = keep;
    }

    /** Deletes the old ones, and returns how many. */
    public int purge() {
        return old.deleteBefore(Instant.now().minus(keep));
    }
}
