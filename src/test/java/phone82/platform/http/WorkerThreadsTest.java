package phone82.platform.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class WorkerThreadsTest {

    private static final int WORKERS = 50;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(WORKERS));
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void areAddedWhileAllAreBusyAndEndWhenIdle() throws Exception {
        CountDownLatch busy = new CountDownLatch(WORKERS);
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch ran = new CountDownLatch(2 * WORKERS);
        IntStream.range(0, 2 * WORKERS).forEach(i -> run(() -> {
            busy.countDown();
            done.await();
            ran.countDown();
            return null;
        }));
        busy.await();
        assertThat(threads).hasSize(WORKERS);

        done.countDown();
        ran.await();

        assertThat(threads).hasSize(WORKERS);
        await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
    }

    @Test
    void areReusedForTasksOneAfterTheOther() {
        for (int i = 0; i < 10 * WORKERS; i++) {
            run(() -> null).toCompletableFuture().join();
        }

        assertThat(threads).hasSizeLessThan(WORKERS / 2);
    }

    private CompletionStage<Void> run(Callable<Void> task) {
        return vertx.executeBlocking(() -> {
            threads.add(Thread.currentThread());
            return task.call();
        }, false).toCompletionStage();
    }
}
