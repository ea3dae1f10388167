package phone82.platform.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class WorkerThreadsTest {

    private static final int WORKERS = 50;

    @Test
    void endWhenTheyAreIdle() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(WORKERS));
        long before = workers();
        CountDownLatch busy = new CountDownLatch(WORKERS);
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < WORKERS; i++) {
            vertx.executeBlocking(() -> {
                busy.countDown();
                done.await();
                return null;
            }, false);
        }
        busy.await();
        assertThat(workers()).isEqualTo(before + WORKERS);

        done.countDown();

        await().untilAsserted(() -> assertThat(workers()).isLessThanOrEqualTo(before));
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("vert.x-worker-thread")).count();
    }
}
