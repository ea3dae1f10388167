package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.Order;
import phone82.app.OrderDrafting;
import phone82.app.Orders;
import phone82.command.DeadLetters;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Problem;
import phone82.platform.event.DeadLetters.Letter;
import phone82.platform.event.DeadLetters.Outcome;
import phone82.platform.event.DeadLetters.Report;
import phone82.platform.identity.Caller;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Dead letters: an unprocessable event is kept with its cause until it is replayed, blocks no other and takes effect once. */
class DeadLettersTest {

    private static final EnumSet<Context> CONTEXTS = EnumSet.of(Context.BROKER, Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER);
    private static final String BROKEN = "{\"orderId\":";

    @Nested
    class AsDelivered {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(CONTEXTS, "--phone82.store.dispatch-delay=0s");

        private final Shop app = PHONE82.shop(Context.APP);

        @Test
        void anEventThatFailsSixTimesIsKeptWithItsCauseAndBlocksNoOther() throws JMSException {
            Topics topics = PHONE82.topics();
            awaitShipped(app.place(anOrder()).expect(201).id());
            Instant sent = Instant.now();
            // of an order with a slow payment, which is followed by more events
            long next = app.place(anOrder().of("sim-capture-away-2")).expect(201).id();
            topics.send("app.Ordered", next, newId(), BROKEN);
            topics.send("pay.PayCompleted", next, newId(), BROKEN);
            topics.send("store.Shipped", next, newId(), BROKEN);
            // of orders that do not exist
            topics.send("app.OrderCancelled", 1001, newId());
            topics.send("store.Shipped", 1001, newId());
            topics.sendAs("app", "phone82.app.Ordered", "phone82.app.Refurbished", 1001, newId(), "{}");

            awaitShipped(next);
            Stream.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER)
                    .forEach(context -> assertThat(letters(PHONE82, context)).as("of %s, so early", context).isEmpty());

            await().untilAsserted(() -> {
                assertThat(summaries(PHONE82, Context.APP)).containsExactlyInAnyOrder(
                        "phone82.pay.PayCompleted " + next + " unreadable", "phone82.store.Shipped " + next + " unreadable",
                        "phone82.store.Shipped 1001 IllegalStateException: an event for order 1001, which is not known here");
                assertThat(summaries(PHONE82, Context.PAY)).containsExactlyInAnyOrder("phone82.app.Ordered " + next + " unreadable",
                        "phone82.app.OrderCancelled 1001 IllegalStateException: order 1001 is cancelled, but has no payment: its event Ordered comes first");
                assertThat(summaries(PHONE82, Context.STORE)).containsExactly("phone82.pay.PayCompleted " + next + " unreadable");
                assertThat(summaries(PHONE82, Context.CUSTOMER)).containsExactlyInAnyOrder(
                        "phone82.app.Ordered " + next + " unreadable", "phone82.pay.PayCompleted " + next + " unreadable",
                        "phone82.store.Shipped " + next + " unreadable",
                        "phone82.app.Refurbished 1001 IllegalArgumentException: an event of this type is not sent to phone82.app.Ordered");
            });
            assertThat(letters(PHONE82, Context.STORE)).singleElement().satisfies(letter -> {
                assertThat(letter.get("body").asText()).isEqualTo(BROKEN);
                assertThat(Duration.between(sent, Instant.parse(letter.get("since").asText())))
                        .isBetween(Duration.ofMillis(9300), Duration.ofSeconds(30));
            });
            awaitShipped(app.place(anOrder()).expect(201).id());
        }

        private void awaitShipped(long id) {
            app.awaitStatus("/orders/" + id, "Shipped");
            await().untilAsserted(() -> assertThat(PHONE82.shop(Context.CUSTOMER).timeline(id))
                    .containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
        }

        private static List<String> summaries(Phone82Extension phone82, Context context) {
            return letters(phone82, context).stream().map(letter -> letter.get("type").asText() + " " + letter.get("orderId").asText() + " "
                    + letter.get("cause").asText().replaceFirst("IllegalArgumentException: not a Map: .+", "unreadable")).toList();
        }
    }

    /** The same with a single attempt. */
    @Nested
    class Replayed {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(CONTEXTS, "--phone82.store.dispatch-delay=0s", "--phone82.events.attempts=1");

