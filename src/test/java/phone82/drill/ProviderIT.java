package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.command.Report;
import phone82.journey.Provider;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.PAY;
import static phone82.Context.PROVIDER;
import static phone82.journey.Shop.anOrder;

/** Severe failures of the payment provider, and orders that cause them. Prints its measurements. */
@Tag("long")
class ProviderIT {

    private static final long PRICE = 1_199_000;

    /** Orders at a constant rate, each on its own thread, so that slow ones delay no others. */
    private static final class Crowd implements AutoCloseable {

        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final ConcurrentLinkedQueue<Long> millis = new ConcurrentLinkedQueue<>();
        private final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
        private final List<Long> accepted = Collections.synchronizedList(new ArrayList<>());

        Crowd(Shop shop, String item, int perSecond) {
            clock.scheduleAtFixedRate(() -> threads.execute(() -> {
                long asked = System.nanoTime();
                int status = 0;
                try {
                    Answer answer = shop.place(anOrder().of(item));
                    status = answer.status();
                    if (status == 201) {
                        accepted.add(answer.id());
                    }
                } catch (UncheckedIOException e) {
                    // counted as status 0
                }
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked));
                answers.computeIfAbsent(status, first -> new AtomicInteger()).incrementAndGet();
            }), 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
        }

        int sent() {
            return millis.size();
        }

        double acceptedShare() {
            return 1.0 * accepted.size() / sent();
        }

        long p99() {
            List<Long> sorted = millis.stream().sorted().toList();
            return sorted.get(sorted.size() * 99 / 100);
        }

        @Override
        public void close() throws InterruptedException {
            clock.shutdownNow();
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public String toString() {
            List<Long> sorted = millis.stream().sorted().toList();
            return "%d sent, answers %s, median %d ms, p99 %d ms, longest %d ms".formatted(sent(), answers, sorted.get(sorted.size() / 2),
                    p99(), sorted.get(sorted.size() - 1));
        }
    }

    @Test
    void ordersThatMakeTheProviderFailDoNotAffectOthers() throws Exception {
        int seconds = Integer.getInteger("phone82.seconds", 60);
        try (Processes phone82 = new Processes("noise", "--phone82.store.dispatch-delay=1s")) {
            phone82.jvm(List.of("-Xmx512m"));
            phone82.start("");
            Shop shop = phone82.gateway();
            orders("warm-up", shop, 40, seconds * 2);
            // another item, so that no circuit breaker is open for later orders
            try (Crowd slow = new Crowd(shop, "sim-slow-88888", 50)) {
                orders("warm-up beside others", shop, 20, seconds / 2);
            }
            Crowd before = orders("alone", shop, 20, seconds);
            Crowd beside;
            try (Crowd slow = new Crowd(shop, "sim-slow-99999", 50); Crowd failing = new Crowd(shop, "sim-fail", 20)) {
                beside = orders("beside the others", shop, 20, seconds);
                System.out.printf("sim-slow-99999: %s%nsim-fail: %s%n", slow, failing);
            }
            assertThat(beside.acceptedShare()).as("share of ordinary orders that were accepted").isGreaterThanOrEqualTo(0.999);
            assertThat(beside.p99()).as("p99 of ordinary orders, ms").isLessThanOrEqualTo(2 * before.p99());
            assertContextsAgree(phone82);
        }
    }

    private static Crowd orders(String name, Shop shop, int perSecond, int seconds) throws InterruptedException {
        Crowd orders = new Crowd(shop, "note20", perSecond);
        try (orders) {
            await().atMost(Duration.ofSeconds(seconds * 3L)).until(() -> orders.sent() >= perSecond * seconds);
        }
        System.out.printf("%s: %s%n", name, orders);
        return orders;
    }

