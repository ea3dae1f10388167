package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.command.Reconcile;
import phone82.command.Report.Breach;
import phone82.pay.Payments;
import phone82.platform.disk.Disk;
import phone82.platform.disk.RestoredData;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Pay's database is restored from a copy that was made before an order was confirmed or its payment requested; it is paid, shipped or cancelled by now. */
class RestoredPaymentTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.pay.longest-retry=200ms",
            "--phone82.pay.poll=200ms");

    private final Shop shop = PHONE82.gateway();
    private final StoreSteps steps = new StoreSteps(PHONE82);
    private final JdbcTemplate pay = PHONE82.bean(Context.PAY, JdbcTemplate.class);

    @Test
    void theProviderKeepsTheMoneyAndAReplayCompletesThePayment() {
        long id = steps.received();
        steps.ship(id).expect(200);
        loseTheConfirmation(id);

        awaitAttempts(id);
        assertThat(PHONE82.provider().held(id)).isEqualTo(1_199_000);
        PHONE82.bean(Context.PAY, Payments.class).confirm(ordered(id));

        shop.awaitStatus("/payments/" + id, "Completed");
        assertThat(PHONE82.provider().held(id)).isEqualTo(1_199_000);
    }

    @Test
    void anOrderWhoseMoneyAnOperatorGaveBackAtTheProviderEnds() {
        long id = steps.received();
        loseTheConfirmation(id);
        awaitAttempts(id);

        PHONE82.provider().refund(id, 1_199_000, "by hand");

        await().until(() -> pay.queryForObject("select status from payment where order_id = ?", String.class, id).equals("Voided"));
        assertThat(shop.get("/payments/" + id).expect(200).body().get("reason").asText()).isEqualTo("captured and refunded at the provider already");
        PHONE82.bean(Context.PAY, Payments.class).confirm(ordered(id));
        await().untilAsserted(() -> {
            assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelled");
            assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled");
            assertThat(shop.timeline(id)).contains("PayCancelled", "DeliveryCancelled");
        });
        assertThat(shop.status("/payments/" + id)).isEqualTo("Voided");
        assertThat(breaches(id)).isEmpty();
        assertThat(PHONE82.provider().account(id).expect(200).body().get("captured").asLong()).isEqualTo(1_199_000);
        assertThat(PHONE82.provider().held(id)).isZero();
    }

    /** After the backup the order was cancelled, which only the provider knows: it has released the reservation. */
    @Test
    void nothingIsReservedAnewBeforeAnOperatorReleasesTheData() throws IOException {
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"refuse\"}");
        List<Long> ids = List.of(shop.placeAccepted(anOrder()), shop.placeAccepted(anOrder()));
        ids.forEach(id -> await().until(() -> status(id).equals("Capturing")));
        List<Timestamp> since = ids.stream().map(this::changedAt).toList();
        Path folder = PHONE82.bean(Context.PAY, Disk.class).folder();
        RestoredData.mark(folder);
        try {
            ids.forEach(id -> PHONE82.provider().perform("release", id, 1_199_000, id + "-1-release"));
            PHONE82.provider().removeFaults();

            ids.forEach(this::awaitAttemptsAtAnotherReservation);
            assertThat(ids.stream().map(this::changedAt).toList()).as("open since the order was accepted").isEqualTo(since);
            ids.forEach(id -> assertThat(PHONE82.provider().held(id)).isZero());
            ids.forEach(id -> assertThat(breaches(id, "--phone82.store.dispatch=false")).extracting(Breach::promise, Breach::what)
                    .containsExactly(tuple("I9", "the provider holds no money for the order: its reservation lapsed, or was released after the backup; "
                            + "cancel the order if its customer had cancelled it, otherwise its money is reserved again when store ships")));
            long cancelled = ids.get(0);
            assertThat(shop.send("DELETE", "/orders/" + cancelled, null, null).status()).isIn(200, 202);
            shop.awaitStatus("/orders/" + cancelled, "Cancelled");
            await().until(() -> status(cancelled).equals("Voided"));
        } finally {
            RestoredData.unmark(folder);
        }

        shop.awaitStatus("/payments/" + ids.get(1), "Completed");
        assertThat(PHONE82.provider().held(ids.get(1))).isEqualTo(1_199_000);
        assertThat(PHONE82.provider().held(ids.get(0))).isZero();
    }

    private void awaitAttemptsAtAnotherReservation(long id) {
        await().until(() -> pay.queryForObject("select count(*) from payment where order_id = ? and status = 'Authorising' and authorisation = 2 "
                + "and attempts > 2", Integer.class, id) == 1);
    }

    private Timestamp changedAt(long id) {
        return pay.queryForObject("select changed_at from payment where order_id = ?", Timestamp.class, id);
    }

    private String status(long id) {
        return pay.queryForObject("select status from payment where order_id = ?", String.class, id);
    }

    private static List<Breach> breaches(long id, String... options) {
        String[] arguments = Stream.of(PHONE82.arguments(), new String[] {"--phone82.reconcile.settle=1s"}, options).flatMap(Stream::of)
                .toArray(String[]::new);
        return Reconcile.run(line -> { }, arguments).breaches().stream().filter(breach -> breach.order() == id).toList();
    }

    /** Before the restore the order had been cancelled. */
    @Test
    void anOrderWhoseMoneyIsBackAlreadyCanBeCancelled() {
        long id = steps.received();
        PHONE82.provider().refund(id, 1_199_000, id + "-1-refund");

        assertThat(shop.send("DELETE", "/orders/" + id, null, null).status()).isIn(200, 202);

        shop.awaitStatus("/payments/" + id, "Refunded");
        shop.awaitStatus("/orders/" + id, "Cancelled");
        assertThat(PHONE82.provider().account(id).expect(200).body().get("refunded").asLong()).isEqualTo(1_199_000);
    }

    /** The order is accepted, but its reservation has expired: the customer cannot try again. */
    @Test
    void aBankThatDoesNotAnswerToANewReservationEndsNoAcceptedOrder() {
        long id = steps.received();
        pay.update("update payment set status = 'Expired', item = 'sim-fail', confirmed = false, traceparent = null, completed_at = null, due_at = null "
                + "where order_id = ?", id);

        PHONE82.bean(Context.PAY, Payments.class).confirm(ordered(id));

        await().until(() -> pay.queryForObject("select authorisation from payment where order_id = ?", Integer.class, id) > 4);
        assertThat(pay.queryForObject("select status from payment where order_id = ?", String.class, id)).isEqualTo("Authorising");
        await().untilAsserted(() -> {
            pay.update("update payment set item = 'note20' where order_id = ?", id);
            assertThat(shop.status("/payments/" + id)).isEqualTo("Completed");
        });
    }

    @Test
    void aLostPaymentIsMadeAgainAndNoMoneyMovesTwice() {
        long id = steps.received();
        steps.ship(id).expect(200);
        loseThePayment(id);
        shop.get("/payments/" + id).expect(404);

        replay(id);

        shop.awaitStatus("/payments/" + id, "Completed");
        assertThat(money(id)).isEqualTo("captured 1199000, refunded 0, reserved 0");
        assertThat(pay.queryForObject("select owner from payment where order_id = ?", String.class, id))
                .isEqualTo(PHONE82.jdbc(Context.APP).queryForObject("select owner from orders where id = ?", String.class, id));
        assertThat(steps.published("Shipped", id)).isOne();
        assertThat(PHONE82.shop(Context.PAY).all("/dead-letters")).isEmpty();
    }

    @Test
    void aLostRefundIsMadeAgainAndNoMoneyMovesTwice() {
        long id = steps.received();
        shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);
        shop.awaitStatus("/payments/" + id, "Refunded");
        loseThePayment(id);

        replay(id);

        shop.awaitStatus("/payments/" + id, "Refunded");
        assertThat(money(id)).isEqualTo("captured 1199000, refunded 1199000, reserved 0");
        assertThat(shop.status("/orders/" + id)).isEqualTo("Cancelled");
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled");
    }

    /** The second event arrives first, as after a failure of the first one. */
    @Test
    void aCancellationWaitsForTheOrderThatItEnds() {
        Payments payments = PHONE82.bean(Context.PAY, Payments.class);
        long id = steps.received();
        shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);
        shop.awaitStatus("/payments/" + id, "Refunded");
        loseThePayment(id);

        assertThatIllegalStateException().isThrownBy(() -> payments.orderCancelled(new Payments.OrderCancelled(id)))
                .withMessageContaining("its event Ordered comes first");
        payments.confirm(ordered(id));
        payments.orderCancelled(new Payments.OrderCancelled(id));

        shop.awaitStatus("/payments/" + id, "Refunded");
    }

    @Test
    void anOrderWithoutItsPaymentCanBeCancelledOnceItsEventsAreSentAgain() {
        long id = steps.received();
        loseThePayment(id);

        assertThat(shop.send("DELETE", "/orders/" + id, null, null).expect(503).header("Retry-After")).isEqualTo("5");
        shop.awaitStatus("/deliveries/" + id, "Received");
        replay(id);
        shop.awaitStatus("/payments/" + id, "Completed");
        shop.send("DELETE", "/orders/" + id, null, null).expect(200, 202);

        shop.awaitStatus("/payments/" + id, "Refunded");
        shop.awaitStatus("/orders/" + id, "Cancelled");
    }

    /** Its authorisation was in progress at the time of the copy, and has expired since. */
    @Test
    void anOrderThatIsConfirmedAndCancelledWhileItsPaymentWaitsIsRefunded() {
        Payments payments = PHONE82.bean(Context.PAY, Payments.class);
        long id = steps.received();
        pay.update("update payment set status = 'Authorising', confirmed = false, traceparent = null, authorised_at = null, completed_at = null, due_at = ? "
                + "where order_id = ?", Timestamp.from(Instant.now()), id);
        awaitAttempts(id);
        assertThat(status(id)).isEqualTo("Releasing");

        // both come in one batch, before the next attempt
        new TransactionTemplate(PHONE82.bean(Context.PAY, PlatformTransactionManager.class)).executeWithoutResult(batch -> {
            payments.confirm(ordered(id));
            payments.orderCancelled(new Payments.OrderCancelled(id));
        });

        shop.awaitStatus("/payments/" + id, "Refunded");
        assertThat(money(id)).isEqualTo("captured 1199000, refunded 1199000, reserved 0");
        shop.awaitStatus("/orders/" + id, "Cancelled");
    }

    private static Payments.Ordered ordered(long id) {
        return new Payments.Ordered(id, "note20", 1, 1_199_000, "demo");
    }

    private void loseThePayment(long id) {
        pay.update("delete from payment where order_id = ?", id);
        pay.update("delete from saga where order_id = ?", id);
        pay.update("delete from inbox");
    }

    private static void replay(long id) {
        PHONE82.shop(Context.APP).post("/events/replay", "{\"orders\":[" + id + "]}").expect(200);
    }

    private static String money(long id) {
        JsonNode account = PHONE82.provider().account(id).expect(200).body();
        return "captured " + account.get("captured") + ", refunded " + account.get("refunded") + ", reserved " + account.get("reserved");
    }

    private void loseTheConfirmation(long id) {
        pay.update("update payment set status = 'Authorised', confirmed = false, traceparent = null, completed_at = null, due_at = ? where order_id = ?",
                Timestamp.from(Instant.now()), id);
    }

    /** Pay tries to release the money, which the provider declines. */
    private void awaitAttempts(long id) {
        await().until(() -> pay.queryForObject("select attempts from payment where order_id = ?", Integer.class, id) > 1);
    }
}
