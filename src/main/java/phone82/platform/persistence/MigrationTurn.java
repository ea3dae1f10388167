package phone82.platform.persistence;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.BooleanSupplier;

/** The turn of an instance to change the tables. */
final class MigrationTurn {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationTurn.class);
    private static final int ASK_AGAIN_MILLIS = 100;

    private MigrationTurn() {
    }

    /** @param take takes the lock, unless another instance has it */
    static void await(BooleanSupplier take) {
        boolean logged = false;
        while (!take.getAsBoolean()) {
            if (!logged) {
                logged = true;
                LOG.info("Another instance changes the tables; this one waits for it");
            }
            try {
                Thread.sleep(ASK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while another instance changes the tables", e);
            }
        }
    }
}
