package phone82.journey;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;
import phone82.platform.saga.Participation;
import phone82.store.Deliveries;
import phone82.store.Deliveries.Hold;
import phone82.store.Deliveries.Pause;
import phone82.store.Delivery;

import java.net.http.HttpRequest.BodyPublishers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.StoreSteps.refusal;

/** A dealer ships deliveries before their dispatch time. Of two changes of a delivery at the same time the first one holds. */
class ShipmentTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h");

    private final Shop shop = PHONE82.gateway();
    private final Deliveries deliveries = PHONE82.bean(Context.STORE, Deliveries.class);
    private final StoreSteps steps = new StoreSteps(PHONE82);
    private final TransactionTemplate transaction = new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class));

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "{}"})
    void aDeliveryIsShippedBeforeItsDispatchTime(String body) {
        long id = steps.received();

        Answer shipped = shop.send("POST", "/deliveries/" + id + "/shipment", body == null ? null : "application/json", body).expect(200);

        assertThat(shipped.body().get("orderId").asLong()).isEqualTo(id);
        assertThat(shipped.body().get("status").asText()).isEqualTo("Shipped");
        assertThat(shipped.body().get("shippedAt").asText()).isLessThan(shipped.body().get("dispatchAt").asText());
        assertThat(shipped.body()).isEqualTo(shop.get("/deliveries/" + id).body());
        steps.assertShippedOnce(id);
        assertThat(shop.get("/orders/" + id).body().get("shippedAt")).isEqualTo(shipped.body().get("shippedAt"));
    }

    @Test
    void theTimelineHasTheTraceOfTheDealersRequest() {
        long id = steps.received();

        shop.send(shop.request("/deliveries/" + id + "/shipment").header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").POST(BodyPublishers.noBody())).expect(200);

        shop.awaitShipped(id);
        assertThat(shop.get("/history/" + id).body().get("timeline")).filteredOn(step -> step.get("type").asText().equals("Shipped"))
                .extracting(step -> step.get("correlationId").asText()).containsExactly("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void aRepetitionSaysWhenItWasShipped() {
        long id = steps.received();
        String shippedAt = steps.ship(id).expect(200).body().get("shippedAt").asText();

        assertThat(refusal(steps.ship(id))).isEqualTo("Shipped already: The order was shipped at " + shippedAt + ".");

        steps.assertShippedOnce(id);
        assertThat(shop.get("/deliveries/" + id).body().get("shippedAt").asText()).isEqualTo(shippedAt);
    }

    @Test
    void anOrderWhoseShipmentAppDoesNotKnowYetIsRefusedAsShipped() throws Exception {
        RouteController app = PHONE82.bean(Context.APP, CamelContext.class).getRouteController();
        long id = steps.received();
        shop.awaitStatus("/orders/" + id, "Paid");
        app.stopRoute("app-receive-events");
        String shippedAt = steps.ship(id).expect(200).body().get("shippedAt").asText();

        assertThat(refusal(shop.send("DELETE", "/orders/" + id, null, null).expect(409)))
                .isEqualTo("Shipped already: The order was shipped at " + shippedAt + " and cannot be cancelled any more.");

        app.startRoute("app-receive-events");
        steps.assertShippedOnce(id);
    }

    @Test
    void aCancelledDeliveryIsNotShipped() {
        long id = steps.received();
        shop.cancel(shop.request("/orders/" + id).DELETE()).expect(200, 202);
        shop.awaitStatus("/deliveries/" + id, "Cancelled");

        assertThat(refusal(steps.ship(id))).isEqualTo("Cancelled already: The order is cancelled and is not shipped.");

        assertThat(steps.published("Shipped", id)).isZero();
    }

    @Test
    void anUnknownOrInvalidOrderIsRefused() {
        assertThat(steps.ship(123456789).expect(404).body().get("detail").asText()).isEqualTo("There is no delivery of order 123456789.");
        shop.post("/deliveries/0/shipment", "{}").expect(400);
        shop.post("/deliveries/x/shipment", "{}").expect(400);
        assertThat(shop.get("/deliveries/1/shipment").expect(405).header("Allow")).isEqualTo("POST");
    }

    /** The hold comes first: the shipment waits for its commit. */
    @Test
    @Tag("databases")
    void aDeliveryThatIsBeingHeldIsNotShipped() {
        long id = steps.received();
        String lra = steps.saga();

        Answer refused = steps.whileLocked(() -> {
            PHONE82.bean(Context.STORE, Participation.class).join(lra, id);
            deliveries.hold(id, lra, new Hold("note20", 1, "demo"));
        }, () -> steps.ship(id));

        assertThat(refusal(refused)).isEqualTo("Being cancelled: A cancellation of the order is in progress. Try again if it is refused.");
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Held");
        assertThat(steps.published("Shipped", id)).isZero();

        deliveries.release(lra);
        steps.ship(id).expect(200);
        steps.assertShippedOnce(id);
    }

    @Test
    void aDeliveryThatIsHeldInAdvanceIsNotShipped() {
        String lra = steps.saga();
        assertThat(steps.hold(1_000_000_011, lra).status()).isLessThan(300);

        steps.ship(1_000_000_011).expect(409);

        steps.end(lra, "cancel");
        await().untilAsserted(() -> shop.get("/deliveries/1000000011").expect(404));
        steps.ship(1_000_000_011).expect(404);
    }

    /** The shipment comes first: the hold waits for its commit. */
    @Test
    @Tag("databases")
    void aDeliveryThatIsBeingShippedIsNotHeld() {
        long id = steps.received();
        String lra = steps.saga();

        Answer refused = steps.whileLocked(() -> deliveries.shipNow(id), () -> steps.hold(id, lra));

        assertThat(refusal(refused)).startsWith("Shipped already: The order was shipped at ").endsWith(" and cannot be cancelled any more.");
        steps.end(lra, "cancel");
        steps.assertShippedOnce(id);
    }

    /** The poll has found the delivery as due, and waits for the commit of the shipment. */
    @Test
    @Tag("databases")
    void aDueDeliveryThatIsBeingShippedIsShippedOnce() {
        long id = steps.received();
        EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(PHONE82.bean(Context.STORE, EntityManagerFactory.class));

        steps.whileLocked(() -> {
            deliveries.shipNow(id);
            steps.makeDue(id);
        }, () -> transaction.execute(poll -> {
            deliveries.ship(entities.find(Delivery.class, id));
            return null;
        }));

        steps.assertShippedOnce(id);
    }

    @Test
    @Tag("databases")
    void ofTwoRequestsAtTheSameTimeOneShips() {
        long id = steps.received();

        Answer second = steps.whileLocked(() -> deliveries.shipNow(id), () -> steps.ship(id));

        assertThat(refusal(second)).startsWith("Shipped already");
        steps.assertShippedOnce(id);
    }

    /** The saga's hold comes first: the dealer's request waits for its commit. */
    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "ship"})
    @Tag("databases")
    void aDealerChangesNothingDuringACancellation(String request) {
        long id = steps.received();
        boolean wasPaused = !request.equals("pause");
        if (wasPaused) {
            steps.pause(id, "out of stock").expect(200);
        }
        String lra = steps.saga();

        Answer refused = steps.whileLocked(() -> {
            PHONE82.bean(Context.STORE, Participation.class).join(lra, id);
            deliveries.hold(id, lra, new Hold("note20", 1, "demo"));
        }, () -> switch (request) {
            case "pause" -> steps.pause(id, "too late");
            case "resume" -> steps.resume(id);
            default -> steps.ship(id);
        });

        assertThat(refusal(refused)).isEqualTo("Being cancelled: A cancellation of the order is in progress. Try again if it is refused.");
        deliveries.release(lra);
        assertThat(shop.status("/deliveries/" + id)).isEqualTo(wasPaused ? "Paused" : "Received");
        assertThat(steps.published("DeliveryPaused", id)).isEqualTo(wasPaused ? 1 : 0);
        steps.resume(id).expect(200);
        steps.ship(id).expect(200);
        steps.assertShippedOnce(id);
    }

    /** The pause comes first: the saga waits for its commit, and holds the paused delivery. */
    @Test
    @Tag("databases")
    void aDeliveryThatIsBeingPausedIsHeld() {
        long id = steps.received();
        String lra = steps.saga();

        Answer held = steps.whileLocked(() -> deliveries.pause(id, new Pause("out of stock")), () -> steps.hold(id, lra));

        held.expect(204);
        assertThat(shop.status("/deliveries/" + id)).isEqualTo("Held");
        steps.end(lra, "cancel");
        shop.awaitStatus("/deliveries/" + id, "Paused");
    }

    @Test
    @Tag("databases")
    void ofAPauseAndAShipmentAtTheSameTimeTheFirstOneHolds() {
        long shipped = steps.received();
        long paused = steps.received();

        assertThat(refusal(steps.whileLocked(() -> deliveries.shipNow(shipped), () -> steps.pause(shipped, "too late")))).startsWith("Shipped already");
        assertThat(refusal(steps.whileLocked(() -> deliveries.pause(paused, new Pause("out of stock")), () -> steps.ship(paused)))).startsWith("Paused: ");

        steps.assertShippedOnce(shipped);
        assertThat(steps.published("DeliveryPaused", shipped)).isZero();
        assertThat(steps.published("Shipped", paused)).isZero();
    }
}
