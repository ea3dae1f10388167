package phone82.drill;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import phone82.platform.api.Json;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Customers who order and read at a constant rate: each sends one request every tenth of a second, one order for every six reads. They
 * keep their connections and never retry: an unexpected answer is a failure.
 */
final class Traffic implements AutoCloseable {

    private static final int MILLIS = 100;
    private static final List<String> READS = List.of("/orders/", "/payments/", "/history/", "/deliveries/", "/orders", "/payments", "/history", "/deliveries",
            "/phones", "/openapi.json");

    private final Set<Long> accepted = ConcurrentHashMap.newKeySet();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final CloseableHttpClient client = HttpClients.custom().useSystemProperties().disableAutomaticRetries().disableRedirectHandling().build();
    private final ScheduledExecutorService customers;
    private final String shop;
    private final long shipped;
    private final long began = System.nanoTime();

    /**
     * @param shop    the base address
     * @param shipped an order to read that every context has
     */
    Traffic(String shop, long shipped, int customers) {
        this.shop = shop;
        this.shipped = shipped;
        this.customers = new ScheduledThreadPoolExecutor(customers);
        for (int i = 0; i < customers; i++) {
            this.customers.scheduleAtFixedRate(new Customer(i), MILLIS * i / customers, MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private final class Customer implements Runnable {

        private int turn;

        Customer(int turn) {
            this.turn = turn;
        }

        @Override
        public void run() {
            turn++;
            if (turn % 7 == 0) {
                HttpPost order = new HttpPost(shop + "/orders");
                order.setEntity(new StringEntity("{\"item\":\"note20\",\"qty\":1}", ContentType.APPLICATION_JSON));
                ask(order, 201);
            } else {
                String read = READS.get(turn % READS.size());
                ask(new HttpGet(shop + read + (read.endsWith("/") ? shipped : "")), 200);
            }
        }
    }

    private void ask(HttpUriRequestBase request, int expected) {
        long asked = System.nanoTime();
        try {
            client.execute(request, answer -> {
                String body = EntityUtils.toString(answer.getEntity());
                if (answer.getCode() != expected) {
                    failures.add(Instant.now() + " " + request + " " + answer.getCode() + " " + body);
                } else if (expected == 201) {
                    accepted.add(Json.read(body.getBytes()).get("id").asLong());
                }
                return null;
            });
        } catch (IOException | RuntimeException e) {
            failures.add(Instant.now() + " " + request + " " + e);
        }
        nanos.add(System.nanoTime() - asked);
    }

    /** The ids of the orders that were answered with 201. */
    Set<Long> accepted() {
        return accepted;
    }

    int requests() {
        return nanos.size();
    }

    Queue<String> failures() {
        return failures;
    }

    void stop() throws InterruptedException {
        customers.shutdown();
        assertThat(customers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws IOException {
        customers.shutdownNow();
        client.close();
    }

    @Override
    public String toString() {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format("%,d requests, %,d orders among them, in %.0f s: %d failed, success %.2f %%, median %d ms, p99 %d ms, longest %d ms",
                sorted.length, accepted.size(), (System.nanoTime() - began) / 1e9, failures.size(), 100.0 * (sorted.length - failures.size()) / sorted.length,
                millis(sorted[sorted.length / 2]), millis(sorted[sorted.length * 99 / 100]), millis(sorted[sorted.length - 1]));
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
