package phone82.platform.persistence;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Actions that must not take place for a transaction that is rolled back and repeated, for example counting its work or sending a request for it. */
public final class AfterCommit {

    private AfterCommit() {
    }

    /**
     * Runs the action after the commit of the current transaction.
     *
     * @throws IllegalStateException there is no transaction
     */
    public static void run(Runnable action) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
    }
}
