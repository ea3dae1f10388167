package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A slow or failing payment provider: the circuit breaker opens, refuses quickly, and closes by itself. */
@Tag("alone")
class BreakerTest {

    private static final Duration OPEN = Duration.ofSeconds(3);
    private static final long RESPONSE_TIMEOUT = 450;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s",
            "--phone82.app.breaker.open=" + OPEN.toMillis() + "ms",
            "--phone82.app.payment.response-timeout=" + RESPONSE_TIMEOUT, "--phone82.pay.provider-authorisation-limit=400ms");

    private final Shop shop = PHONE82.gateway();
    private final CircuitBreaker breaker = PHONE82.bean(Context.APP, CircuitBreaker.class);

    /** @param listMillis duration of a request that never waits for pay; a busy machine delays both */
    private record Refusal(long millis, long listMillis, int retryAfter, boolean whileOpen) {
    }

    @AfterEach
    void restoreTheProvider() {
        slowDown(0, 0);
        await().atMost(OPEN.plusSeconds(10)).until(() -> shop.place(anOrder()).status() == 201
                && breaker.getState() == CircuitBreaker.State.CLOSED);
    }

    @Test
    void opensUnderASlowProviderRefusesQuicklyAndRecovers() throws Exception {
        shop.place(anOrder()).expect(201);
        slowDown(500, 800);

        refusals(8, 500);
        List<Refusal> refusals = refusals(8, 1000);

        List<Refusal> open = refusals.stream().filter(Refusal::whileOpen).toList();
        long[] millis = open.stream().mapToLong(Refusal::millis).sorted().toArray();
        long[] lists = open.stream().mapToLong(Refusal::listMillis).sorted().toArray();
        System.out.printf("%,d refusals, %,d of them while the breaker was open: median %d ms, p99 %d ms; price lists meanwhile: p99 %d ms%n",
                refusals.size(), millis.length, millis[millis.length / 2], millis[millis.length * 99 / 100], lists[lists.length * 99 / 100]);
        assertThat(millis[millis.length / 2]).as("median in ms").isLessThanOrEqualTo(Math.max(50, 2 * lists[lists.length / 2]));
        assertThat(millis[millis.length * 99 / 100]).as("p99 in ms: none waits for the provider").isLessThan(RESPONSE_TIMEOUT);
        assertThat(refusals).extracting(Refusal::retryAfter).allMatch(seconds -> seconds >= 1 && seconds <= OPEN.toSeconds());
        assertThat(metrics()).contains("resilience4j_circuitbreaker_not_permitted_calls_total{context=\"app\"");

        slowDown(0, 0);
        await().atMost(OPEN.plusSeconds(5)).until(() -> shop.place(anOrder()).status(), status -> status == 201);
        assertNoChargeWithoutAnOrder();
    }

    @Test
    void retryAfterIsTheRemainingOpenTime() {
        breaker.transitionToOpenState();
        assertThat(shop.place(anOrder()).expect(503).header("Retry-After")).isEqualTo(String.valueOf(OPEN.toSeconds()));
        await().atMost(OPEN).until(() -> shop.place(anOrder()).header("Retry-After"), String.valueOf(1)::equals);
    }

    @Test
    void aDeclinedPaymentIsNoFailure() {
        for (int i = 0; i < 120; i++) {
            shop.place(anOrder().of("sim-decline")).expect(402);
        }
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @Test
    void ordersForAnUndecidedBankAreRefusedEarlyAndDelayNoOthers() {
        for (int i = 0; i < 10; i++) {
            assertThat(shop.place(anOrder().of("sim-fail")).expect(503).header("Retry-After")).isEqualTo("1");
        }
        int calls = breaker.getMetrics().getNumberOfBufferedCalls();

        Answer refused = shop.place(anOrder().of("sim-fail")).expect(503);

        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.body().get("detail").asText()).contains("Your bank has not decided");
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isEqualTo(calls);
        shop.place(anOrder()).expect(201);
    }

    @Test
    void aLateAnswerHasNoEffect() throws Exception {
        ExecutorService customers = Executors.newFixedThreadPool(8);
        List<Future<Answer>> answers = IntStream.range(0, 64).mapToObj(i ->
                customers.submit(() -> shop.place(anOrder().of("sim-slow-" + (420 + i))))).toList();
        customers.shutdown();

        for (Future<Answer> each : answers) {
            Answer answer = each.get();
            if (answer.status() == 201) {
                assertThat(answer.header("Location")).isEqualTo("/orders/" + answer.id());
                assertThat(answer.body().get("status").asText()).isEqualTo("Ordered");
            } else {
                answer.expect(503);
                assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
                assertThat(answer.header("Location")).isNull();
                assertThat(answer.body().get("detail").asText()).contains("charges nothing");
            }
        }
        assertNoChargeWithoutAnOrder();
    }

    /** Refused orders of concurrent customers, who repeat until so many were refused while the breaker was open; its own count begins anew with each trial. */
    private List<Refusal> refusals(int customers, int whileOpen) throws Exception {
        AtomicInteger left = new AtomicInteger(whileOpen);
        ExecutorService pool = Executors.newFixedThreadPool(customers);
        List<Future<List<Refusal>>> each = IntStream.range(0, customers).mapToObj(i -> pool.submit(() -> {
            List<Refusal> refusals = new ArrayList<>();
            while (left.get() > 0) {
                boolean openBefore = breaker.getState() == CircuitBreaker.State.OPEN;
                long asked = System.nanoTime();
                Answer answer = shop.place(anOrder());
                long millis = Duration.ofNanos(System.nanoTime() - asked).toMillis();
                if (answer.status() != 201) {
                    boolean open = openBefore && breaker.getState() == CircuitBreaker.State.OPEN;
                    long listed = System.nanoTime();
                    shop.get("/phones").expect(200);
                    long listMillis = Duration.ofNanos(System.nanoTime() - listed).toMillis();
                    refusals.add(new Refusal(millis, listMillis, Integer.parseInt(answer.expect(503).header("Retry-After")), open));
                    if (open) {
                        left.decrementAndGet();
                    }
                }
            }
            return refusals;
        })).toList();
        pool.shutdown();
        boolean inTime = pool.awaitTermination(60, TimeUnit.SECONDS);
        pool.shutdownNow();
        assertThat(inTime).isTrue();
        List<Refusal> refusals = new ArrayList<>();
        for (Future<List<Refusal>> one : each) {
            refusals.addAll(one.get());
        }
        return refusals;
    }

    private void assertNoChargeWithoutAnOrder() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            List<Long> orders = shop.all("/orders").stream().map(order -> order.get("id").asLong()).toList();
            List<JsonNode> payments = shop.all("/payments");
            assertThat(payments).filteredOn(payment -> payment.get("status").asText().equals("Completed"))
                    .extracting(payment -> payment.get("orderId").asLong()).containsExactlyInAnyOrderElementsOf(orders);
            assertThat(payments).extracting(payment -> payment.get("status").asText()).isSubsetOf("Completed", "Voided");
        });
    }

    private void slowDown(int minMillis, int maxMillis) {
        PHONE82.provider().slowDown(minMillis, maxMillis);
    }

    private String metrics() {
        return PHONE82.operations().metrics();
    }
}
