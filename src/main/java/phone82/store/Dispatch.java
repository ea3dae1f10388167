package phone82.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.disk.Disk;

/**
 * Whether store ships at all. After a restore it does not: a delivery may have been shipped, or its order cancelled, after the backup, which only
 * the payment provider and the dealer know.
 */
public class Dispatch implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private static final String RESTORED = "store's data was restored from a backup; run replay-events and reconcile, cancel or pause what is not to be shipped, "
            + "then run restore --release";
    private static final String FORBIDDEN = "phone82.store.dispatch is false";

    private final boolean allowed;
    private final Disk disk;

    /** @param allowed whether the settings allow it */
    Dispatch(boolean allowed, Disk disk) {
        this.allowed = allowed;
        this.disk = disk;
        if (isHeld()) {
            LOG.warn("Nothing is shipped: {}", reason());
        }
    }

    boolean isHeld() {
        return reason() != null;
    }

    /** Returns why nothing is shipped, or null. */
    String reason() {
        if (!allowed) {
            return FORBIDDEN;
        }
        return disk.isRestored() ? RESTORED : null;
    }

    /** @throws Problem 409 if nothing is shipped */
    void requireRunning() {
        if (isHeld()) {
            throw new Problem(409, "Nothing is shipped", "Nothing is shipped until an operator allows it. Try again then.");
        }
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        Gauge.builder("phone82.dispatch.held", this, dispatch -> dispatch.isHeld() ? 1 : 0)
                .description("1 while nothing is shipped, after a restore or because of phone82.store.dispatch").register(metrics);
    }
}
