package phone82.drill;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.COORDINATOR;
import static phone82.Context.PAY;
import static phone82.Context.STORE;
import static phone82.journey.Shop.anOrder;

/** The cost of cancellations: HTTP calls of one, and leftovers of thousands in the coordinator. */
@Tag("long")
class CancellationCostIT {

    private static final String ALL_BUT_THE_COORDINATOR = "broker provider customer store pay app gateway";

    @Test
    void aCancellationMakesTenCalls() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        try (Processes phone82 = new Processes("calls", "--phone82.store.dispatch-delay=60s")) {
            Tap.Observer counting = new Tap.Observer() {
                @Override
                public boolean before(String tap, String request) {
                    calls.add(tap + " " + request.lines().findFirst().orElseThrow());
                    return true;
                }

                @Override
                public boolean after(String tap, String request) {
                    return true;
                }
            };
            for (Context context : List.of(APP, STORE, PAY)) {
                phone82.set("--phone82." + context.id() + ".callback-url=" + new Tap(vertx, context.id(), phone82.port(context), counting).url());
            }
            phone82.set("--phone82.saga.coordinator-url=" + new Tap(vertx, COORDINATOR.id(), phone82.port(COORDINATOR), counting).url(),
                    "--phone82.app.store-url=" + new Tap(vertx, STORE.id(), phone82.port(STORE), counting).url(),
                    "--phone82.app.pay-url=" + new Tap(vertx, PAY.id(), phone82.port(PAY), counting).url());
            phone82.start(ALL_BUT_THE_COORDINATOR, "coordinator");
            Shop shop = phone82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            calls.clear();

            cancel(shop, id);

            System.out.println("the HTTP calls of one cancellation, behind app:");
            calls.forEach(call -> System.out.println("  " + call));
            assertThat(calls).hasSize(10);
        } finally {
            vertx.close();
        }
    }

    @Test
    void thousandsLeaveNothingBehindInTheCoordinator() throws Exception {
        try (Processes phone82 = new Processes("growth", "--phone82.store.dispatch-delay=60s", "--phone82.warm-up=0")) {
            phone82.start(ALL_BUT_THE_COORDINATOR, "coordinator");
            Shop shop = phone82.gateway();
            cancelMany(shop, 300);
            long heap = liveHeap(phone82);
            long disk = size(phone82.data("coordinator"));

            cancelMany(shop, 2000);

            // the timers of their time limits run a little longer
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(3)).untilAsserted(() ->
                    assertThat((liveHeap(phone82) - heap) / 2000.0).as("bytes kept per cancellation").isLessThan(50));
            System.out.printf("2,000 cancellations: the coordinator's live heap %,d -> %,d bytes, its journal %,d -> %,d bytes%n",
                    heap, liveHeap(phone82), disk, size(phone82.data("coordinator")));
            assertThat(size(phone82.data("coordinator"))).isLessThanOrEqualTo(2 * disk);
        }
    }

    private static void cancelMany(Shop shop, int count) throws Exception {
        ExecutorService customers = Executors.newFixedThreadPool(8);
        List<Future<?>> cancellations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cancellations.add(customers.submit(() -> cancel(shop, repeated(() -> shop.place(anOrder())).expect(201).id())));
        }
        customers.shutdown();
        for (Future<?> cancellation : cancellations) {
            cancellation.get();
        }
    }

    private static void cancel(Shop shop, long id) {
        repeated(() -> shop.send("DELETE", "/orders/" + id, null, null)).expect(200);
    }

    /** A busy machine may refuse a request, which has changed nothing then. */
    private static Answer repeated(Supplier<Answer> request) {
        Answer answer;
        do {
            answer = request.get();
        } while (answer.status() == 503);
        return answer;
    }

    /** The live bytes of the coordinator's heap when no LRA is open. */
    private static long liveHeap(Processes phone82) throws Exception {
        await().untilAsserted(() -> assertThat(phone82.shop(COORDINATOR).get("/lra-coordinator").expect(200).body()).isEmpty());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, String.valueOf(phone82.pid("coordinator")), "GC.class_histogram").start();
        try (Stream<String> lines = histogram.inputReader().lines()) {
            return Long.parseLong(lines.filter(line -> line.startsWith("Total")).findFirst().orElseThrow().trim().split("\\s+")[2]);
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> {
                try {
                    return Files.size(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).sum();
        }
    }
}
