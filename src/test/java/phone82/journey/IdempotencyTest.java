package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.Stub;
import phone82.app.IdempotencyKeys;
import phone82.journey.Shop.Answer;
import phone82.journey.Shop.OrderRequest;
import phone82.platform.api.Json;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Orders repeated under their Idempotency-Key: one order, however often and whenever the request is sent. */
class IdempotencyTest {

    @Nested
    @Tag("databases")
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class Repeated {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s");

        private Shop shop;

        @BeforeAll
        void shop() {
            shop = PHONE82.gateway();
        }

        @Test
        void theSameKeyGetsTheSameAnswerInEveryStatusOfTheOrder() {
            String key = newKey();
            Answer first = place(key, anOrder()).expect(201);
            shop.awaitShipped(first.id());

            Answer again = place(key, anOrder()).expect(201);

            assertThat(again.body()).isEqualTo(first.body());
            assertThat(again.header("Location")).isEqualTo(first.header("Location")).isEqualTo("/orders/" + first.id());
        }

        @Test
        void theFormattingOfTheBodyDoesNotMatter() {
            String key = newKey();
            long id = place(key, anOrder()).expect(201).id();

            assertThat(send(key, "{ \"qty\" : 1,\n \"item\" : \"note\\u0032\\u0030\" }").expect(201).id()).isEqualTo(id);
            assertThat(place(key, anOrder().of(" NOTE20 ")).expect(201).id()).isEqualTo(id);
        }

        @Test
        void theSameKeyWithAnotherBodyIsRefused() {
            String key = newKey();
            place(key, anOrder()).expect(201);

            assertThat(place(key, anOrder().times(2)).expect(422).body().get("title").asText()).contains("Idempotency-Key");
            place(key, anOrder().of("note21")).expect(422);
        }

        @Test
        void anotherKeyCreatesAnotherOrder() {
            assertThat(place(newKey(), anOrder()).expect(201).id()).isNotEqualTo(place(newKey(), anOrder()).expect(201).id());
            assertThat(place("a", anOrder()).expect(201).id()).isNotEqualTo(place("A", anOrder()).expect(201).id());
        }

        @Test
        void aRefusalIsNotStored() {
            String key = newKey();
            place(key, anOrder().of("sim-decline")).expect(402);
            place(key, anOrder().of("sim-decline")).expect(402);
            place(key, anOrder().of("sim-fail")).expect(503);
            place(key, anOrder().times(0)).expect(422);

            long id = place(key, anOrder()).expect(201).id();
            assertThat(place(key, anOrder()).expect(201).id()).isEqualTo(id);
        }

        @Test
        void aKeyShowsItsOrderAndPlacesNone() {
            String key = newKey();
            shop.get("/idempotency-keys/" + key).expect(404);
            place(key, anOrder().of("sim-decline")).expect(402);
            shop.get("/idempotency-keys/" + key).expect(404);

            long id = place(key, anOrder()).expect(201).id();
            assertThat(shop.get("/idempotency-keys/" + key).expect(200).id()).isEqualTo(id);
            shop.awaitShipped(id);
            assertThat(shop.get("/idempotency-keys/" + key).expect(200).body().get("status").asText()).isEqualTo("Shipped");
            shop.get("/idempotency-keys/a+b").expect(400);
        }

        @Test
        void concurrentRepetitionsGetOneOrderAndOneValidPayment() throws Exception {
            List<Long> payments = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                String key = newKey();
                // slow enough that all start before the first one ends
                OrderRequest order = anOrder().of("sim-slow-15" + round).times(7 + round);
                long before = lastPayment();

                Set<Long> ids = new HashSet<>();
                for (Future<Answer> answer : started(8, i -> place(key, order))) {
                    ids.add(answer.get().expect(201).id());
                }

                assertThat(ids).hasSize(1);
                long id = ids.iterator().next();
                assertThat(shop.all("/orders")).filteredOn(each -> each.get("item").asText().equals(order.item()))
                        .singleElement().satisfies(each -> assertThat(each.get("id").asLong()).isEqualTo(id));
                await().untilAsserted(() -> assertThat(shop.all("/payments"))
                        .filteredOn(payment -> payment.get("orderId").asLong() > before)
                        .hasSizeBetween(1, 8)
                        .anySatisfy(payment -> assertThat(payment.get("orderId").asLong()).isEqualTo(id))
                        .allSatisfy(payment -> assertThat(payment.get("status").asText())
                                .isEqualTo(payment.get("orderId").asLong() == id ? "Completed" : "Voided")));
                shop.all("/payments").stream().map(payment -> payment.get("orderId").asLong()).filter(each -> each > before).forEach(payments::add);
            }
            assertThat(payments).as("requests that were under way at once").hasSizeGreaterThan(5 + 5);
        }

