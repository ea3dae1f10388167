package phone82.journey;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;
import phone82.platform.saga.Participation;
import phone82.store.Deliveries;
import phone82.store.Deliveries.Hold;
import phone82.store.Delivery;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A dealer ships deliveries before their dispatch time. */
class ShipmentTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h");

    private final Shop shop = PHONE82.gateway();
    private final Deliveries deliveries = PHONE82.bean(Context.STORE, Deliveries.class);
    private final JdbcTemplate jdbc = PHONE82.bean(Context.STORE, JdbcTemplate.class);
    private final TransactionTemplate transaction = new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class));

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "{}"})
    void aDeliveryIsShippedBeforeItsDispatchTime(String body) {
        long id = received();

        Answer shipped = shop.send("POST", path(id), body == null ? null : "application/json", body).expect(200);

        assertThat(shipped.body().get("orderId").asLong()).isEqualTo(id);
        assertThat(shipped.body().get("status").asText()).isEqualTo("Shipped");
        assertThat(shipped.body().get("shippedAt").asText()).isLessThan(shipped.body().get("dispatchAt").asText());
        assertThat(shipped.body()).isEqualTo(shop.get("/deliveries/" + id).body());
        assertShippedOnce(id);
        assertThat(shop.get("/orders/" + id).body().get("shippedAt")).isEqualTo(shipped.body().get("shippedAt"));
    }

    @Test
    void theTimelineHasTheTraceOfTheDealersRequest() {
        long id = received();

        shop.send(shop.request(path(id)).header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").POST(BodyPublishers.noBody())).expect(200);

        shop.awaitShipped(id);
        assertThat(shop.get("/history/" + id).body().get("timeline")).filteredOn(step -> step.get("type").asText().equals("Shipped"))
                .extracting(step -> step.get("correlationId").asText()).containsExactly("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void aRepetitionSaysWhenItWasShipped() {
        long id = received();
        String shippedAt = ship(id).expect(200).body().get("shippedAt").asText();

        assertThat(refusal(ship(id))).isEqualTo("Shipped already: The order was shipped at " + shippedAt + ".");

        assertShippedOnce(id);
        assertThat(shop.get("/deliveries/" + id).body().get("shippedAt").asText()).isEqualTo(shippedAt);
    }

    @Test
    void aShippedOrderCannotBeCancelled() {
        long id = received();
        ship(id).expect(200);

        shop.send("DELETE", "/orders/" + id, null, null).expect(409);

        assertShippedOnce(id);
    }

    @Test
    void aCancelledDeliveryIsNotShipped() {
        long id = received();
        shop.cancel(shop.request("/orders/" + id).DELETE()).expect(200, 202);
        await().untilAsserted(() -> assertThat(shop.status("/deliveries/" + id)).isEqualTo("Cancelled"));

        assertThat(refusal(ship(id))).isEqualTo("Cancelled already: The order is cancelled and is not shipped.");

        assertThat(shipments(id)).isZero();
    }

    @Test
    void anUnknownOrInvalidOrderIsRefused() {
        assertThat(ship(123456789).expect(404).body().get("detail").asText()).isEqualTo("There is no delivery of order 123456789.");
        shop.post("/deliveries/0/shipment", "{}").expect(400);
        shop.post("/deliveries/x/shipment", "{}").expect(400);
        assertThat(shop.get("/deliveries/1/shipment").expect(405).header("Allow")).isEqualTo("POST");
    }

    /** The hold comes first: the shipment waits for its commit. */
    @Test
    @Tag("databases")
    void aDeliveryThatIsBeingHeldIsNotShipped() {
        long id = received();
        String lra = saga();

        Answer refused = whileLocked(() -> {
            PHONE82.bean(Context.STORE, Participation.class).join(lra, id);
            deliveries.hold(id, lra, new Hold("note20", 1, "demo"));
        }, () -> ship(id));

        assertThat(refusal(refused)).isEqualTo("Being cancelled: A cancellation of the order is in progress. If it is refused, the order can be shipped.");
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Held");
        assertThat(shipments(id)).isZero();

        deliveries.release(lra);
        ship(id).expect(200);
        assertShippedOnce(id);
    }

    @Test
    void aDeliveryThatIsHeldInAdvanceIsNotShipped() {
        String lra = saga();
        assertThat(hold(1_000_000_011, lra).status()).isLessThan(300);

        ship(1_000_000_011).expect(409);

        cancel(lra);
        await().untilAsserted(() -> shop.get("/deliveries/1000000011").expect(404));
        ship(1_000_000_011).expect(404);
    }

    /** The shipment comes first: the hold waits for its commit. */
    @Test
    @Tag("databases")
    void aDeliveryThatIsBeingShippedIsNotHeld() {
        long id = received();
        String lra = saga();

        Answer refused = whileLocked(() -> deliveries.shipNow(id), () -> hold(id, lra));

        assertThat(refusal(refused)).startsWith("Shipped already: The order was shipped at ").endsWith(" and cannot be cancelled any more.");
        cancel(lra);
        assertShippedOnce(id);
    }

    /** The poll has found the delivery as due, and waits for the commit of the shipment. */
    @Test
    @Tag("databases")
    void aDueDeliveryThatIsBeingShippedIsShippedOnce() {
        long id = received();
        EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(PHONE82.bean(Context.STORE, EntityManagerFactory.class));

        whileLocked(() -> {
            deliveries.shipNow(id);
            jdbc.update("update delivery set dispatch_at = received_at where order_id = ?", id);
        }, () -> transaction.execute(poll -> {
            deliveries.ship(entities.find(Delivery.class, id));
            return null;
        }));

        assertShippedOnce(id);
    }

    @Test
    @Tag("databases")
    void ofTwoRequestsAtTheSameTimeOneShips() {
        long id = received();

        Answer second = whileLocked(() -> deliveries.shipNow(id), () -> ship(id));

        assertThat(refusal(second)).startsWith("Shipped already");
        assertShippedOnce(id);
    }

    /** Starts the second action while the transaction of the first one is open; commits when the second one waits for its lock. */
    private <T> T whileLocked(Runnable first, Supplier<T> second) {
        CompletableFuture<T> waiting = transaction.execute(open -> {
            first.run();
            CompletableFuture<T> started = CompletableFuture.supplyAsync(second);
            await().until(() -> started.isDone()
                    || jdbc.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
            assertThat(started).as("waits for the lock of the delivery").isNotDone();
            return started;
        });
        return waiting.join();
    }

    /** An order that the dealer has received and that is not due for an hour. */
    private long received() {
        long id = shop.place(anOrder()).expect(201).id();
        await().untilAsserted(() -> assertThat(shop.status("/deliveries/" + id)).isEqualTo("Received"));
        return id;
    }

    private Answer ship(long id) {
        return shop.send("POST", path(id), null, null);
    }

    private static String path(long id) {
        return "/deliveries/" + id + "/shipment";
    }

    private static Answer hold(long id, String lra) {
        Shop store = PHONE82.shop(Context.STORE);
        return store.send(store.request("/deliveries/" + id + "/hold").header("Long-Running-Action", lra).header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}")));
    }

    private static String saga() {
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        return coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
    }

    private static void cancel(String lra) {
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/cancel").PUT(BodyPublishers.noBody()));
    }

    private static String refusal(Answer answer) {
        answer.expect(409);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        return answer.body().get("title").asText() + ": " + answer.body().get("detail").asText();
    }

    private void assertShippedOnce(long id) {
        shop.awaitShipped(id);
        assertThat(shipments(id)).isEqualTo(1);
        assertThat(shop.timeline(id)).containsOnlyOnce("Shipped");
    }

    private int shipments(long id) {
        return jdbc.queryForObject("select count(*) from outbox where topic = 'phone82.store.Shipped' and subject = ?", Integer.class, String.valueOf(id));
    }
}
