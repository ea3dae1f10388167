package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import phone82.journey.Shop;

import java.net.ServerSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.CUSTOMER;
import static phone82.journey.Shop.anOrder;

/** Loss of the broker's folder while orders are under way, and then of the view's folder. */
@Tag("long")
class BrokerLostIT {

    private static final int WAITING = 30;
    private static final String COLD = "--phone82.app.payment.response-timeout=3000";
    private static final String PATIENT = "--phone82.pay.provider-authorisation-limit=2s";

    @Test
    void allOrdersShipOnceTheEventsAreReplayed() throws Exception {
        try (Processes phone82 = new Processes("broker-lost", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0", COLD, PATIENT)) {
            phone82.start("broker");
            phone82.start("coordinator provider pay app gateway", "customer");
            Shop app = phone82.shop(APP);
            List<Long> waiting = paid(app);
            try (Customers customers = new Customers(phone82.gateway(), 4, 0)) {
                customers.awaitMore(20);
                phone82.kill("broker");
                assertThat(FileSystemUtils.deleteRecursively(phone82.data("broker"))).isTrue();
                customers.awaitMore(20);
                phone82.start("broker", "store");
                customers.awaitMore(20);
                customers.stop();
                long last = app.place(anOrder()).expect(201).id();
                app.awaitStatus("/orders/" + last, "Shipped");
                assertThat(waiting).as("lost with the broker").allSatisfy(id -> assertThat(app.status("/orders/" + id)).isEqualTo("Paid"));

                String said = phone82.run(0, "replay-events");

                assertThat(said).containsPattern("(?m)^app: [0-9]+ events sent again$").containsPattern("(?m)^pay: [0-9]+ events sent again$")
                        .containsPattern("(?m)^store: [0-9]+ events sent again$");
                OrderComparison.awaitBalanced(phone82, customers);
                assertThat(waiting).allSatisfy(id -> assertThat(app.status("/orders/" + id)).isEqualTo("Shipped"));
                phone82.run(0, "replay-events pay " + Instant.now().minusSeconds(600));
                assertThat(phone82.run(0, "export-events pay").lines().filter(line -> line.contains("phone82.pay.PayCompleted")))
                        .hasSizeGreaterThanOrEqualTo(WAITING);
                OrderComparison.awaitBalanced(phone82, customers);
                loseTheView(phone82, customers);
                System.out.printf("broker lost with %d events waiting; %s; %s%n", WAITING, customers, said.lines().toList());
            }
        }
    }

    @Test
    void aStuckOrderIsRepairedAutomatically() throws Exception {
        try (Processes phone82 = new Processes("stuck", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0", COLD, PATIENT,
                "--phone82.reconcile.moving=5s", "--phone82.app.stuck-every=1s")) {
            phone82.start("broker", "app", "coordinator provider pay customer gateway");
            Shop app = phone82.shop(APP);
            List<Long> waiting = paid(app);
            phone82.kill("broker");
            assertThat(FileSystemUtils.deleteRecursively(phone82.data("broker"))).isTrue();
            await("asked in vain").untilAsserted(() -> assertThat(phone82.operations(APP).metric("phone82_orders_stuck{context=\"app\"}")).isEqualTo(WAITING));

            phone82.start("broker", "store");

            await().untilAsserted(() -> assertThat(waiting).allSatisfy(id -> assertThat(app.status("/orders/" + id)).isEqualTo("Shipped")));
            await().untilAsserted(() -> assertThat(phone82.operations(APP).metric("phone82_orders_stuck{context=\"app\"}")).isZero());
            assertThat(phone82.reconcile().breaches()).isEmpty();
        }
    }

    private static List<Long> paid(Shop app) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            ids.add(app.place(anOrder()).expect(201).id());
        }
        ids.forEach(id -> app.awaitStatus("/orders/" + id, "Paid"));
        return ids;
    }

    /** Customer's folder is lost, and a command that is killed and repeated rebuilds the view while orders arrive. */
    private static void loseTheView(Processes phone82, Customers before) throws Exception {
        Shop customer = phone82.shop(CUSTOMER);
        Map<Long, JsonNode> views = new HashMap<>();
        for (long id : before.accepted()) {
            views.put(id, customer.get("/history/" + id).expect(200).body());
        }
        phone82.kill("customer");
        assertThat(FileSystemUtils.deleteRecursively(phone82.data("customer"))).isTrue();
        phone82.start("customer");
        assertThat(customer.all("/history")).isEmpty();
        try (Customers during = new Customers(phone82.gateway(), 2, 30); ServerSocket silent = new ServerSocket(0)) {
            during.awaitMore(5);
            String halfWay = "rebuild-history --phone82.gateway.pay-url=http://localhost:" + silent.getLocalPort();
            phone82.launch(halfWay);
            await().until(() -> customer.get("/rebuild").expect(200).body().at("/places/app").asLong() > 0);
            phone82.kill(halfWay);
            String said = phone82.run(0, "rebuild-history");
            assertThat(said).contains("app: reading its log from place ").containsPattern("[0-9]+ events read, [0-9]+ orders compared, [0-9]+ changed");
            during.awaitMore(5);
            during.stop();
            OrderComparison.awaitBalanced(phone82, before, during);
            views.forEach((id, view) -> assertThat(customer.get("/history/" + id).body()).isEqualTo(view));
            System.out.printf("view of %d orders rebuilt: %s%n", views.size(), said.lines().toList());
        }
    }
}