        private final Shop app = PHONE82.shop(Context.APP);
        private final Shop pay = PHONE82.shop(Context.PAY);
        private final Shop store = PHONE82.shop(Context.STORE);
        private final Shop view = PHONE82.shop(Context.CUSTOMER);

        @Test
        void takesEffectOnceAfterTheCauseIsFixed() {
            Orders orders = PHONE82.bean(Context.APP, Orders.class);
            Order unplaced = PHONE82.bean(Context.APP, OrderDrafting.class).draft(new NewOrder("note20", 1), Caller.DEMO);
            String event = newId();
            PHONE82.topics().send("store.Shipped", unplaced.id(), event);
            String replay = "/dead-letters/" + letterOf(Context.APP, event).get("id").asText() + "/replay";

            assertThat(app.post(replay, "").expect(409).body().get("detail").asText())
                    .isEqualTo("It stays a dead letter. Remove the cause, then replay it again: IllegalStateException: an event for order " + unplaced.id() + ", which is not known here");
            letterOf(Context.APP, event);
            orders.place(unplaced, null);
            assertThat(app.post(replay, "").expect(200).body().get("replayed").asInt()).isEqualTo(1);

            assertThat(app.status("/orders/" + unplaced.id())).isEqualTo("Shipped");
            app.post(replay, "").expect(404);
            app.get(replay.replace("/replay", "")).expect(404);
        }

        @Test
        void isAddedOnceHoweverOftenTheEventIsSentAgain() {
            long id = 2101;
            String event = newId();
            String other = newId();
            for (int i = 0; i < 3; i++) {
                PHONE82.topics().send("store.Shipped", id, event);
            }
            PHONE82.topics().send("store.Shipped", id, other);

            letterOf(Context.APP, other);

            await().untilAsserted(() -> assertThat(letters(PHONE82, Context.APP)).filteredOn(letter -> letter.path("orderId").asLong() == id)
                    .extracting(letter -> letter.get("type").asText() + " " + letter.get("eventId").asText())
                    .containsExactly("phone82.store.Shipped " + event, "phone82.store.Shipped " + other));
        }

