package phone82.platform.http;

import io.vertx.core.spi.ExecutorServiceFactory;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import phone82.platform.Waiting;

import java.io.IOException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;

/**
 * The threads that process requests, in the order in which these came. Many more of them at work than there are processors make each
 * other late; those that wait are not at work.
 */
final class Workers {

    private static final int IDLE_SECONDS = 60;

    private Workers() {
    }

    static ExecutorServiceFactory of(HttpLimits limits) {
        ClassLoader classes = Thread.currentThread().getContextClassLoader();
        ForkJoinPool.ForkJoinWorkerThreadFactory threads = pool -> {
            ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
            thread.setName("worker-" + thread.getPoolIndex());
            thread.setContextClassLoader(classes);
            return thread;
        };
        int atWork = Math.min(limits.parallelism(), limits.workers());
        return (unused, ofVertx, most) -> new ForkJoinPool(atWork, threads, null, true, atWork, limits.workers(), atWork,
                full -> true, IDLE_SECONDS, TimeUnit.SECONDS);
    }

    /** A call to another context. */
    static ClassicHttpResponse call(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain) throws IOException, HttpException {
        return Waiting.during(() -> chain.proceed(request, scope));
    }
}
