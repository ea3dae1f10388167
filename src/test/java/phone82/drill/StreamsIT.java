package phone82.drill;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Five hundred customers follow all orders while others order. */
@Tag("long")
class StreamsIT {

    private static final int READERS = 500;
    private static final int ORDERS = 200;
    private static final int CUSTOMERS = 4;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s");

    private final Shop shop = PHONE82.gateway();

    private record Rush(List<Long> ids, double seconds, long medianMillis, long p99Millis) {
        @Override
        public String toString() {
            return "%d orders in %.1f s, median %d ms, p99 %d ms".formatted(ids.size(), seconds, medianMillis, p99Millis);
        }
    }

    @Test
    void fiveHundredReadersDoNotHarmTheOrders() throws Exception {
        rush();
        Rush alone = rush();
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        long before = usedMemory();

        Vertx vertx = Vertx.vertx();
        List<Set<Long>> shipped = IntStream.range(0, READERS).mapToObj(i -> (Set<Long>) ConcurrentHashMap.<Long>newKeySet()).toList();
        AtomicInteger cutOff = new AtomicInteger();
        HttpClient client = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(READERS));
        AtomicInteger begun = new AtomicInteger();
        shipped.forEach(seen -> client.request(new RequestOptions().setMethod(HttpMethod.GET)
                        .setAbsoluteURI(shop.request("/history/stream").build().uri().toString()))
                .compose(request -> request.send())
                .onSuccess(answer -> {
                    answer.exceptionHandler(lost -> cutOff.incrementAndGet());
                    answer.handler(RecordParser.newDelimited("\n\n", event -> note(event, seen)));
                    begun.incrementAndGet();
                }));
        await().atMost(Duration.ofSeconds(30)).until(begun::get, Integer.valueOf(READERS)::equals);
        int more = ManagementFactory.getThreadMXBean().getThreadCount() - threads;
        long bytes = (usedMemory() - before) / READERS;

        Rush followed = rush();
        long told = System.nanoTime();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(shipped).allSatisfy(seen -> assertThat(seen).containsAll(followed.ids)));

        System.out.printf("alone: %s%nwith %d readers: %s; all are told %d ms later; %d more threads, %d bytes a reader at both ends%n", alone, READERS, followed,
                Duration.ofNanos(System.nanoTime() - told).toMillis(), more, bytes);
        assertThat(cutOff).hasValue(0);
        assertThat(more).as("threads for %d readers, the client's own among them", READERS).isLessThan(30);
        assertThat(followed.medianMillis).as("median of an order in ms, %d without readers", alone.medianMillis).isLessThan(4 * alone.medianMillis + 50);
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static void note(Buffer event, Set<Long> seen) {
        String text = event.toString();
        if (text.contains("\"type\":\"Shipped\"")) {
            int id = text.indexOf("\"orderId\":") + 10;
            seen.add(Long.parseLong(text.substring(id, text.indexOf(',', id))));
        }
    }

    /** Orders by a few customers at once, each of whom tries again what is refused. */
    private Rush rush() throws Exception {
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
        List<Long> millis = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        long began = System.nanoTime();
        List<Callable<long[]>> orders = IntStream.range(0, ORDERS).mapToObj(i -> (Callable<long[]>) () -> {
            long[] asked = new long[1];
            Answer placed = await().atMost(Duration.ofSeconds(60)).until(() -> {
                asked[0] = System.nanoTime();
                return shop.place(anOrder());
            }, answer -> answer.status() == 201);
            return new long[]{placed.id(), Duration.ofNanos(System.nanoTime() - asked[0]).toMillis()};
        }).toList();
        for (Future<long[]> order : customers.invokeAll(orders)) {
            ids.add(order.get()[0]);
            millis.add(order.get()[1]);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        customers.shutdown();
        millis.sort(Long::compare);
        shop.awaitShipped(ids.get(ids.size() - 1));
        return new Rush(ids, seconds, millis.get(millis.size() / 2), millis.get(millis.size() * 99 / 100));
    }

    private static long usedMemory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