        @Test
        void takesMoneyOnce() {
            long id = 2001;
            String event = newId();
            JdbcTemplate database = PHONE82.bean(Context.PAY, JdbcTemplate.class);
            database.execute("alter table payment rename to unreadable");
            String replay;
            try {
                PHONE82.topics().send("app.Ordered", id, event);
                replay = "/dead-letters/" + letterOf(Context.PAY, event).get("id").asText() + "/replay";
            } finally {
                database.execute("alter table unreadable rename to payment");
            }
            pay.post("/payments", "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1,\"amount\":1199000}").expect(201);

            pay.post(replay, "").expect(200);
            PHONE82.topics().send("app.Ordered", id, event);

            pay.awaitStatus("/payments/" + id, "Completed");
            await().during(Duration.ofMillis(500)).untilAsserted(() ->
                    assertThat(view.timeline(id)).containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
        }

        @ParameterizedTest
        @EnumSource(value = Context.class, names = {"STORE", "CUSTOMER"})
        void failsAsLongAsTheDatabaseFails(Context context) {
            JdbcTemplate database = PHONE82.bean(context, JdbcTemplate.class);
            String table = context == Context.STORE ? "delivery" : "history";
            Shop shop = PHONE82.shop(context);
            long id = 3000 + context.ordinal();
            String event = newId();
            database.execute("alter table " + table + " rename to unreadable");
            try {
                PHONE82.topics().send("pay.PayCompleted", id, event);
                String letter = letterOf(context, event).get("id").asText();
                assertThat(replayAll(context).get("failed").findValuesAsText("id")).contains(letter);
                assertThat(replayAll(context).get("failed").findValuesAsText("id")).contains(letter);
                // store receives the payment only, the view also the events that follow from it
                await().untilAsserted(() -> assertThat(letters(PHONE82, context)).filteredOn(waiting -> waiting.path("orderId").asLong() == id)
                        .hasSize(context == Context.STORE ? 1 : 3));
            } finally {
                database.execute("alter table unreadable rename to " + table);
            }

            replayAll(context);

            assertThat(letters(PHONE82, context)).noneMatch(letter -> letter.path("eventId").asText().equals(event));
            await().untilAsserted(() -> assertThat(shop.status((context == Context.STORE ? "/deliveries/" : "/history/") + id)).isEqualTo("Shipped"));
            await().untilAsserted(() -> assertThat(view.timeline(id)).containsExactlyInAnyOrder("PayCompleted", "OrderReceived", "Shipped"));
        }

        @Test
        void doesNothingForAnEventThatHasTakenEffect() throws JMSException {
            long id = 4001;
            String event = newId();
            PHONE82.topics().send("pay.PayCompleted", id, event);
            await().untilAsserted(() -> assertThat(view.timeline(id)).containsExactlyInAnyOrder("PayCompleted", "OrderReceived", "Shipped"));
            for (Context context : EnumSet.of(Context.STORE, Context.CUSTOMER)) {
                PHONE82.topics().sendAs(context.id(), "dead-letters." + context.id(), "phone82.pay.PayCompleted", id, event, order(id));
                PHONE82.shop(context).post("/dead-letters/" + letterOf(context, event).get("id").asText() + "/replay", "").expect(200);
            }

            await().during(Duration.ofMillis(500)).untilAsserted(() ->
                    assertThat(view.timeline(id)).containsExactlyInAnyOrder("PayCompleted", "OrderReceived", "Shipped"));
        }

        @Test
        void takesEffectOnceWhenTwoOperatorsReplay() throws JMSException {
            List<Long> ids = new ArrayList<>();
            for (long id = 5001; id <= 5020; id++) {
                ids.add(id);
                PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", id, newId(), order(id));
            }

            List<CompletableFuture<JsonNode>> operators = Stream.of(1, 2)
                    .map(operator -> CompletableFuture.supplyAsync(() -> replayAll(Context.STORE))).toList();

            assertThat(operators.stream().mapToInt(operator -> operator.join().get("replayed").asInt()).sum()).isEqualTo(ids.size());
            assertThat(operators).allSatisfy(operator -> assertThat(operator.join().get("failed").findValuesAsText("cause")).noneMatch(cause -> cause.contains("no dead letter")));
            assertThat(ids).allSatisfy(id -> await().untilAsserted(() -> assertThat(view.timeline(id)).containsExactlyInAnyOrder("OrderReceived", "Shipped")));
            assertThat(letters(PHONE82, Context.STORE)).extracting(letter -> letter.get("orderId").asLong()).doesNotContainAnyElementsOf(ids);
        }

        @Test
        void isNoFailureIfAnotherOperatorHasReplayedItMeanwhile() {
            ProducerTemplate camel = PHONE82.bean(Context.STORE, ProducerTemplate.class);
            Letter replayed = new Letter(newId(), newId(), "phone82.pay.PayCompleted", "1", null, null, null, "");

            Outcome outcome = camel.requestBody("direct:try-dead-letter", replayed, Outcome.class);

            var letters = PHONE82.bean(Context.STORE, phone82.platform.event.DeadLetters.class);
            assertThat(letters.report(List.of(outcome, new Outcome("2", "it failed", false), new Outcome("3", null, false)), 3, 5L))
                    .isEqualTo(new Report(1, List.of(new Outcome("2", "it failed", false)), 1, "6"));
            assertThatThrownBy(() -> letters.reportOne(outcome)).isInstanceOf(Problem.class).hasMessage("There is no dead letter " + replayed.id() + ".");
        }

        @ParameterizedTest
        @EnumSource(value = Context.class, names = {"APP", "PAY", "STORE", "CUSTOMER"})
        void staysIfTheContextDoesNotHandleTheEvent(Context context) throws JMSException {
            String event = newId();
            PHONE82.topics().sendAs(context.id(), "dead-letters." + context.id(), "phone82.app.Refurbished", 1, event, "{}");
            String path = "/dead-letters/" + letterOf(context, event).get("id").asText();

            Shop shop = PHONE82.shop(context);
            String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
            Answer refused = shop.send(shop.request(path + "/replay").header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                    .POST(BodyPublishers.noBody())).expect(409);

            assertThat(refused.body().get("correlationId").asText()).as("the trace of the operator, not of the event").isEqualTo(trace);
            assertThat(refused.body().get("detail").asText()).endsWith("Refurbished is no event for " + context.id());
            PHONE82.shop(context).get(path).expect(200);
        }

        @Test
        void isCountedAndPaged() throws JMSException {
            for (int i = 0; i < 7; i++) {
                PHONE82.topics().sendAs("pay", "dead-letters.pay", "phone82.app.Ordered", 6000 + i, newId(), BROKEN + "x".repeat(3000));
            }
            int all = letters(PHONE82, Context.PAY).size();
            assertThat(PHONE82.operations().metrics()).contains("phone82_dead_letters{context=\"pay\"} " + all + ".0");

            List<String> paged = new ArrayList<>();
            String after = "";
            while (after != null) {
                JsonNode page = pay.get("/dead-letters?size=3" + after).expect(200).body();
                assertThat(page.get("items").size()).isBetween(1, 3);
                paged.addAll(page.get("items").findValuesAsText("id"));
                after = page.has("next") ? "&after=" + page.get("next").asText() : null;
            }
            assertThat(paged).doesNotHaveDuplicates().hasSize(all).hasSizeGreaterThanOrEqualTo(7);
            JsonNode last = pay.get("/dead-letters?size=200").body().get("items").get(all - 1);
            assertThat(last.get("body").asText()).hasSize(2000);
            assertThat(pay.get("/dead-letters/" + last.get("id").asText()).body().get("body").asText()).hasSize(BROKEN.length() + 3000);
        }

        @Test
        void replaysAllBatchesPastRepeatedFailures() throws JMSException {
            replayAll(Context.STORE);
            int before = letters(PHONE82, Context.STORE).size();
            for (int i = 0; i < 4; i++) {
                PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", 7000 + i, newId(), i % 2 == 0 ? BROKEN : order(7000 + i));
            }

            String after = "";
            while (after != null) {
                JsonNode report = store.post("/dead-letters/replay?size=1" + after, "").expect(200).body();
                after = report.has("next") ? "&after=" + report.get("next").asText() : null;
            }

            assertThat(letters(PHONE82, Context.STORE)).hasSize(before + 2);
            assertThat(store.status("/deliveries/7001")).isEqualTo("Shipped");
            assertThat(store.status("/deliveries/7003")).isEqualTo("Shipped");
        }

        @Test
        void leavesNoEndpointBehind() throws JMSException {
            CamelContext camel = PHONE82.bean(Context.STORE, CamelContext.class);
            replayAll(Context.STORE);
            int before = camel.getEndpoints().size();
            for (int i = 0; i < 50; i++) {
                PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", 8000 + i, newId(), order(8000 + i));
            }

            assertThat(replayAll(Context.STORE).get("replayed").asInt()).isEqualTo(50);

            assertThat(camel.getEndpoints()).hasSizeLessThanOrEqualTo(before);
        }

        @Test
        void isReplayedFromTheCommandLine() {
            Orders orders = PHONE82.bean(Context.APP, Orders.class);
            Order unplaced = PHONE82.bean(Context.APP, OrderDrafting.class).draft(new NewOrder("note20", 1), Caller.DEMO);
            String event = newId();
            PHONE82.topics().send("store.Shipped", unplaced.id(), event);
            String id = letterOf(Context.APP, event).get("id").asText();

            assertThat(command(0, "list")).contains(id, "phone82.store.Shipped", "order " + unplaced.id(), "which is not known here", "customer: ");
            assertThat(command(0, "list", "app", id)).contains("\"body\"", event);
            assertThat(command(1, "replay", "app", id)).contains("phone82: app: It stays a dead letter. Remove the cause, then replay it again: IllegalStateException");
            assertThat(command(1, "replay", "app")).contains(id + "  failed again: IllegalStateException", "failed again and stay");
            orders.place(unplaced, null);
            assertThat(command(0, "replay", "app", id)).contains("app: " + id + " is replayed");
            assertThat(app.status("/orders/" + unplaced.id())).isEqualTo("Shipped");
            assertThat(command(1, "replay", "app", id)).contains("There is no dead letter " + id);
            assertThat(command(2, "forget", "app")).contains("takes list or replay", "--help");
            assertThat(command(2, "list", "gateway")).contains("one of [app, pay, store, customer]");
            assertThat(command(2, "list", "pay", "--phone82.gateway.pay-url=http://localhost:1"))
                    .contains("pay does not answer at http://localhost:1", "set phone82.gateway.pay-url");
        }

        private static String command(int exitCode, String... words) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(printed, true, UTF_8);
            String[] arguments = Stream.of(Stream.of(DeadLetters.NAME), Stream.of(PHONE82.arguments()), Stream.of(words))
                    .flatMap(each -> each).toArray(String[]::new);
            assertThat(DeadLetters.main(out, out, arguments)).as(() -> printed.toString(UTF_8)).isEqualTo(exitCode);
            return printed.toString(UTF_8);
        }

