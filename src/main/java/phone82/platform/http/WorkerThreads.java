package phone82.platform.http;

import io.vertx.core.spi.ExecutorServiceFactory;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Worker pools that prefer an idle thread to a new one, and whose idle threads end. Vert.x's own pools add a thread for each task until
 * they are full, and keep all: eight servers kept 520.
 */
public class WorkerThreads implements ExecutorServiceFactory {

    private static final long IDLE_SECONDS = 2;

    /** Accepts a task only if a thread waits for one, so that the pool otherwise adds a thread. */
    private static final class Handover extends LinkedTransferQueue<Runnable> {

        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        void append(Runnable task) {
            super.offer(task);
        }
    }

    @Override
    public ExecutorService createExecutor(ThreadFactory threads, Integer concurrency, Integer maxConcurrency) {
        return new ThreadPoolExecutor(0, maxConcurrency, IDLE_SECONDS, TimeUnit.SECONDS, new Handover(), threads, WorkerThreads::enqueue);
    }

    /** All threads are busy. */
    private static void enqueue(Runnable task, ThreadPoolExecutor pool) {
        if (pool.isShutdown()) {
            throw new RejectedExecutionException("the worker pool is shut down");
        }
        ((Handover) pool.getQueue()).append(task);
        // the last thread may have ended in between; one that has not sees the task before it ends
        if (pool.getPoolSize() == 0 && pool.getQueue().remove(task)) {
            pool.execute(task);
        }
    }
}
