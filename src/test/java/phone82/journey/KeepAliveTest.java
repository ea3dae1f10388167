package phone82.journey;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Connections between contexts: they serve many requests, but none after a pause in which the server may have announced a stop. */
class KeepAliveTest {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(2);
    private static final AtomicInteger CONNECTIONS = new AtomicInteger();
    // stays open: a repetition of a failed test uses it again
    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpServer STORE = VERTX.createHttpServer().connectionHandler(made -> CONNECTIONS.incrementAndGet())
            .requestHandler(request -> request.response().end("{}")).listen(0).toCompletionStage().toCompletableFuture().join();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY),
            "--phone82.gateway.store-url=http://localhost:" + STORE.actualPort(), "--phone82.http.keep-alive=" + KEEP_ALIVE.toMillis() + "ms");

    private final Shop shop = PHONE82.gateway();

    @Test
    void aConnectionIsNotReusedAfterAPause() {
        CONNECTIONS.set(0);
        for (int i = 0; i < 5; i++) {
            shop.get("/deliveries").expect(200);
        }
        assertThat(CONNECTIONS).hasValue(1);

        await().pollDelay(KEEP_ALIVE.plusMillis(100)).untilAsserted(() -> shop.get("/deliveries").expect(200));
        assertThat(CONNECTIONS).hasValue(2);
    }
}
