package phone82.platform;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;

/** Waiting for another system, which is no work: another worker of the pool takes the place of the one that waits. */
public final class Waiting {

    private Waiting() {
    }

    /** Makes the call in this thread; throws whatever it throws, checked exceptions too. */
    public static <T> T during(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        try {
            ForkJoinPool.managedBlock(new ForkJoinPool.ManagedBlocker() {
                @Override
                public boolean block() {
                    task.run();
                    return true;
                }

                @Override
                public boolean isReleasable() {
                    return task.isDone();
                }
            });
            return task.get();
        } catch (ExecutionException e) {
            throw Waiting.<RuntimeException>asItIs(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("a task that has run has an answer", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E asItIs(Throwable failure) throws E {
        throw (E) failure;
    }
}
