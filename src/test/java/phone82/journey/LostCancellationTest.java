package phone82.journey;

import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.app.Orders;
import phone82.journey.Shop.Answer;
import phone82.pay.Payments;
import phone82.store.Deliveries;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Cancellations that their coordinator has lost, or that app started after their end. */
@ExtendWith(OutputCaptureExtension.class)
class LostCancellationTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(3);
    private static final Duration OVERDUE = Duration.ofSeconds(20);
    private static final List<Context> PARTICIPANTS = List.of(Context.APP, Context.STORE, Context.PAY);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=2s",
            "--phone82.saga.time-limit=" + TIME_LIMIT.toMillis() + "ms", "--phone82.coordinator.recovery-period=1s");

    private final Shop shop = PHONE82.gateway();
    private final Shop app = PHONE82.shop(Context.APP);

    @Test
    void isUndoneByAllParticipantsOnceTheCoordinatorHasLostIt() {
        long id = shop.place(anOrder()).expect(201).id();
        String lra = beginCancellation(id);
        // the test locks the LRA: its time limit passes, but the coordinator still has it
        ReentrantLock lock = LRARecoveryModule.getService().tryLockTransaction(URI.create(lra));
        assertThat(lock).as("the lock, before the coordinator ends the LRA").isNotNull();
        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set since = ? where lra = ?", Timestamp.from(Instant.now().minus(OVERDUE)), lra);
        }

        await().during(TIME_LIMIT.plusSeconds(1)).atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelling");
            assertThat(shop.status("/deliveries/" + id)).isEqualTo("Held");
            assertThat(shop.status("/payments/" + id)).isEqualTo("Cancelling");
        });
        assertThat(app.get("/cancellations").body().findValuesAsText("lra")).containsExactly(lra);
        assertThat(metrics()).contains("phone82_cancellations_open{context=\"app\"} 1.0");
        assertThat(PHONE82.operations().metric("phone82_cancellations_oldest_seconds{context=\"app\"}"))
                .isBetween((double) OVERDUE.toSeconds(), 60.0);

        lose(lra);
        lock.unlock();

        shop.awaitShipped(id);
        shop.awaitStatus("/payments/" + id, "Completed");
        assertThat(shop.timeline(id)).contains("CancellationRefused").doesNotContain("OrderCancelled", "PayCancelled", "DeliveryCancelled");
        assertThat(app.get("/cancellations").body()).isEmpty();
        assertThat(metrics()).contains("phone82_cancellations_open{context=\"app\"} 0.0", "phone82_cancellations_oldest_seconds{context=\"app\"} 0.0");
    }

    @Test
    void isLoggedUnderItsOwnOrderAndTrace(CapturedOutput log) {
        Map<String, Long> orders = new LinkedHashMap<>();
        for (int i = 0; i < 2; i++) {
            long id = shop.place(anOrder()).expect(201).id();
            orders.put(beginCancellation(id), id);
        }
        orders.keySet().forEach(LostCancellationTest::lose);
        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set since = ? where lra in (?, ?)",
                    Stream.concat(Stream.of(Timestamp.from(Instant.now().minusSeconds(80))), orders.keySet().stream()).toArray());
        }

        for (Context participant : PARTICIPANTS) {
            orders.forEach((lra, id) -> {
                String trace = PHONE82.jdbc(participant).queryForObject("select substring(traceparent from 4 for 32) from saga where lra = ?", String.class, lra);
                String warning = "The coordinator does not know the overdue cancellation " + lra;
                await().untilAsserted(() -> assertThat(lines(log, participant, warning)).isNotEmpty());
                assertThat(lines(log, participant, warning)).allMatch(line -> line.contains(" settle-cancellations " + id + " " + trace + " "));
            });
        }
        await().untilAsserted(() -> assertThat(app.get("/cancellations").body()).isEmpty());
    }

    private static List<String> lines(CapturedOutput log, Context context, String text) {
        return log.getOut().lines().filter(line -> line.contains(" WARN  " + context.id() + " ") && line.contains(text)).toList();
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, names = {"APP", "STORE", "PAY"})
    void isCompletedByAllParticipantsIfTheCoordinatorHasLostItAfterOneHadCompleted(Context first) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        String lra = beginCancellation(id);
        lose(lra);

        switch (first) {
            case APP -> PHONE82.bean(first, Orders.class).completeCancellation(lra);
            case STORE -> PHONE82.bean(first, Deliveries.class).cancel(lra);
            default -> PHONE82.bean(first, Payments.class).cancel(lra);
        }

        shop.awaitRefunded(id);
        await().untilAsserted(() -> assertThat(shop.timeline(id)).containsOnlyOnce("OrderCancelled", "PayCancelled", "DeliveryCancelled")
                .doesNotContain("CancellationRefused"));
        assertThat(app.get("/cancellations").body()).isEmpty();
    }

    /** An operator then gives the money back by hand. */
    @Test
    void isCompletedByAllParticipantsEvenIfTheRefundFails() {
        long byApp = lostWithAFailingRefund(lra -> PHONE82.bean(Context.APP, Orders.class).completeCancellation(lra));
        long byPay = lostWithAFailingRefund(lra -> PHONE82.bean(Context.PAY, Payments.class).cancel(lra));

        assertThat(PARTICIPANTS).allSatisfy(participant -> assertThat(PHONE82.jdbc(participant).queryForObject(
                "select count(*) from saga where order_id in (?, ?) and state = 'Acted'", Integer.class, byApp, byPay)).as("left to undo").isZero());
    }

    private long lostWithAFailingRefund(Consumer<String> complete) {
        long id = shop.place(anOrder().of("sim-refund-fails")).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        String lra = beginCancellation(id);
        lose(lra);

        complete.accept(lra);

        await().untilAsserted(() -> {
            assertThat(shop.status("/payments/" + id)).isEqualTo("RefundFailed");
            assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelled");
            assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled");
        });
        return id;
    }

    /** Pay's event arrives before the end of the cancellation: a capture that is refused also refuses the cancellation. */
    @ParameterizedTest
    @CsvSource({"PayCancelled, card blocked, card blocked", "RefundFailed, account closed, cancelled by the customer"})
    void theReasonIsWhyTheOrderEnds(String event, String reason, String shown) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        beginCancellation(id);

        PHONE82.topics().send("pay." + event, id, UUID.randomUUID().toString(), "{\"orderId\":" + id + ",\"amount\":1199000,\"reason\":\"" + reason + "\",\"owner\":\"demo\"}");

        shop.awaitStatus("/orders/" + id, "Cancelled");
        assertThat(shop.get("/orders/" + id).body().get("reason").asText()).isEqualTo(shown);
        await().untilAsserted(() -> assertThat(shop.get("/history/" + id).body().get("timeline").valueStream().filter(step -> step.get("type").asText().equals("OrderCancelled"))
                .map(step -> step.get("reason").asText())).containsExactly(shown));
        shop.awaitStatus("/payments/" + id, "Refunded");
    }

    /** The coordinator was replaced by one on another machine, or has a certificate now. */
    @Test
    void isUndoneAlthoughTheCoordinatorHasAnotherUrl() {
        long id = shop.place(anOrder()).expect(201).id();
        String lra = beginCancellation(id);
        lose(lra);
        String former = "http://localhost:1" + lra.substring(lra.indexOf("/lra-coordinator"));
        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set lra = ?, since = ? where lra = ?", former, Timestamp.from(Instant.now().minusSeconds(80)), lra);
        }

        shop.awaitShipped(id);

        shop.awaitStatus("/payments/" + id, "Completed");
        await().untilAsserted(() -> assertThat(app.get("/cancellations").body()).isEmpty());
    }

    @Test
    void isNotUndoneWhileTheCoordinatorKnowsItUnderItsFormerUrl() {
        long id = shop.place(anOrder()).expect(201).id();
        String lra = beginCancellation(id);
        ReentrantLock lock = LRARecoveryModule.getService().tryLockTransaction(URI.create(lra));
        String path = lra.substring(lra.indexOf("/lra-coordinator"));
        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set lra = ?, since = ? where lra = ?", "http://localhost:1" + path, Timestamp.from(Instant.now().minusSeconds(80)), lra);
        }

        // several polls
        await().during(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelling"));

        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set lra = ? where lra = ?", lra, "http://localhost:1" + path);
        }
        lock.unlock();
        cancel(lra);
        shop.awaitShipped(id);
    }

    /** One is of no order, the other of a coordinator that is gone, too. */
    @Test
    void isUndoneEvenIfEarlierOnesCannotBeUndone() {
        long id = shop.place(anOrder()).expect(201).id();
        String lra = beginCancellation(id);
        lose(lra);
        JdbcTemplate store = PHONE82.jdbc(Context.STORE);
        List<String> earlier = List.of(lra.substring(0, lra.lastIndexOf('/')) + "/0_0_0_0_1", "http://localhost:1/lra-coordinator/0_0_0_0_2");
        earlier.forEach(each -> store.update("insert into saga (lra, order_id, state, since, traceparent) values (?, -1, 'Acted', ?, '')",
                each, Timestamp.from(Instant.now().minusSeconds(90))));
        for (Context participant : PARTICIPANTS) {
            PHONE82.jdbc(participant).update("update saga set since = ? where lra = ?", Timestamp.from(Instant.now().minusSeconds(80)), lra);
        }

        await().untilAsserted(() -> assertThat(shop.status("/deliveries/" + id)).isIn("Received", "Shipped"));

        await().untilAsserted(() -> assertThat(app.get("/cancellations").body()).isEmpty());
        assertThat(earlier).allSatisfy(each -> assertThat(store.update("delete from saga where lra = ? and state = 'Acted'", each)).isEqualTo(1));
    }

    /** One participant has not undone it yet. */
    @ParameterizedTest
    @EnumSource(value = Context.class, names = {"STORE", "PAY"})
    void mayBeTriedAgainUntilAllHaveUndoneIt(Context last) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        shop.awaitStatus("/deliveries/" + id, "Received");
        PHONE82.jdbc(Context.STORE).update("update delivery set dispatch_at = ? where order_id = ?",
                Timestamp.from(Instant.now().plusSeconds(3600)), id);
        String lra = beginCancellation(id);
        PHONE82.bean(Context.APP, Orders.class).undoCancellation(lra);
        if (last == Context.STORE) {
            PHONE82.bean(Context.PAY, Payments.class).restore(lra);
        } else {
            PHONE82.bean(Context.STORE, Deliveries.class).release(lra);
        }

        assertThat(cancel(id).expect(503).header("Retry-After")).isEqualTo("5");

        // the coordinator undoes the rest after the time limit
        await().pollInterval(Duration.ofMillis(500)).until(() -> cancel(id).expect(200, 202, 503).status() != 503);
        shop.awaitRefunded(id);
    }

    private Shop.Answer cancel(long id) {
        return shop.send("DELETE", "/orders/" + id, null, null);
    }

    /** A database that was restored from a copy, or a participant that undid a cancellation which others completed. */
    @ParameterizedTest
    @CsvSource({"APP, orders, id, Paid, PAY", "STORE, delivery, order_id, Received, PAY", "PAY, payment, order_id, Completed, APP"})
    void isMadeUpForByAContextThatLearnsOfItLater(Context context, String table, String key, String before, Context other) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        assertThat(shop.send("DELETE", "/orders/" + id, null, null).status()).isIn(200, 202);
        shop.awaitRefunded(id);
        String after = status(context, table, key, id);
        JdbcTemplate jdbc = PHONE82.bean(context, JdbcTemplate.class);
        if (context == Context.STORE) {
            jdbc.update("update delivery set dispatch_at = ? where order_id = ?", Timestamp.from(Instant.now().plusSeconds(3600)), id);
        }
        jdbc.update("update " + table + " set status = ? where " + key + " = ?", before, id);
        jdbc.update("delete from saga where order_id = ?", id);
        jdbc.update("delete from inbox");

        PHONE82.shop(other).post("/events/replay", "{\"orders\":[" + id + "]}").expect(200);

        await().untilAsserted(() -> assertThat(status(context, table, key, id)).isEqualTo(after));
        assertThat(PHONE82.provider().account(id).expect(200).body().get("refunded").asLong()).isEqualTo(1_199_000);
    }

    /** App and pay were restored from a copy that is older than store's data, or have both undone what store completed. */
    @ParameterizedTest
    @ValueSource(strings = {"Ordered", "Paid"})
    void isMadeUpForIfOnlyStoreHasCompletedIt(String before) {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/payments/" + id, "Completed");
        shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);
        await().untilAsserted(() -> {
            assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelled");
            assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled");
            assertThat(shop.status("/payments/" + id)).isEqualTo("Refunded");
        });
        PHONE82.jdbc(Context.APP).update("update orders set status = ?, reason = null where id = ?", before, id);
        PHONE82.jdbc(Context.PAY).update("update payment set status = 'Completed', reason = null where order_id = ?", id);
        for (Context context : List.of(Context.APP, Context.PAY)) {
            PHONE82.jdbc(context).update("delete from saga where order_id = ?", id);
            PHONE82.jdbc(context).update("delete from inbox");
        }

        PHONE82.shop(Context.STORE).post("/events/replay", "{\"orders\":[" + id + "]}").expect(200);

        shop.awaitStatus("/orders/" + id, "Cancelled");
        assertThat(shop.get("/orders/" + id).body().get("reason").asText()).isEqualTo("cancelled by the customer");
        shop.awaitStatus("/payments/" + id, "Refunded");
        assertThat(PHONE82.provider().account(id).expect(200).body().get("refunded").asLong()).isEqualTo(1_199_000);
    }

    private static String status(Context context, String table, String key, long id) {
        return PHONE82.bean(context, JdbcTemplate.class).queryForObject("select status from " + table + " where " + key + " = ?", String.class, id);
    }

    /** App waited for longer than the time limit. */
    @Test
    void isNotAnsweredAsDoneIfItWasUndoneBeforeItsEnd() throws Exception {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitStatus("/orders/" + id, "Paid");
        JdbcTemplate payments = PHONE82.bean(Context.PAY, JdbcTemplate.class);
        AtomicReference<ReentrantLock> lock = new AtomicReference<>();
        AtomicReference<String> lra = new AtomicReference<>();

        CompletableFuture<Answer> answer = new TransactionTemplate(PHONE82.bean(Context.PAY, PlatformTransactionManager.class)).execute(payIsSlow -> {
            payments.update("update payment set version = version where order_id = ?", id);
            CompletableFuture<Answer> cancelled = CompletableFuture.supplyAsync(() -> shop.send("DELETE", "/orders/" + id, null, null));
            await().until(() -> payments.queryForObject(
                    "select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
            lra.set(app.get("/cancellations").body().findValuesAsText("lra").get(0));
            // the coordinator is busy with the participant that it has not undone yet
            lock.set(LRARecoveryModule.getService().tryLockTransaction(URI.create(lra.get())));
            PHONE82.bean(Context.APP, Orders.class).undoCancellation(lra.get());
            return cancelled;
        });

        assertThat(answer.get().expect(202).body().get("status").asText()).isEqualTo("Paid");
        lock.get().unlock();
        cancel(lra.get());
        shop.awaitShipped(id);
    }

    private static void cancel(String lra) {
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
    }

    /** Runs the actions of all participants in an LRA that the coordinator does not end by itself yet. */
    private static String beginCancellation(long id) {
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        PHONE82.bean(Context.APP, Orders.class).beginCancellation(id, lra);
        request(Context.STORE, "/deliveries/" + id + "/hold", lra, "{\"item\":\"note20\",\"qty\":1}");
        request(Context.PAY, "/payments/" + id + "/cancellation", lra, "");
        return lra;
    }

    private static void lose(String lra) {
        LRARecoveryModule.getService().removeLog(lra);
        LRARecoveryModule.getService().remove(URI.create(lra));
    }

    private static void request(Context participant, String path, String lra, String body) {
        Shop inside = PHONE82.shop(participant);
        assertThat(inside.send(inside.request(path).header("Long-Running-Action", lra).header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))).status()).isLessThan(300);
    }

    private String metrics() {
        return PHONE82.operations().metrics();
    }
}
