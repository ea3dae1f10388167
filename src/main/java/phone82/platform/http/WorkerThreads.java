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
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, maxConcurrency, IDLE_SECONDS, TimeUnit.SECONDS, new Handover(), threads, WorkerThreads::enqueue);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** All threads are busy. */
    private static void enqueue(Runnable task, ThreadPoolExecutor pool) {
        Handover queue = (Handover) pool.getQueue();
        queue.append(task);
        if (pool.isShutdown() && queue.remove(task)) {
            throw new RejectedExecutionException("the worker pool is shut down");
        }
        // the last thread may have ended in between
        pool.prestartCoreThread();
    }
}
