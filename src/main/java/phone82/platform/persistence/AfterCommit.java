package phone82.platform.persistence;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** An action that must not take place for a transaction that is rolled back and repeated, for example counting its work or sending a request for it. */
public final class AfterCommit implements TransactionSynchronization {

    private final Runnable action;

    /** @param action takes place once for a transaction, however often this object is {@link #register registered} in it */
    public AfterCommit(Runnable action) {
        this.action = action;
    }

    /**
     * Runs the action after the commit of the current transaction.
     *
     * @throws IllegalStateException there is no transaction
     */
    public static void run(Runnable action) {
        new AfterCommit(action).register();
    }

    public void register() {
        TransactionSynchronizationManager.registerSynchronization(this);
    }

    @Override
    public void afterCommit() {
        action.run();
    }
}
