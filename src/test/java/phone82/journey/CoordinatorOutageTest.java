package phone82.journey;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Outages of the coordinator: cancellations are refused, everything else works. */
@Tag("alone")
class CoordinatorOutageTest {

    private static final Set<Context> ALL_BUT_THE_COORDINATOR = EnumSet.complementOf(EnumSet.of(Context.COORDINATOR));

    private record Timed(Answer answer, Duration took) {
    }

    private static Timed cancel(Shop shop, long id) {
        long asked = System.nanoTime();
        Answer answer = shop.send("DELETE", "/orders/" + id, null, null);
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - asked));
    }

    @Nested
    class Down {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(ALL_BUT_THE_COORDINATOR, "--phone82.store.dispatch-delay=4s");

        @Test
        void aCancellationIsRefusedAtOnceAndChangesNothing() {
            Shop shop = PHONE82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            cancel(shop, id);

            Timed refused = cancel(shop, id);

            assertThat(refused.answer.expect(503).header("Retry-After")).isEqualTo("5");
            assertThat(refused.took).isLessThan(Duration.ofSeconds(1));
            shop.place(anOrder()).expect(201);
            shop.awaitShipped(id);
            assertThat(shop.timeline(id)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
        }
    }

    @Nested
    class Hanging {

        /** Accepts connections, by the backlog of its operating system, and never answers. */
        static final ServerSocket COORDINATOR = listen();

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(ALL_BUT_THE_COORDINATOR, "--phone82.store.dispatch-delay=60s",
                "--phone82.saga.coordinator-url=http://localhost:" + COORDINATOR.getLocalPort());

        @Test
        void fiftyConcurrentCancellationsAreRefusedInTimeWithoutSlowingOrders() throws Exception {
            Shop shop = PHONE82.gateway();
            List<Long> ids = IntStream.range(0, 50).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();

            // the gateway's pool starts a new thread for each request until it is full
            for (int i = 0; i < 256; i++) {
                shop.get("/phones").expect(200);
            }
            burst(shop, ids);
            burst(shop, ids);
            int threads = Thread.activeCount();
            burst(shop, ids);
            burst(shop, ids);

            // the threads of the burst end a moment later
            await().untilAsserted(() ->
                    assertThat(Thread.activeCount()).as("threads after 100 more, the pools being filled").isLessThanOrEqualTo(threads + 50));
            assertThat(ids).allSatisfy(id -> assertThat(shop.status("/orders/" + id)).isIn("Ordered", "Paid"));
        }

        private static void burst(Shop shop, List<Long> ids) throws Exception {
            ExecutorService customers = Executors.newFixedThreadPool(ids.size());
            List<Future<Timed>> cancellations = ids.stream().map(id -> customers.submit(() -> cancel(shop, id))).toList();
            List<Duration> orders = Stream.generate(() -> {
                long asked = System.nanoTime();
                shop.place(anOrder()).expect(201);
                return Duration.ofNanos(System.nanoTime() - asked);
            }).limit(10).sorted().toList();
            // two may wait for something else on this machine, but none for the coordinator
            assertThat(orders.get(7)).as("%s", orders).isLessThan(Duration.ofMillis(600));
            assertThat(orders.get(9)).isLessThan(Duration.ofSeconds(2));
            for (Future<Timed> cancellation : cancellations) {
                assertThat(cancellation.get().answer.status()).isEqualTo(503);
                assertThat(cancellation.get().took).isLessThan(Duration.ofMillis(2500));
            }
            customers.shutdown();
            assertThat(customers.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        }

        private static ServerSocket listen() {
            try {
                return new ServerSocket(0, 200);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
