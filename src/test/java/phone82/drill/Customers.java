package phone82.drill;

import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Customers who order, and cancel some of their orders, until they are stopped; records the answers. */
final class Customers implements AutoCloseable {

    private static final int WAIT_AFTER_A_REFUSAL = 300;

    private final Set<Long> accepted = ConcurrentHashMap.newKeySet();
    private final Map<Long, Integer> cancellations = new ConcurrentHashMap<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Set<Integer> refusals = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Shop shop;
    private volatile boolean over;

    /** @param cancelled the percentage of orders that are cancelled, a third of them such that the refund is refused */
    Customers(Shop shop, int count, int cancelled) {
        this.shop = shop;
        for (int i = 0; i < count; i++) {
            threads.submit(() -> orderOn(cancelled));
        }
    }

    private void orderOn(int cancelled) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (!over) {
            try {
                boolean cancel = random.nextInt(100) < cancelled;
                boolean refund = random.nextInt(3) > 0;
                Answer order = shop.place(anOrder().of(cancel && !refund ? "sim-refund-refused" : "note20"));
                if (order.status() != 201) {
                    refused.incrementAndGet();
                    refusals.add(order.status());
                    pause(WAIT_AFTER_A_REFUSAL);
                    continue;
                }
                accepted.add(order.id());
                if (cancel) {
                    pause(refund ? random.nextInt(300) : 400);
                    int status = shop.send("DELETE", "/orders/" + order.id(), null, null).status();
                    cancellations.put(order.id(), status);
                    if (status == 503) {
                        pause(WAIT_AFTER_A_REFUSAL);
                    }
                } else {
                    pause(200);
                }
            } catch (UncheckedIOException e) {
                unanswered.incrementAndGet();
                pause(WAIT_AFTER_A_REFUSAL);
            }
        }
    }

    private static void pause(int millis) {
        await().pollDelay(Duration.ofMillis(millis)).atMost(Duration.ofSeconds(5)).until(() -> true);
    }

    /** The ids of the orders that were answered with 201. */
    Set<Long> accepted() {
        return accepted;
    }

    /** The statuses of the answers other than 201. */
    Set<Integer> refusals() {
        return refusals;
    }

    /** The number of requests without an answer. */
    int unanswered() {
        return unanswered.get();
    }

    /** The ids of the orders whose cancellation was answered, with the status of the answer. */
    Map<Long, Integer> cancellations() {
        return cancellations;
    }

    /** Waits until {@code orders} more orders are accepted. */
    void awaitMore(int orders) {
        int before = accepted.size();
        await().atMost(Duration.ofMinutes(3)).until(() -> accepted.size() >= before + orders);
    }

    void stop() throws InterruptedException {
        over = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        Map<Integer, Long> answers = new TreeMap<>();
        cancellations.values().forEach(status -> answers.merge(status, 1L, Long::sum));
        return String.format("%d orders accepted, %d refused, %d unanswered, cancellations answered %s",
                accepted.size(), refused.get(), unanswered.get(), answers);
    }
}
