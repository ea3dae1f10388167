package phone82.journey;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.app.Cancellation;
import phone82.app.Orders;
import phone82.journey.Shop.Answer;
import phone82.pay.Payments;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;
import phone82.platform.saga.CancellationUnavailable;
import phone82.platform.saga.Participation;

import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Cancellation of an order: the payment is returned and the phone is not shipped, or nothing changes. */
class CancellationTest {

    private static final Duration DISPATCH_DELAY = Duration.ofSeconds(2);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=" + DISPATCH_DELAY.toMillis() + "ms");

    /** The completion and compensation routes of each participant. */
    private static final Map<Context, List<String>> CALLBACKS = Map.of(
            Context.APP, List.of("app-complete-cancellation", "app-undo-cancellation"),
            Context.STORE, List.of("store-complete-cancellation", "store-undo-cancellation"),
            Context.PAY, List.of("pay-complete-cancellation", "pay-undo-cancellation"));

    private static final Caller ANOTHER = new Caller("another", Set.of(Caller.CUSTOMER));

    private final Shop shop = PHONE82.gateway();

    @Test
    void anImmediateCancellationTakesEffectInAllContexts() {
        List<String> answers = new ArrayList<>();
        long[] ids = IntStream.range(0, 20).mapToLong(i -> {
            long id = shop.place(anOrder()).expect(201).id();
            Answer answer = cancel(id).expect(200, 202);
            answers.add(answer.status() + " " + answer.body().get("status").asText());
            return id;
        }).toArray();
        assertThat(answers).as("a slow completion is answered before its end").contains("200 Cancelled").isSubsetOf("200 Cancelled", "202 Cancelling");

        await().during(DISPATCH_DELAY.multipliedBy(2)).atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(500)).untilAsserted(() ->
                LongStream.of(ids).forEach(this::assertCancelledEverywhere));
        assertThat(shop.timeline(ids[0])).contains("Ordered", "OrderCancelled", "DeliveryCancelled", "PayCancelled").doesNotContain("Shipped");
        assertNoCancellationIsOpen();
    }

    @Test
    void aPostCancelsToo() {
        long id = shop.place(anOrder()).expect(201).id();

        shop.cancel(shop.request("/orders/" + id + "/cancellation").POST(BodyPublishers.noBody())).expect(200, 202);

        await().untilAsserted(() -> assertCancelledEverywhere(id));
    }

    @Test
    void aShippedOrderCannotBeCancelled() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        List<String> timeline = shop.timeline(id);

        Answer refused = cancel(id).expect(409);

        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.body().get("detail").asText()).contains("shipped at " + shop.get("/orders/" + id).body().get("shippedAt").asText());
        assertShippedEverywhere(id);
        assertThat(shop.timeline(id)).isEqualTo(timeline);
    }

    /** App hears of it a moment later, and the order is cancelled. */
    @Test
    void aPaymentThatHasEndedIsNoFinalRefusal() throws Exception {
        RouteController pay = PHONE82.bean(Context.PAY, CamelContext.class).getRouteController();
        pay.stopRoute("relay-events");
        try {
            long id = shop.place(anOrder().of("sim-capture-refused")).expect(201).id();
            shop.awaitStatus("/payments/" + id, "Voided");

            Answer refused = shop.send(shop.request("/orders/" + id).DELETE()).expect(503);

            assertThat(refused.body().get("title").asText()).isEqualTo("Cancellation unavailable");
            assertThat(refused.header("Retry-After")).isNotEmpty();
            pay.startRoute("relay-events");
            shop.awaitStatus("/orders/" + id, "Cancelled");
            cancel(id).expect(200);
        } finally {
            pay.startRoute("relay-events");
        }
    }

    @Test
    @Tag("databases")
    void cancellingTwiceHasOneEffect() {
        long id = shop.place(anOrder()).expect(201).id();

        cancel(id).expect(200, 202);
        await().untilAsserted(() -> assertCancelledEverywhere(id));
        assertThat(cancel(id).expect(200).body().get("status").asText()).isEqualTo("Cancelled");

        await().untilAsserted(() -> assertThat(shop.timeline(id)).containsOnlyOnce("OrderCancelled", "PayCancelled", "DeliveryCancelled"));
    }

    @Test
    @Tag("databases")
    void concurrentCancellationsHaveOneEffectAndTrueAnswers() throws Exception {
        long id = shop.place(anOrder()).expect(201).id();

        List<Answer> answers = atOnce(() -> cancel(id), () -> cancel(id));

        assertThat(answers).extracting(Answer::status).isSubsetOf(200, 202);
        assertThat(answers).extracting(answer -> answer.body().get("status").asText()).isSubsetOf("Cancelled", "Cancelling");
        await().untilAsserted(() -> assertCancelledEverywhere(id));
        await().untilAsserted(() -> assertThat(shop.timeline(id)).containsOnlyOnce("OrderCancelled", "PayCancelled", "DeliveryCancelled"));
        assertNoCancellationIsOpen();
    }

    @Test
    void allContextsAgreeAfterARaceOfCancellingAndShipping() throws Exception {
        ScheduledExecutorService customers = Executors.newScheduledThreadPool(14);
        List<Future<Long>> orders = IntStream.range(0, Integer.getInteger("phone82.races", 100)).mapToObj(i -> (Future<Long>) customers.schedule(
                () -> shop.placeAccepted(anOrder()), i * 30L, TimeUnit.MILLISECONDS)).toList();
        Map<Long, Future<Integer>> answers = new LinkedHashMap<>();
        for (Future<Long> order : orders) {
            long id = order.get();
            answers.put(id, customers.schedule(() -> cancel(id).status(),
                    ThreadLocalRandom.current().nextLong(2 * DISPATCH_DELAY.toMillis()), TimeUnit.MILLISECONDS));
        }

        int cancelled = 0;
        for (long id : answers.keySet()) {
            int status = answers.get(id).get();
            assertThat(status).isIn(200, 202, 409);
            // 202: the outcome is not known yet
            if (status == 200 || status == 202 && endsCancelled(id)) {
                cancelled++;
                await().untilAsserted(() -> assertCancelledEverywhere(id));
                assertThat(shop.timeline(id)).doesNotContain("Shipped");
            } else {
                shop.awaitShipped(id);
                assertShippedEverywhere(id);
                assertThat(shop.timeline(id)).doesNotContain("OrderCancelled", "DeliveryCancelled", "PayCancelled");
            }
        }
        customers.shutdown();
        System.out.printf("%d of %d orders were cancelled in time, the others are shipped%n", cancelled, answers.size());
        assertThat(cancelled).as("both outcomes occur").isBetween(1, answers.size() - 1);
        assertNoCancellationIsOpen();
    }

    @Test
    void aRefusedRefundLeavesTheOrderUnchanged() {
        long id = shop.place(anOrder().of("sim-refund-refused")).expect(201).id();
        shop.awaitStatus("/orders/" + id, "Paid");

        Answer refused = cancel(id).expect(409);

        assertThat(refused.body().get("detail").asText()).contains("does not give the money back");
        shop.awaitShipped(id);
        assertShippedEverywhere(id);
        assertThat(shop.timeline(id)).contains("CancellationRefused");
    }

    @Test
    void aCancellationContinuesWhileCapturesHang() {
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"hang\",\"count\":2}");
        long id = shop.place(anOrder()).expect(201).id();
        await().until(() -> payment(id).equals("Capturing"));

        shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);

        await().untilAsserted(() -> assertCancelledEverywhere(id));
        assertThat(PHONE82.provider().held(id)).isZero();
        PHONE82.provider().removeFaults();
    }

    /** How long the provider took is between pay and app. */
    @Test
    void theAnswerToACancellationHasNoHeaderOfAnotherContext() {
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"hang\",\"count\":1}");
        long id = shop.place(anOrder()).expect(201).id();
        await().until(() -> !PHONE82.provider().hasFaultsLeft());

        Answer answer = shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);

        assertThat(answer.header("Server-Timing")).isNull();
        await().untilAsserted(() -> assertCancelledEverywhere(id));
    }

    private static String payment(long id) {
        return PHONE82.bean(Context.PAY, JdbcTemplate.class).queryForObject("select status from payment where order_id = ?", String.class, id);
    }

    /** For example because its payment was refused while it was being cancelled. */
    @Test
    void aCancellationThatFailsShowsTheOrderIfItIsCancelledNeverthelessToItsCustomer() {
        long id = shop.place(anOrder()).expect(201).id();
        cancel(id).expect(200, 202);
        await().untilAsserted(() -> assertCancelledEverywhere(id));

        Problem refusal = new Problem(409, "Cannot be cancelled", "The payment is Voided.");
        assertThat(answerToFailure(id, Caller.DEMO, refusal)).isEqualTo(200);
        assertThat(answerToFailure(id, ANOTHER, refusal)).isEqualTo(409);
    }

    @Test
    void theOutcomeIsOpenWhileTheOrderIsBeingCancelledUnlessAParticipantRefuses() {
        long id = shop.place(anOrder()).expect(201).id();
        Orders orders = PHONE82.bean(Context.APP, Orders.class);
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        orders.beginCancellation(id, lra);
        Throwable second = catchThrowable(() -> orders.beginCancellation(id, lra + "_2"));

        assertThat(List.of(second, new CancellationUnavailable(), new SocketTimeoutException("Read timed out"), answerOfStore(503)))
                .allSatisfy(open -> assertThat(answerToFailure(id, Caller.DEMO, open)).isEqualTo(202));
        assertThat(answerToFailure(id, Caller.DEMO, answerOfStore(409))).isEqualTo(409);
        assertThat(answerToFailure(id, Caller.DEMO, new IllegalStateException("a test"))).isEqualTo(500);
        assertThat(answerToFailure(id, ANOTHER, second)).isEqualTo(503);

        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
        orders.undoCancellation(lra);
        assertThat(answerToFailure(id, Caller.DEMO, second)).as("the other cancellation was refused").isEqualTo(503);
    }

    private static Exception answerOfStore(int status) {
        return new HttpOperationFailedException("http://localhost/deliveries", status, "", "", null, "{}");
    }

    private static Object answerToFailure(long id, Caller caller, Throwable failure) {
        Exchange exchange = new DefaultExchange(PHONE82.bean(Context.APP, CamelContext.class));
        exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, failure);
        PHONE82.bean(Context.APP, Cancellation.class).answerFailure(id, caller, exchange);
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE);
    }

    @Test
    void anUnknownOrderCannotBeCancelled() {
        cancel(123456789).expect(404);
    }

    @Test
    void customersCannotJoinOrControlASaga() {
        long id = shop.place(anOrder()).expect(201).id();
        String forged = "http://localhost:1/lra-coordinator/0_1_2_3_4";

        shop.cancel(shop.request("/orders/" + id).header("Long-Running-Action", forged).DELETE()).expect(200, 202);

        await().untilAsserted(() -> assertCancelledEverywhere(id));
        shop.send("PUT", "/lra-participant/complete", null, null).expect(404);
        shop.send("PUT", "/deliveries/" + id + "/hold", "application/json", "{\"item\":\"note20\",\"qty\":1}").expect(404);
    }

    @Test
    void aParticipantActsOnlyForSagasThatItJoined() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/deliveries/" + id, "Received");

        CALLBACKS.forEach((participant, routes) -> {
            Shop inside = PHONE82.shop(participant);
            inside.send(forged(inside, "complete?Camel-Saga-Complete=direct://" + routes.get(0), id)).expect(204);
            inside.send(forged(inside, "compensate?Camel-Saga-Compensate=direct://" + routes.get(1), id)).expect(204);
        });
        PHONE82.shop(Context.STORE).send("PUT", "/deliveries/" + id + "/hold", "application/json", "{\"item\":\"note20\",\"qty\":1}").expect(400);

        shop.awaitShipped(id);
        assertShippedEverywhere(id);
    }

    @Test
    @Tag("databases")
    void aDeliveryCreatedDuringItsHoldIsHeld() throws Exception {
        long id = 1_000_000_007L;
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        Shop store = PHONE82.shop(Context.STORE);
        JdbcTemplate jdbc = PHONE82.bean(Context.STORE, JdbcTemplate.class);

        CompletableFuture<Answer> held = new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class)).execute(tx -> {
            jdbc.update("insert into delivery (order_id, item, qty, status, traceparent, version) values (?, 'note20', 1, 'Received', '', 0)", id);
            CompletableFuture<Answer> holding = CompletableFuture.supplyAsync(() -> store.send(store.request("/deliveries/" + id + "/hold")
                    .header("Long-Running-Action", lra).header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}"))));
            await().until(() -> jdbc.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
            return holding;
        });

        assertThat(held.get().status()).isLessThan(300);
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Held");
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
    }

    /** App's client repeats a request whose answer was lost. */
    @ParameterizedTest
    @EnumSource(value = Context.class, names = {"STORE", "PAY"})
    @Tag("databases")
    void aRepeatedStepHasOneEffect(Context participant) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        Shop inside = PHONE82.shop(participant);
        boolean isStore = participant == Context.STORE;
        HttpRequest.Builder step = inside.request(isStore ? "/deliveries/" + id + "/hold" : "/payments/" + id + "/cancellation")
                .header("Long-Running-Action", lra).header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(isStore ? "{\"item\":\"note20\",\"qty\":1}" : ""));

        assertThat(inside.send(step).status()).isLessThan(300);
        assertThat(inside.send(step).status()).isLessThan(300);

        assertThat(shop.status((isStore ? "/deliveries/" : "/payments/") + id)).isEqualTo(isStore ? "Held" : "Cancelling");
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
        shop.awaitStatus("/payments/" + id, "Completed");
        shop.awaitShipped(id);
    }

    /** It was captured between pay's question and its action. */
    @Test
    void moneyThatTheProviderWasNotAskedAboutIsNotGivenBack() {
        long id = shop.place(anOrder().of("sim-refund-refused")).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        PHONE82.bean(Context.PAY, Participation.class).join(lra, id);
        Payments payments = PHONE82.bean(Context.PAY, Payments.class);

        assertThatExceptionOfType(CancellationUnavailable.class).isThrownBy(() -> payments.beginCancellation(id, lra, null, null));

        assertThat(shop.status("/payments/" + id)).isEqualTo("Completed");
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
    }

    private static HttpRequest.Builder forged(Shop inside, String callback, long id) {
        return inside.request("/lra-participant/" + callback + "&id=" + id + "&orderId=" + id)
                .header("Long-Running-Action", "http://localhost:1/lra-coordinator/0_1_2_3_4").PUT(BodyPublishers.noBody());
    }

    private Answer cancel(long id) {
        return shop.cancel(shop.request("/orders/" + id).DELETE());
    }

    private boolean endsCancelled(long id) {
        return await().until(() -> shop.status("/orders/" + id), status -> Set.of("Cancelled", "Shipped").contains(status)).equals("Cancelled");
    }

    private void assertCancelledEverywhere(long id) {
        assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelled");
        assertThat(shop.status("/payments/" + id)).isIn("Voided", "Refunded");
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled");
        assertThat(shop.status("/history/" + id)).isEqualTo("Cancelled");
    }

    private void assertShippedEverywhere(long id) {
        assertThat(shop.status("/orders/" + id)).isEqualTo("Shipped");
        assertThat(shop.status("/payments/" + id)).isEqualTo("Completed");
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Shipped");
        assertThat(shop.status("/history/" + id)).isEqualTo("Shipped");
    }

    private static void assertNoCancellationIsOpen() {
        await().untilAsserted(() -> assertThat(PHONE82.shop(Context.APP).get("/cancellations").expect(200).body()).isEmpty());
        await().untilAsserted(() -> assertThat(PHONE82.shop(Context.COORDINATOR).get("/lra-coordinator").expect(200).body()).isEmpty());
    }

    private static List<Answer> atOnce(Callable<Answer> one, Callable<Answer> other) throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        try {
            Future<Answer> first = both.submit(one);
            Future<Answer> second = both.submit(other);
            return List.of(first.get(), second.get());
        } finally {
            both.shutdown();
        }
    }
}
