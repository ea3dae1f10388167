package phone82.journey;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A context that accepts connections but never answers delays its own clients for a limited time, and no others. */
@Tag("alone")
class HangingContextTest {

    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(6);
    private static final int ORDERS = 30;
    // both stay open: a repetition of a failed test uses them again
    private static final List<Socket> TAKEN = new CopyOnWriteArrayList<>();
    private static final ServerSocket STORE = store();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.complementOf(EnumSet.of(Context.STORE)),
            "--phone82.gateway.store-url=http://localhost:" + STORE.getLocalPort(), "--phone82.gateway.response-timeout=" + RESPONSE_TIMEOUT.toMillis(),
            "--phone82.http.connections-per-client=1000");

    private final Shop shop = PHONE82.gateway();

    private record Timed(Answer answer, Duration took) {
    }

    private static ServerSocket store() {
        try {
            ServerSocket store = new ServerSocket(0, 500);
            Thread taking = new Thread(() -> {
                try {
                    while (true) {
                        TAKEN.add(store.accept());
                    }
                } catch (IOException closed) {
                    throw new UncheckedIOException(closed);
                }
            });
            taking.setDaemon(true);
            taking.start();
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void ordersContinueWhileAHundredRequestsWaitForAnotherContext() throws Exception {
        warmUp();
        Duration usual = slowOrder();
        int before = TAKEN.size();
        List<Future<Timed>> waiting = askStore(100);
        await().until(() -> TAKEN.size() - before >= 100);

        Duration slow = slowOrder();

        System.out.printf("third slowest order: %d ms, beside 100 requests that hang %d ms%n", usual.toMillis(), slow.toMillis());
        assertThat(waiting).as("all still wait").noneMatch(Future::isDone);
        assertThat(slow).isLessThan(longest(usual));
        for (Future<Timed> each : waiting) {
            assertThat(each.get().answer.expect(503).header("Retry-After")).isEqualTo("5");
            assertThat(each.get().took).isBetween(RESPONSE_TIMEOUT.minusMillis(100), RESPONSE_TIMEOUT.multipliedBy(2));
        }
    }

    @Test
    void requestsBeyondTheLimitAreRefusedAtOnce() throws Exception {
        warmUp();
        Duration usual = slowOrder();
        int before = TAKEN.size();
        List<Future<Timed>> waiting = askStore(224);
        await().until(() -> TAKEN.size() - before >= 224);

        for (Future<Timed> each : askStore(100)) {
            assertThat(each.get().answer.expect(503).header("Retry-After")).isEqualTo("1");
            assertThat(each.get().took).isLessThan(RESPONSE_TIMEOUT.dividedBy(2));
        }
        assertThat(slowOrder()).isLessThan(longest(usual));
        for (Future<Timed> each : waiting) {
            each.get().answer.expect(503);
        }
    }

    private void warmUp() {
        for (int i = 0; i < 100; i++) {
            shop.place(anOrder()).expect(201);
        }
    }

    /** The third slowest of some orders: something else may stop this JVM for a moment. None waits as long as those for store. */
    private Duration slowOrder() {
        List<Duration> took = Stream.generate(() -> {
            long start = System.nanoTime();
            shop.place(anOrder()).expect(201);
            return Duration.ofNanos(System.nanoTime() - start);
        }).limit(ORDERS).sorted(Comparator.reverseOrder()).toList();
        assertThat(took.get(0)).isLessThan(RESPONSE_TIMEOUT.dividedBy(2));
        return took.get(2);
    }

    /** @param usual what orders take on this machine without the requests that hang */
    private static Duration longest(Duration usual) {
        Duration longest = usual.multipliedBy(3);
        return longest.compareTo(Duration.ofMillis(600)) > 0 ? longest : Duration.ofMillis(600);
    }

    private List<Future<Timed>> askStore(int requests) {
        ExecutorService customers = Executors.newFixedThreadPool(requests);
        List<Future<Timed>> answers = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            answers.add(customers.submit(() -> {
                long start = System.nanoTime();
                Answer answer = shop.get("/deliveries");
                return new Timed(answer, Duration.ofNanos(System.nanoTime() - start));
            }));
        }
        customers.shutdown();
        return answers;
    }
}
