package phone82.platform.http;

import io.vertx.core.spi.ExecutorServiceFactory;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Worker pools whose idle threads end. Vert.x keeps as many as the busiest moment needed; eight servers kept 520. */
public class WorkerThreads implements ExecutorServiceFactory {

    private static final long IDLE_SECONDS = 2;

    @Override
    public ExecutorService createExecutor(ThreadFactory threads, Integer concurrency, Integer maxConcurrency) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(maxConcurrency, maxConcurrency, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
