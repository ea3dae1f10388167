package phone82.drill;

import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.UncheckedIOException;
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
import java.util.function.Predicate;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/**
 * New customers at a constant rate, each with one order, which they repeat with its {@code Idempotency-Key}, after {@code Retry-After}, until it is
 * answered. Some cancel their order, in the same way.
 */
final class PatientCustomers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PAUSE_MILLIS = 500;
    private static final String SHIPPED_ALREADY = "Shipped already";
    /** An answer that a program retries: the request is in progress, there are too many, or the shop is not available. */
    private static final Set<Integer> TRY_AGAIN = Set.of(202, 409, 429, 502, 503, 504);

    /**
     * @param sent     when the first request was sent, by {@link System#nanoTime}
     * @param answered when the order was accepted
     */
    private record Acceptance(long sent, long answered) {
    }

    private final Map<Long, Acceptance> accepted = new ConcurrentHashMap<>();
    /** When each request that has no final answer yet was first sent, by {@link System#nanoTime}. */
    private final Set<Long> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final ScheduledExecutorService clock = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Shop shop;
    private int customers;

    /** @param nth every nth customer cancels; 0 for none */
    PatientCustomers(Shop shop, int perSecond, int nth) {
        this.shop = shop;
        clock.scheduleAtFixedRate(() -> {
            boolean cancels = nth > 0 && ++customers % nth == 0;
            threads.execute(() -> order(cancels));
        }, 0, 1000 / perSecond, TimeUnit.MILLISECONDS);
    }

    private void order(boolean cancels) {
        String key = UUID.randomUUID().toString();
        long sent = System.nanoTime();
        Answer placed = patiently(answer -> answer.status() == 201, () -> shop.place(key, anOrder()));
        if (placed == null) {
            return;
        }
        long id = placed.id();
        accepted.put(id, new Acceptance(sent, System.nanoTime()));
        if (cancels) {
            Answer answer = patiently(PatientCustomers::isFinal, () -> shop.send("DELETE", "/orders/" + id, null, null));
            if (answer != null && answer.status() == 200) {
                cancelled.add(id);
            }
        }
    }

    /** Other refusals end when an earlier cancellation has ended. */
    private static boolean isFinal(Answer cancellation) {
        return cancellation.status() == 200 || cancellation.status() == 409 && cancellation.body().path("title").asText().equals(SHIPPED_ALREADY);
    }

    /** Repeats a request until its answer is final; returns null, and records a failure, if that is none of the expected ones. */
    private Answer patiently(Predicate<Answer> expected, Supplier<Answer> request) {
        long began = System.nanoTime();
        waiting.add(began);
        try {
            return patiently(began, expected, request);
        } finally {
            waiting.remove(began);
        }
    }

    private Answer patiently(long began, Predicate<Answer> expected, Supplier<Answer> request) {
        String last = "";
        long pause = PAUSE_MILLIS;
        while (System.nanoTime() - began < PATIENCE.toNanos()) {
            try {
                Answer answer = request.get();
                String retryAfter = answer.header("Retry-After");
                if (expected.test(answer) && retryAfter == null) {
                    return answer;
                }
                last = answer.status() + " " + answer.body();
                pause = retryAfter == null ? PAUSE_MILLIS : Math.max(PAUSE_MILLIS, 1000 * Long.parseLong(retryAfter));
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
        return null;
    }

    /** The number of requests that wait for a final answer for longer than this. */
    long waitingLonger(Duration usual) {
        return waiting.stream().filter(sent -> System.nanoTime() - sent > usual.toNanos()).count();
    }

    /** The ids of the orders whose cancellation was confirmed. */
    Set<Long> cancelled() {
        return cancelled;
    }

    Set<Long> accepted() {
        return accepted.keySet();
    }

    /** The orders that were given up, with the last answer. */
    Queue<String> failures() {
        return failures;
    }

    /** The longest time that an order that was sent since then, and is accepted, has waited for that. */
    Duration longestWait(long since) {
        return Duration.ofNanos(accepted.values().stream().filter(order -> order.sent > since).mapToLong(order -> order.answered - order.sent).max().orElse(0));
    }

    /** The longest time between two acceptances since then. */
    Duration longestGap(long since) {
        long[] times = accepted.values().stream().mapToLong(Acceptance::answered).filter(time -> time > since).sorted().toArray();
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
        return String.format("%d orders accepted, %d cancelled, %d requests repeated, %d given up", accepted.size(), cancelled.size(), repeated.get(), failures.size());
    }
}
