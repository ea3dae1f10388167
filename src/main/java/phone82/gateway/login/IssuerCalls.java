package phone82.gateway.login;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.log.RareLog;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Calls the issuer for requests of one kind, in a few threads. Some calls more may wait for a thread. */
class IssuerCalls {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerCalls.class);

    private static final int THREADS = 8;
    private static final int WAITING = 64;

    private final RareLog rareLog = new RareLog(LOG, OpenIdIssuer.QUIET);
    private final String kind;
    private final WorkerExecutor threads;
    private final AtomicInteger pending = new AtomicInteger();

    /** @param kind the name of the threads */
    IssuerCalls(Vertx vertx, String kind) {
        this.kind = kind;
        threads = vertx.createSharedWorkerExecutor(kind, THREADS);
    }

    /**
     * Makes a call that may block. It fails at once with a 503 if too many calls wait already.
     *
     * @param wanted whether somebody still waits for the call when a thread is free; otherwise it is not made
     */
    <T> Future<T> call(BooleanSupplier wanted, Callable<T> work) {
        if (pending.incrementAndGet() > THREADS + WAITING) {
            pending.decrementAndGet();
            rareLog.warn(kind, "Too many requests wait for the issuer ({}); further ones are refused", kind);
            return Future.failedFuture(new Problem(503, OpenIdIssuer.UNAVAILABLE, "Too many requests wait for the issuer of logins.").retryAfter(5));
        }
        return threads.executeBlocking(() -> {
            if (!wanted.getAsBoolean()) {
                throw new HttpClosedException("the client has left");
            }
            return work.call();
        }, false).onComplete(done -> pending.decrementAndGet());
    }

    /** Pauses the request, and continues it on the event loop with the result. */
    static <T> void resume(RoutingContext context, Future<T> future, Consumer<T> then) {
        context.request().pause();
        future.onComplete(result -> {
            context.request().resume();
            try {
                if (result.failed()) {
                    throw result.cause();
                }
                then.accept(result.result());
            } catch (Throwable failure) {
                context.fail(failure);
            }
        });
    }
}
