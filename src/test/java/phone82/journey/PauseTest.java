package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.app.StuckOrders;
import phone82.journey.Shop.Answer;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static phone82.journey.Shop.anOrder;
import static phone82.journey.StoreSteps.refusal;

/** A dealer pauses and resumes deliveries, whatever else happens to their orders. */
class PauseTest {

    private static final long SEED = Long.getLong("phone82.pause.seed", ThreadLocalRandom.current().nextLong());
    private static final int ORDERS = 24;
    private static final int DEALERS = 4;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.gateway.rate=0");

    private final Shop shop = PHONE82.gateway();
    private final StoreSteps steps = new StoreSteps(PHONE82);

    @Test
    void aPausedDeliveryIsNotShippedUntilItIsResumed() {
        long paused = steps.received();
        long other = steps.received();

        Answer answer = steps.pause(paused, "  out of stock ").expect(200);

        assertThat(answer.body().get("status").asText()).isEqualTo("Paused");
        assertThat(answer.body().get("pauseReason").asText()).isEqualTo("out of stock");
        assertThat(answer.body().get("pausedAt").asText()).isGreaterThan(answer.body().get("receivedAt").asText());
        assertThat(answer.body()).isEqualTo(shop.get("/deliveries/" + paused).body());
        assertThat(refusal(steps.ship(paused))).isEqualTo("Paused: The delivery is paused: out of stock. Resume it first.");
        steps.makeDue(paused);
        steps.makeDue(other);
        // the earlier one of two due deliveries would be shipped first
        steps.assertShippedOnce(other);
        assertThat(shop.status("/deliveries/" + paused)).isEqualTo("Paused");
        assertThat(steps.published("Shipped", paused)).isZero();

        steps.resume(paused).expect(200);

        steps.assertShippedOnce(paused);
        await().untilAsserted(() -> assertThat(shop.timeline(paused))
                .containsExactly("Ordered", "PayCompleted", "OrderReceived", "DeliveryPaused", "DeliveryResumed", "Shipped"));
        assertThat(shop.get("/deliveries/" + paused).body().has("pausedAt")).isFalse();
    }

    @Test
    void aResumedDeliveryIsDueAsBefore() {
        long id = steps.received();
        JsonNode before = shop.get("/deliveries/" + id).body();
        steps.pause(id, "address unclear").expect(200);

        assertThat(steps.resume(id).expect(200).body()).isEqualTo(before);

        steps.ship(id).expect(200);
        steps.assertShippedOnce(id);
    }

    @Test
    void repetitionsHaveNoFurtherEffect() {
        long id = steps.received();
        steps.resume(id).expect(200);
        String since = steps.pause(id, "address unclear").expect(200).body().get("pausedAt").asText();

        JsonNode corrected = steps.pause(id, "out of stock").expect(200).body();

        assertThat(corrected.get("pauseReason").asText()).isEqualTo("out of stock");
        assertThat(corrected.get("pausedAt").asText()).isEqualTo(since);
        assertThat(steps.published("DeliveryPaused", id)).isEqualTo(1);
        steps.resume(id).expect(200);
        steps.resume(id).expect(200);
        assertThat(steps.published("DeliveryResumed", id)).isEqualTo(1);
    }

    @Test
    void aFinishedDeliveryIsNeitherPausedNorResumed() {
        long shipped = steps.received();
        String shippedAt = steps.ship(shipped).expect(200).body().get("shippedAt").asText();
        long cancelled = cancelled(steps.received());

        for (Answer refused : List.of(steps.pause(shipped, "late"), steps.resume(shipped))) {
            assertThat(refusal(refused)).isEqualTo("Shipped already: The order was shipped at " + shippedAt + ".");
        }
        for (Answer refused : List.of(steps.pause(cancelled, "late"), steps.resume(cancelled))) {
            assertThat(refusal(refused)).isEqualTo("Cancelled already: The order is cancelled and is not shipped.");
        }
        steps.pause(123456789, "unknown").expect(404);
        steps.resume(123456789).expect(404);
    }

