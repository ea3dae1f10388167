package phone82.coordinator;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A coordinator with one thread, which waits for a participant. */
class BusyCoordinatorTest {

    private static final int PORT = Phone82Extension.freePort();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.COORDINATOR), "--phone82.coordinator.threads=1",
            "--phone82.saga.time-limit=4s", "--phone82.coordinator.recovery-period=1h", "--phone82.coordinator.app-url=http://localhost:" + PORT);

    private final Shop coordinator = PHONE82.shop(Context.COORDINATOR);
    private final Lras lras = new Lras(coordinator, "http://localhost:" + PORT);
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    /** Until then the participant does not answer. */
    private final CountDownLatch answering = new CountDownLatch(1);
    @AutoClose
    private final Stub participant = new Stub(PORT).on("/", request -> {
        asked.add(request.getRequestURI().getPath());
        answering.await();
        Stub.answer(request, 200);
    });

    @AfterEach
    void answer() {
        answering.countDown();
    }

    @Test
    void doesNotBeginAnLraForAClientThatHasGivenUp() {
        CompletableFuture<?> closed = occupy();

        giveUp(lras.starting(), "coordinator-start-lra");
        answering.countDown();
        closed.join();

        assertThat(lras.known()).isEqualTo("[]");
    }

    @Test
    void endsAnLraEvenIfItsClientHasGivenUp() {
        String lra = lras.start();
        lras.join(lra);
        CompletableFuture<?> closed = occupy();

        giveUp(lras.closing(lra), "coordinator-close-lra");
        answering.countDown();
        closed.join();

        await().untilAsserted(() -> assertThat(lras.known()).isEqualTo("[]"));
        assertThat(asked).containsExactly("/lra-participant/complete", "/lra-participant/complete");
    }

    @Test
    void beginsAnLraWhileItUndoesOneThatHasExceededItsTimeLimit() {
        lras.join(lras.start());
        await().untilAsserted(() -> assertThat(asked).containsExactly("/lra-participant/compensate"));

        String lra = coordinator.text(lras.starting().timeout(Duration.ofSeconds(5)));

        assertThat(lra).startsWith("http");
        answering.countDown();
        lras.close(lra);
        await().untilAsserted(() -> assertThat(lras.known()).isEqualTo("[]"));
    }

    /** Closes an LRA, whose participant does not answer yet. */
    private CompletableFuture<?> occupy() {
        String lra = lras.start();
        lras.join(lra);
        CompletableFuture<?> closed = CompletableFuture.supplyAsync(() -> coordinator.exchange(lras.closing(lra)));
        await().until(() -> !asked.isEmpty());
        return closed;
    }

    /** Sends a request, and returns when the coordinator knows that its client has closed the connection. */
    private void giveUp(HttpRequest.Builder request, String operation) {
        long before = abandoned(operation);
        assertThatThrownBy(() -> coordinator.exchange(request.timeout(Duration.ofMillis(500)))).isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(HttpTimeoutException.class);
        await().until(() -> abandoned(operation) > before);
    }

    private static long abandoned(String operation) {
        return PHONE82.bean(Context.COORDINATOR, MeterRegistry.class).find("http.server.requests").tags("uri", operation, "status", "closed").timers().stream()
                .mapToLong(Timer::count).sum();
    }
}
