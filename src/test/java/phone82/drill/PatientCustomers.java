package phone82.drill;

import phone82.journey.Shop;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** New customers at a constant rate, each with one order, which they repeat with its {@code Idempotency-Key}, after {@code Retry-After}, until it is answered. */
final class PatientCustomers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PAUSE_MILLIS = 500;
    /** An answer that a program retries: the request is in progress, there are too many, or the shop is not available. */
    private static final Set<Integer> TRY_AGAIN = Set.of(409, 429, 502, 503, 504);

    /** The ids of the accepted orders, with the time of their first request and of their acceptance. */
    private final Map<Long, long[]> accepted = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final ScheduledExecutorService clock = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Shop shop;

    PatientCustomers(Shop shop, int perSecond) {
        this.shop = shop;
        clock.scheduleAtFixedRate(() -> threads.execute(this::order), 0, 1000 / perSecond, TimeUnit.MILLISECONDS);
    }

    private void order() {
        String key = UUID.randomUUID().toString();
        long began = System.nanoTime();
        String last = "";
        long pause = PAUSE_MILLIS;
        while (System.nanoTime() - began < PATIENCE.toNanos()) {
            try {
                Answer answer = shop.send(shop.request("/orders").header("Idempotency-Key", key).header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(Json.text(anOrder()))));
                if (answer.status() == 201) {
                    accepted.put(answer.id(), new long[]{began, System.nanoTime()});
                    return;
                }
                last = answer.status() + " " + answer.body();
                pause = answer.header("Retry-After") == null ? PAUSE_MILLIS : Math.max(PAUSE_MILLIS, 1000 * Long.parseLong(answer.header("Retry-After")));
                if (!TRY_AGAIN.contains(answer.status())) {
                    break;
                }
            } catch (UncheckedIOException e) {
                last = e.toString();
            }
            repeated.incrementAndGet();
            await().pollDelay(Duration.ofMillis(pause)).atMost(Duration.ofMinutes(1)).until(() -> true);
        }
        failures.add("after " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s: " + last);
    }

    Set<Long> accepted() {
        return accepted.keySet();
    }

    /** The orders that were given up, with the last answer. */
    Queue<String> failures() {
        return failures;
    }

    /** Waits for an order that was sent and accepted after this time, and returns its id. */
    long awaitAcceptedAfter(long nanos) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> accepted.values().stream().anyMatch(times -> times[0] > nanos));
        return accepted.entrySet().stream().filter(order -> order.getValue()[0] > nanos)
                .min((one, other) -> Long.compare(one.getValue()[1], other.getValue()[1])).orElseThrow().getKey();
    }

    /** The time of acceptance. */
    long acceptedAt(long order) {
        return accepted.get(order)[1];
    }

    /** The longest time between two acceptances since then. */
    Duration longestGap(long since) {
        long[] times = accepted.values().stream().mapToLong(each -> each[1]).filter(time -> time > since).sorted().toArray();
        long longest = times.length == 0 ? 0 : times[0] - since;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return Duration.ofNanos(longest);
    }

    /** Ends when every order has its final answer. */
    void stop() throws InterruptedException {
        clock.shutdownNow();
        threads.shutdown();
        assertThat(threads.awaitTermination(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return String.format("%d orders accepted, %d requests repeated, %d orders given up", accepted.size(), repeated.get(), failures.size());
    }
}