    static Stream<Arguments> reasons() {
        return Stream.of(
                arguments("{}", 422), arguments("{\"reason\":\"\"}", 422), arguments("{\"reason\":\"   \"}", 422), arguments("{\"reason\":1}", 422),
                arguments("{\"reason\":\"" + "x".repeat(201) + "\"}", 422), arguments("{\"reason\":\"a\\nb\"}", 422),
                arguments("{\"reason\":\"a\\u202eb\"}", 422), arguments("{\"reason\":\"a\",\"status\":\"Paused\"}", 422), arguments("", 400),
                arguments("{\"reason\":\"" + "\ud83d\udcf1".repeat(200) + "\"}", 200), arguments("{\"reason\":\"\uc7ac\uace0 \uc5c6\uc74c\"}", 200));
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void aReasonIsOneLineOfAtMost200VisibleCharacters(String body, int status) {
        long id = steps.received();

        shop.send("PUT", "/deliveries/" + id + "/pause", "application/json", body).expect(status);

        assertThat(shop.status("/deliveries/" + id)).isEqualTo(status == 200 ? "Paused" : "Received");
    }

    @Test
    void aPausedOrderCanBeCancelled() {
        long id = steps.received();
        steps.pause(id, "out of stock").expect(200);

        cancelled(id);

        shop.awaitStatus("/payments/" + id, "Refunded");
        await().untilAsserted(() -> assertThat(shop.timeline(id)).contains("DeliveryPaused", "DeliveryCancelled", "OrderCancelled", "PayCancelled")
                .doesNotContain("Shipped", "DeliveryResumed"));
        // the reason may be about the customer, who may be erased now
        assertThat(shop.get("/deliveries/" + id).body().has("pauseReason")).isFalse();
        assertThat(steps.published("Shipped", id)).isZero();
    }

    @Test
    void aPauseOutlastsARefusedCancellation() {
        long id = shop.place(anOrder().of("sim-refund-refused")).expect(201).id();
        shop.awaitStatus("/orders/" + id, "Paid");
        shop.awaitStatus("/deliveries/" + id, "Received");
        JsonNode paused = steps.pause(id, "out of stock").expect(200).body();

        shop.cancel(shop.request("/orders/" + id).DELETE()).expect(409);

        await().untilAsserted(() -> assertThat(shop.get("/deliveries/" + id).body()).isEqualTo(paused));
        steps.makeDue(id);
        steps.resume(id).expect(200);
        steps.assertShippedOnce(id);
    }

    @Test
    void anOrderThatIsUnknownHereCannotBePaused() {
        String lra = steps.saga();
        assertThat(steps.hold(1_000_000_012, lra).status()).isLessThan(300);

        steps.pause(1_000_000_012, "too early").expect(409);

        steps.end(lra, "cancel");
        await().untilAsserted(() -> shop.get("/deliveries/1000000012").expect(404));
    }

    /** {@code -Dphone82.pause.seed=..} repeats the choices of a run, though not their timing. */
    @Test
    void anyMixOfRequestsEndsInOneShipmentOrOneCancellation() {
        System.out.println("-Dphone82.pause.seed=" + SEED);
        List<Long> ids = Stream.generate(() -> shop.place(anOrder()).expect(201).id()).limit(ORDERS).toList();
        List<CompletableFuture<Void>> dealers = new ArrayList<>();
        for (int i = 0; i < DEALERS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            dealers.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < ORDERS * 6; n++) {
                    long id = ids.get(random.nextInt(ORDERS));
                    // 404: not received yet
                    switch (random.nextInt(9)) {
                        case 0 -> steps.ship(id).expect(200, 404, 409);
                        case 1 -> shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202, 409, 503);
                        case 2 -> steps.makeDue(id);
                        case 3, 4, 5 -> steps.resume(id).expect(200, 404, 409);
                        default -> steps.pause(id, "random").expect(200, 404, 409);
                    }
                }
            }));
        }
        dealers.forEach(CompletableFuture::join);

        for (long id : ids) {
            String end = await().until(() -> {
                steps.resume(id);
                steps.ship(id);
                return shop.status("/orders/" + id);
            }, status -> status.matches("Shipped|Cancelled"));
            assertThat(shop.status("/deliveries/" + id)).isEqualTo(end);
            await().untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isIn(end.equals("Shipped") ? List.of("Completed") : List.of("Refunded", "Voided")));
            shop.awaitStatus("/history/" + id, end);
            assertThat(steps.published("Shipped", id)).isEqualTo(end.equals("Shipped") ? 1 : 0);
            assertThat(steps.published("DeliveryCancelled", id)).isEqualTo(end.equals("Shipped") ? 0 : 1);
            assertThat(steps.published("DeliveryPaused", id) - steps.published("DeliveryResumed", id)).isBetween(0, end.equals("Shipped") ? 0 : 1);
        }
    }

    @Test
    void anEventOfTheFutureHidesNoStuckOrder() {
        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        long first = steps.received();
        long stuck = steps.received();
        String age = "update outbox set happened_at = ? where topic = 'phone82.app.Ordered' and subject = ?";
        app.update("update outbox set happened_at = ?", Timestamp.from(Instant.now().minus(Duration.ofDays(3))));
        app.update(age, Timestamp.from(Instant.now().plus(Duration.ofDays(400))), String.valueOf(first));

        PHONE82.bean(Context.APP, StuckOrders.class).due();

        assertThat(app.queryForList("select order_id from stuck", Long.class)).contains(first, stuck);
        List.of(first, stuck).forEach(this::cancelled);
    }

    @Test
    void aPausedOrderIsNotStuck() {
        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        StuckOrders stuckOrders = PHONE82.bean(Context.APP, StuckOrders.class);
        long paused = steps.received();
        long stuck = steps.received();
        steps.pause(paused, "out of stock").expect(200);
        await().until(() -> app.queryForObject("select count(*) from paused where order_id = ? and ended = false", Long.class, paused) == 1);
        for (long id : List.of(paused, stuck)) {
            app.update("insert into stuck (order_id, asked, ask_at) values (?, 2, ?)", id, Timestamp.from(Instant.now()));
        }

        stuckOrders.due();

        assertThat(asked(app, stuck)).isEqualTo(3);
        assertThat(asked(app, paused)).isEqualTo(2);
        assertThat(stuckOrders.count()).isEqualTo(1);
        steps.resume(paused).expect(200);
        await().untilAsserted(() -> assertThat(stuckOrders.count()).isEqualTo(2));
        steps.pause(paused, "out of stock again").expect(200);
        await().untilAsserted(() -> assertThat(stuckOrders.count()).isEqualTo(1));
        List.of(paused, stuck).forEach(this::cancelled);
        stuckOrders.due();
        assertThat(stuckOrders.count()).isZero();
    }

    /** The instance of store that paused it has a clock that is ahead of the clock of the other. */
    @Test
    void aResumeComesAfterItsPauseWhateverTheClocksSay() {
        JdbcTemplate app = PHONE82.jdbc(Context.APP);
        JdbcTemplate customer = PHONE82.jdbc(Context.CUSTOMER);
        long id = steps.received();
        steps.pause(id, "out of stock").expect(200);
        await().until(() -> app.queryForObject("select count(*) from paused where order_id = ? and ended = false", Integer.class, id) == 1);
        await().untilAsserted(() -> assertThat(shop.timeline(id)).contains("DeliveryPaused"));
        Timestamp ahead = Timestamp.from(Instant.now().plusSeconds(20));
        PHONE82.jdbc(Context.STORE).update("update delivery set paused_at = ? where order_id = ?", ahead, id);
        app.update("update paused set event_time = ? where order_id = ?", ahead, id);
        customer.update("update timeline set happened_at = ? where order_id = ? and type = 'DeliveryPaused'", ahead, id);

        steps.resume(id).expect(200);

        await().untilAsserted(() -> assertThat(app.queryForObject("select ended from paused where order_id = ?", Boolean.class, id)).isTrue());
        await().untilAsserted(() -> assertThat(shop.timeline(id)).endsWith("DeliveryPaused", "DeliveryResumed"));
        customer.update("update history set updated_at = ? where order_id = ?", Timestamp.from(Instant.EPOCH), id);
        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"customer\"} 1.0");
        cancelled(id);
    }

    /** Consumers compare the two. */
    @Test
    void aPauseBeginsWhenItsEventSays() {
        long id = steps.received();

        String since = steps.pause(id, "out of stock").expect(200).body().get("pausedAt").asText();

        assertThat(PHONE82.jdbc(Context.STORE).queryForObject("select happened_at from outbox where topic = 'phone82.store.DeliveryPaused' and subject = ?",
                Timestamp.class, String.valueOf(id)).toInstant()).isEqualTo(Instant.parse(since));
        cancelled(id);
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 20", "2, 40", "6, 640", "7, 640", "100, 640"})
    void thePausesBetweenTwoRequestsForAnOrderDouble(int asked, int minutes) {
        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        long stuck = steps.received();
        Instant begin = Instant.now();
        app.update("insert into stuck (order_id, asked, ask_at) values (?, ?, ?)", stuck, asked, Timestamp.from(begin));

        PHONE82.bean(Context.APP, StuckOrders.class).due();

        assertThat(asked(app, stuck)).isEqualTo(asked + 1);
        assertThat(app.queryForObject("select ask_at from stuck where order_id = ?", Timestamp.class, stuck).toInstant())
                .isBetween(begin.plus(Duration.ofMinutes(minutes)), Instant.now().plus(Duration.ofMinutes(minutes)));
        cancelled(stuck);
    }

    @Test
    void aPausedOrderIsNotStuckInTheView() {
        JdbcTemplate customer = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);
        long paused = steps.received();
        long stuck = steps.received();
        steps.pause(paused, "out of stock").expect(200);
        await().untilAsserted(() -> assertThat(shop.timeline(paused)).contains("DeliveryPaused"));
        await().untilAsserted(() -> assertThat(shop.timeline(stuck)).contains("OrderReceived"));

        customer.update("update history set updated_at = ? where order_id in (?, ?)", Timestamp.from(Instant.EPOCH), paused, stuck);

        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"customer\"} 1.0");
        List.of(paused, stuck).forEach(this::cancelled);
    }

    /** Store alone: app, which is asked first, refuses the erasure of its unfinished order anyway. */
    @Test
    void theOwnerOfAPausedDeliveryIsNotErased() {
        long id = steps.received();
        steps.pause(id, "out of stock").expect(200);
        PHONE82.bean(Context.STORE, JdbcTemplate.class).update("update delivery set owner = 'kim' where order_id = ?", id);
        Supplier<Answer> erasure = () -> PHONE82.shop(Context.STORE).post("/erasures/erased-" + UUID.randomUUID(), "{\"subject\":\"kim\",\"before\":" + (id + 1) + "}");

        assertThat(refusal(erasure.get())).contains("Orders under way", String.valueOf(id));

        cancelled(id);
        erasure.get().expect(200);
    }

    private static int asked(JdbcTemplate app, long id) {
        return app.queryForObject("select asked from stuck where order_id = ?", Integer.class, id);
    }

    private long cancelled(long id) {
        shop.cancel(shop.request("/orders/" + id).DELETE()).expect(200, 202);
        shop.awaitStatus("/deliveries/" + id, "Cancelled");
        shop.awaitStatus("/orders/" + id, "Cancelled");
        return id;
    }
}