    @Test
    void anOutageOfMinutesRefusesOrdersAndDelaysRefunds() throws Exception {
        Duration outage = Duration.ofSeconds(Integer.getInteger("phone82.outage-seconds", 300));
        try (Processes phone82 = new Processes("outage", "--phone82.store.dispatch-delay=20m", "--phone82.warm-up=50")) {
            phone82.start("broker coordinator customer store app gateway pay", "provider");
            Shop shop = phone82.gateway();
            List<Long> paid = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                paid.add(shop.placeAccepted(anOrder()));
            }
            await().until(() -> paid.stream().allMatch(id -> shop.status("/orders/" + id).equals("Paid")));
            phone82.kill("provider");
            long began = System.nanoTime();
            int cancelled = 0;
            try (Crowd refused = new Crowd(shop, "note20", 5)) {
                for (; cancelled < 50; cancelled++) {
                    int next = cancelled;
                    await().atMost(outage).until(() -> System.nanoTime() - began > outage.toNanos() * next / 50);
                    assertThat(shop.send("DELETE", "/orders/" + paid.get(next), null, null).status()).isIn(200, 202);
                }
                await().atMost(outage).until(() -> System.nanoTime() - began > outage.toNanos());
                System.out.printf("orders during the outage of the provider: %s%n", refused);
                assertThat(refused.answers.keySet()).containsOnly(503);
            }
            phone82.start("provider");
            long back = System.nanoTime();
            await().atMost(Duration.ofMinutes(1)).until(() -> shop.place(anOrder()).status() == 201);
            System.out.printf("first order accepted %.1f s after the provider's return%n", (System.nanoTime() - back) / 1e9);
            await().atMost(Duration.ofMinutes(2)).until(() -> paid.subList(0, 50).stream().allMatch(id -> shop.status("/payments/" + id).equals("Refunded")));
            System.out.printf("all 50 cancelled orders refunded %.1f s after it%n", (System.nanoTime() - back) / 1e9);
            assertThat(phone82.reconcile().breaches()).isEmpty();
            Provider provider = new Provider(phone82.shop(PROVIDER));
            assertThat(paid.subList(0, 50)).allSatisfy(id -> assertThat(provider.held(id)).isZero());
            assertThat(paid.subList(50, 100)).allSatisfy(id -> assertThat(provider.held(id)).isEqualTo(PRICE));
            long held = provider.accounts().stream().mapToLong(account -> account.get("reserved").asLong()).sum();
            assertThat(held).as("won that are reserved").isZero();
        }
    }

    /** Everything fails at random, and pay is killed repeatedly. */
    @Test
    void theLedgerAgreesExactlyAfterRandomFailuresOfEveryKind() throws Exception {
        int wanted = Integer.getInteger("phone82.orders", 20_000);
        int toCancel = wanted / 5;
        int kills = Integer.getInteger("phone82.kills", 20);
        long seed = Long.getLong("phone82.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Processes phone82 = new Processes("random", "--phone82.store.dispatch-delay=3s", "--phone82.warm-up=50",
                "--phone82.pay.longest-retry=1s", "--phone82.pay.breaker.open=500ms", "--phone82.app.breaker.open=500ms",
                "--phone82.reconcile.settle=60s", "--phone82.reconcile.timelines=0")) {
            phone82.start("broker coordinator customer store app gateway", "provider", "pay");
            Shop shop = phone82.gateway();
            Provider provider = new Provider(phone82.shop(PROVIDER));
            provider.setFaults(seed, everyKind(0.1));
            System.out.printf("%d orders, %d cancellations, %d kills of pay, -Dphone82.seed=%d%n", wanted, toCancel, kills, seed);
            List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
            Map<Long, Integer> cancellations = new ConcurrentHashMap<>();
            Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
            AtomicInteger cancelling = new AtomicInteger();
            ExecutorService customers = Executors.newFixedThreadPool(16);
            long customerSeed = random.nextLong();
            BooleanSupplier over = () -> accepted.size() >= wanted && cancelling.get() >= toCancel;
            for (int i = 0; i < 16; i++) {
                Random own = new Random(customerSeed + i);
                customers.submit(() -> {
                    while (!over.getAsBoolean()) {
                        int status = place(shop, accepted);
                        answers.computeIfAbsent(status, first -> new AtomicInteger()).incrementAndGet();
                        if (status != 201) {
                            pause();
                        } else if (own.nextInt(3) == 0 && cancelling.getAndIncrement() < toCancel) {
                            long id = accepted.get(Math.max(0, accepted.size() - 1 - own.nextInt(20)));
                            cancellations.putIfAbsent(id, cancel(shop, id));
                        }
                    }
                });
            }
            customers.shutdown();
            for (int kill = 1; kill <= kills; kill++) {
                int until = (int) ((long) wanted * kill / (kills + 1)) + random.nextInt(50);
                await().atMost(Duration.ofMinutes(10)).until(() -> accepted.size() >= until || customers.isTerminated());
                phone82.kill("pay");
                phone82.start("pay");
                System.out.printf("kill %d after %d accepted orders: %s%n", kill, accepted.size(), answers);
            }
            assertThat(customers.awaitTermination(20, TimeUnit.MINUTES)).isTrue();
            System.out.printf("orders answered %s, cancellations %s%n", answers,
                    cancellations.values().stream().collect(Collectors.groupingBy(each -> each, Collectors.counting())));
            provider.removeFaults();
            await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofSeconds(1)).ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(() -> retryFailedRefunds(phone82) == 0);
            assertContextsAgree(phone82);
            assertLedger(shop, provider, cancellations, accepted);
        }
    }

    private static String[] everyKind(double probability) {
        List<String> kinds = List.of("refuse", "error", "close", "hang", "lose", "delay", "garbage");
        double share = probability / (kinds.size() + 1);
        return Stream.concat(kinds.stream().map(kind -> fault("any", kind, share)),
                Stream.of("authorise", "capture", "refund").map(operation -> fault(operation, "decline", share))).toArray(String[]::new);
    }

    private static String fault(String operation, String kind, double probability) {
        return "{\"operation\":\"%s\",\"kind\":\"%s\",\"millis\":900,\"probability\":%s}".formatted(operation, kind, probability);
    }

    /** The pause of a customer after a refusal. */
    private static void pause() {
        await().pollDelay(Duration.ofMillis(300)).atMost(Duration.ofSeconds(5)).until(() -> true);
    }

    private static int place(Shop shop, List<Long> accepted) {
        try {
            Answer answer = shop.place(anOrder());
            if (answer.status() == 201) {
                accepted.add(answer.id());
            }
            return answer.status();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    private static int cancel(Shop shop, long id) {
        try {
            return shop.send("DELETE", "/orders/" + id, null, null).status();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    /** Returns the number of refunds that are not done yet. */
    private static long retryFailedRefunds(Processes phone82) {
        List<JsonNode> payments = phone82.gateway().all("/payments");
        payments.stream().filter(payment -> payment.get("status").asText().equals("RefundFailed"))
                .forEach(payment -> phone82.shop(PAY).send("POST", "/payments/" + payment.get("orderId").asLong() + "/refund", null, null));
        return payments.stream().filter(payment -> payment.get("status").asText().matches("Refund(ing|Failed)")).count();
    }

    private static void assertLedger(Shop shop, Provider provider, Map<Long, Integer> cancellations, List<Long> accepted) {
        Map<Long, String> orders = shop.all("/orders").stream()
                .collect(Collectors.toMap(order -> order.get("id").asLong(), order -> order.get("status").asText()));
        assertThat(orders.keySet()).containsAll(accepted);
        assertThat(orders.values()).as("the states of all orders").containsOnly("Shipped", "Cancelled");
        cancellations.forEach((id, status) -> {
            if (status == 200) {
                assertThat(orders.get(id)).as("order %d, whose cancellation was answered 200", id).isEqualTo("Cancelled");
            }
        });
        long expected = PRICE * orders.values().stream().filter("Shipped"::equals).count();
        List<JsonNode> accounts = provider.accounts();
        long captured = sum(accounts, "captured");
        long refunded = sum(accounts, "refunded");
        System.out.printf("ledger: %,d won captured, %,d given back, %,d reserved; %,d won for shipped orders%n", captured, refunded,
                sum(accounts, "reserved"), expected);
        assertThat(captured - refunded).isEqualTo(expected);
        assertThat(sum(accounts, "reserved")).isZero();
        assertThat(accounts).allSatisfy(account -> assertThat(account.get("captured").asLong() - account.get("refunded").asLong())
                .as("order %s", account.get("orderId")).isEqualTo("Shipped".equals(orders.get(account.get("orderId").asLong())) ? PRICE : 0));
    }

    private static long sum(List<JsonNode> accounts, String field) {
        return accounts.stream().mapToLong(account -> account.get(field).asLong()).sum();
    }

    private static void assertContextsAgree(Processes phone82) throws Exception {
        Report report = phone82.reconcile();
        assertThat(report.breaches()).isEmpty();
        assertThat(report.moving()).isEmpty();
    }
}