        @Test
        void oneOfTwoConcurrentBodiesWithTheSameKeyIsRefused() throws Exception {
            String key = newKey();
            List<Integer> quantities = List.of(3, 4);
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : started(2, i -> place(key, anOrder().of("sim-slow-160").times(quantities.get(i))))) {
                answers.add(answer.get());
            }

            assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(201, 422);
            await().untilAsserted(() -> assertThat(shop.all("/payments"))
                    .noneMatch(payment -> payment.get("status").asText().equals("Authorised")));
        }

        @Test
        void anOldKeyIsDeleted() {
            String key = newKey();
            long id = place(key, anOrder()).expect(201).id();
            JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);
            IdempotencyKeys keys = PHONE82.bean(Context.APP, IdempotencyKeys.class);

            keys.purge();
            assertThat(place(key, anOrder()).expect(201).id()).isEqualTo(id);
            jdbc.update("update idempotency set used_at = used_at - interval '25' hour where idempotency_key = ?", key);
            keys.purge();
            assertThat(place(key, anOrder()).expect(201).id()).isNotEqualTo(id);
        }

        private long lastPayment() {
            return shop.get("/payments?size=1").body().at("/items/0/orderId").asLong();
        }

        private Answer place(String key, OrderRequest order) {
            return shop.place(key, order);
        }

        private Answer send(String key, String body) {
            return shop.send(shop.request("/orders").header("Idempotency-Key", key).header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "k\u00e9y", "\u20ac"})
        void aMalformedKeyIsRefused(String key) {
            refused(key);
        }

        @Test
        void aKeyHasAtMost255Characters() {
            refused("k".repeat(256));
            Shop shop = PHONE82.gateway();
            shop.place("k".repeat(255), anOrder()).expect(201);
        }

        private static void refused(String key) {
            for (Context context : List.of(Context.GATEWAY, Context.APP)) {
                RawHttp.Answer answer = new RawHttp(PHONE82.port(context)).once(("POST /orders HTTP/1.1\r\nHost: shop\r\n"
                        + "Content-Type: application/json\r\nIdempotency-Key: " + key + "\r\nContent-Length: 25\r\n\r\n"
                        + "{\"item\":\"note20\",\"qty\":1}"));
                assertThat(answer.problem()).isEqualTo(400);
            }
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class WithAStubOfPay {

        static List<CompletableFuture<Integer>> asked;
        static CompletableFuture<Integer> firstAnswer;
        static CountDownLatch bothAsk;
        static final List<Request> REQUESTS = new CopyOnWriteArrayList<>();
        // stays open: a repetition of a failed test uses it again
        static final Stub PAY = new Stub().on("/payments", WithAStubOfPay::authorise);

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.BROKER, Context.COORDINATOR, Context.APP),
                "--phone82.app.pay-url=" + PAY.url());

        @BeforeAll
        void begin() {
            asked = List.of(new CompletableFuture<>(), new CompletableFuture<>());
            firstAnswer = new CompletableFuture<>();
            bothAsk = new CountDownLatch(2);
            REQUESTS.clear();
        }

        @Test
        void aFailedAttemptReturnsTheOrderAcceptedMeanwhile() throws Exception {
            Shop app = PHONE82.shop(Context.APP);
            String key = newKey();
            List<Future<Answer>> answers = started(2, i -> app.place(key, anOrder()));

            assertThat(bothAsk.await(30, TimeUnit.SECONDS)).isTrue();
            asked.get(0).complete(201);
            await().until(() -> acceptedOrders(app).size(), size -> size == 1);
            asked.get(1).complete(503);

            long id = acceptedOrders(app).get(0).get("id").asLong();
            for (Future<Answer> answer : answers) {
                assertThat(answer.get().expect(201).id()).isEqualTo(id);
            }
        }

        /** The client has repeated a request that still runs. */
        @Test
        void aRefusalDoesNotDenyTheOrderOfAnEarlierRequest() {
            Shop app = PHONE82.shop(Context.APP);
            String key = newKey();
            CompletableFuture<Answer> first = CompletableFuture.supplyAsync(() -> app.place(key, anOrder().of("overtaken")));
            await().until(() -> asked("overtaken").size() == 1);

            Answer second = app.place(key, anOrder().of("overtaken")).expect(503);
            firstAnswer.complete(201);

            assertThat(first.join().expect(201).id()).isEqualTo(app.get("/idempotency-keys/" + key).expect(200).id());
            assertThat(second.body().get("detail").asText()).contains("this request places no order and charges nothing").doesNotContain("there is no order");
        }

        private static List<JsonNode> acceptedOrders(Shop app) {
            return app.all("/orders").stream().filter(order -> order.get("item").asText().equals("note20")).toList();
        }

        @Test
        void anIdThatPayHasForAnotherOrderIsNotUsed() throws Exception {
            Answer answer = PHONE82.shop(Context.APP).place(anOrder().of("taken-once")).expect(201);

            List<Request> requests = asked("taken-once");
            assertThat(requests).hasSize(2).extracting(Request::key).doesNotContainNull().doesNotHaveDuplicates();
            assertThat(answer.id()).isEqualTo(requests.get(1).orderId()).isNotEqualTo(requests.get(0).orderId());
            assertThat(answer.header("Location")).isEqualTo("/orders/" + answer.id());
            assertThat(answer.header("Payment-Key")).isNull();
            PHONE82.shop(Context.APP).get("/orders/" + requests.get(0).orderId()).expect(404);
            assertThat(events()).contains("phone82.app.Ordered " + answer.id()).noneMatch(event -> event.endsWith(" " + requests.get(0).orderId()));
        }

        @Test
        void theCustomersHeadersStayInApp() {
            Shop app = PHONE82.shop(Context.APP);
            app.send(app.request("/orders").header("Idempotency-Key", newKey()).header("Content-Type", "application/json").header("Accept", "application/json, */*;q=0.5")
                    .header("User-Agent", "HTTPie/3.2.1").POST(BodyPublishers.ofString("{\"item\":\"alone\",\"qty\":1}"))).expect(201);

            Headers headers = asked("alone").get(0).headers;
            assertThat(headers.getFirst("User-Agent")).startsWith("Apache-HttpClient");
            assertThat(headers.keySet()).extracting(String::toLowerCase).containsExactlyInAnyOrder("host", "connection", "content-type", "content-length",
                    "accept-encoding", "user-agent", "authorization", "traceparent", "payment-key");
        }

        @Test
        void anOrderIsRefusedWithoutReleasingPaymentsIfPayHasEveryId() {
            Answer answer = PHONE82.shop(Context.APP).place(anOrder().of("taken-always")).expect(503);

            assertThat(answer.header("Retry-After")).isEqualTo("1");
            List<Request> requests = asked("taken-always");
            assertThat(requests).hasSize(2).extracting(Request::orderId).doesNotHaveDuplicates();
            assertThat(PHONE82.bean(Context.APP, JdbcTemplate.class).queryForList("select subject from outbox", String.class))
                    .doesNotContainAnyElementsOf(requests.stream().map(request -> String.valueOf(request.orderId())).toList());
        }

        @Test
        void anOrderNeverReplacesAnother() throws JMSException {
            PHONE82.shop(Context.APP).place(anOrder().of("known-here")).expect(503);

            Request request = asked("known-here").get(0);
            assertThat(PHONE82.shop(Context.APP).get("/orders/" + request.orderId()).expect(200).body().get("item").asText()).isEqualTo("note21");
            assertThat(events()).contains("phone82.app.OrderRejected " + request.orderId());
        }

        /** The events that app has sent to pay since the last call. */
        private static List<String> events() throws JMSException {
            List<String> events = new ArrayList<>();
            for (Message event : PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay")) {
                events.add(event.getStringProperty("cloudEvents_type") + " " + event.getStringProperty("cloudEvents_subject"));
            }
            return events;
        }

        private record Request(String item, long orderId, String key, Headers headers) {
        }

        private static List<Request> asked(String item) {
            return REQUESTS.stream().filter(request -> request.item.equals(item)).toList();
        }

        private static void authorise(HttpExchange request) throws IOException {
            JsonNode wanted = Json.read(request.getRequestBody().readAllBytes());
            String item = wanted.get("item").asText();
            REQUESTS.add(new Request(item, wanted.get("orderId").asLong(), request.getRequestHeaders().getFirst("Payment-Key"),
                    request.getRequestHeaders()));
            if (item.startsWith("taken-")) {
                Stub.answer(request, item.equals("taken-once") && asked(item).size() > 1 ? 201 : 409);
                return;
            }
            if (item.equals("alone")) {
                Stub.answer(request, 201);
                return;
            }
            if (item.equals("overtaken")) {
                Stub.answer(request, asked(item).size() > 1 ? 503 : firstAnswer.join());
                return;
            }
            if (item.equals("known-here")) {
                PHONE82.bean(Context.APP, JdbcTemplate.class).update("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) "
                        + "values (?, 'note21', 1, 1299000, 1299000, 'Shipped', current_timestamp, 0)", wanted.get("orderId").asLong());
                Stub.answer(request, 201);
                return;
            }
            int turn;
            synchronized (REQUESTS) {
                turn = 2 - (int) bothAsk.getCount();
                bothAsk.countDown();
            }
            Stub.answer(request, asked.get(turn).join());
        }
    }

    private interface Attempt {
        Answer by(int index);
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    /** Starts {@code count} concurrent attempts. */
    private static List<Future<Answer>> started(int count, Attempt attempt) {
        ExecutorService customers = Executors.newFixedThreadPool(count);
        CountDownLatch ready = new CountDownLatch(count);
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            answers.add(customers.submit(() -> {
                ready.countDown();
                ready.await();
                return attempt.by(index);
            }));
        }
        customers.shutdown();
        return answers;
    }
}