        private static JsonNode replayAll(Context context) {
            return PHONE82.shop(context).post("/dead-letters/replay?size=200", "").expect(200).body();
        }

        private static JsonNode letterOf(Context context, String event) {
            return await().until(() -> letters(PHONE82, context).stream()
                    .filter(letter -> letter.path("eventId").asText().equals(event)).findFirst().orElse(null), letter -> letter != null);
        }
    }

    /** More than one page of them. */
    @Nested
    class Many {

        private static final int MANY = 101;

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.STORE), "--phone82.events.attempts=1");

        private final Shop store = PHONE82.shop(Context.STORE);

        @Test
        void areReplayedIfEachOfAPageSucceeds() throws JMSException {
            send(100, 2, "");

            JsonNode first = store.post("/dead-letters/replay?size=1", "").expect(200).body();
            JsonNode second = store.post("/dead-letters/replay?size=1&after=" + first.get("next").asText(), "").expect(200).body();

            assertThat(List.of(first, second)).allMatch(report -> report.get("replayed").asInt() == 1);
            assertThat(letters(PHONE82, Context.STORE)).isEmpty();
        }

        @Test
        void areAllReplayedByOneCommand() throws JMSException {
            send(1000, MANY, "");
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(printed, true, UTF_8);

            int exitCode = DeadLetters.main(out, out, Stream.of(Stream.of(DeadLetters.NAME), Stream.of(PHONE82.arguments()), Stream.of("replay", "store"))
                    .flatMap(each -> each).toArray(String[]::new));

            assertThat(printed.toString(UTF_8)).contains("store: 101 replayed").doesNotContain("violates");
            assertThat(exitCode).isZero();
            assertThat(letters(PHONE82, Context.STORE)).isEmpty();
        }

        /** All of them may be more than fit. */
        @Test
        void areNotKeptInMemoryWhileAnErasureReadsThem() throws JMSException {
            send(4000, MANY, "");
            List<WeakReference<String>> bodies = new ArrayList<>();

            PHONE82.bean(Context.STORE, phone82.platform.event.DeadLetters.class).change(body -> {
                bodies.add(new WeakReference<>(body));
                if (bodies.size() == MANY) {
                    await().untilAsserted(() -> {
                        System.gc();
                        assertThat(bodies.get(0).get()).isNull();
                    });
                }
                return null;
            });

            assertThat(bodies).hasSize(MANY);
            assertThat(store.post("/dead-letters/replay?size=200", "").expect(200).body().get("replayed").asInt()).isEqualTo(MANY);
        }

        @Test
        void areAllTriedByTheOperatorsPageThoughThoseInFrontFail() throws JMSException {
            send(2000, MANY, "!");
            send(3000, 1, "");
            HttpRequest.Builder all = PHONE82.operations().requestOfOperator("/repairs/store/dead-letters").header("Content-Type", "application/json");

            JsonNode result = PHONE82.operations().send(all.POST(BodyPublishers.ofString("{}"))).expect(200).body();

            assertThat(result.toString()).isEqualTo("{\"repaired\":1,\"failed\":101,\"more\":false}");
            assertThat(store.status("/deliveries/3000")).isEqualTo("Received");
            // they fail no more
            PHONE82.bean(Context.STORE, phone82.platform.event.DeadLetters.class).change(body -> body.substring(1));
            assertThat(store.post("/dead-letters/replay?size=200", "").expect(200).body().get("replayed").asInt()).isEqualTo(MANY);
        }

        /** @param prefix of the bodies; makes them unreadable if it is not empty */
        private static void send(long first, int count, String prefix) throws JMSException {
            for (long id = first; id < first + count; id++) {
                PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", id, newId(), prefix + order(id));
            }
        }
    }

    private static List<JsonNode> letters(Phone82Extension phone82, Context context) {
        return phone82.shop(context).all("/dead-letters");
    }

    private static String order(long id) {
        return "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1}";
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }
}
