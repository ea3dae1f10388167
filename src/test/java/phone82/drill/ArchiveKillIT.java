package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.Shop;
import phone82.load.FinishedOrders;
import phone82.platform.api.Json;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** {@code kill -9} of the command and of contexts while thousands of old orders are archived and customers order. */
@Tag("long")
class ArchiveKillIT {

    private static final int ORDERS = 1000;
    private static final int KILLS = 3;

    @Test
    void aRepeatedCommandArchivesEachOrderOnceAndNoOther() throws Exception {
        try (Processes phone82 = new Processes("archive", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0", "--phone82.reconcile.settle=3s",
                "--phone82.app.payment.response-timeout=4000", "--phone82.pay.provider-authorisation-limit=3s")) {
            phone82.start("");
            phone82.kill("");
            FinishedOrders.add(phone82.data(""), ORDERS, 0);
            phone82.start("broker coordinator provider");
            phone82.start("customer", "store", "pay", "app", "gateway");
            Shop shop = phone82.gateway();
            long shipped = shop.placeAccepted(anOrder());
            shop.awaitShipped(shipped);
            assertThat(phone82.reconcile().breaches()).isEmpty();
            Path file = phone82.data("archive.jsonl");
            String command = "archive-orders 100d " + file;

            try (Traffic traffic = new Traffic(shop.url(""), shipped, 10)) {
                phone82.launch(command);
                patiently().pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(Path.of(file + ".part")));
                kill(phone82, command);
                assertThat(file).doesNotExist();
                assertThat(shop.get("/orders/" + FinishedOrders.id(1)).status()).isEqualTo(200);
                assertThat(phone82.run(0, command)).contains(ORDERS + " orders written");
                for (int i = 1; i <= KILLS; i++) {
                    int next = i * ORDERS / (KILLS + 1);
                    phone82.launch(command);
                    // the newest ones are deleted first
                    patiently().pollInterval(Duration.ofMillis(1)).until(() -> shop.get("/orders/" + FinishedOrders.id(ORDERS - next)).status() == 404);
                    kill(phone82, command);
                    assertThat(phone82.reconcile().breaches()).as("after kill " + i).isEmpty();
                }
                System.out.println(traffic);
                assertThat(traffic.failures()).isEmpty();
                traffic.stop();
            }
            phone82.kill("pay");
            assertThat(phone82.run(2, command)).contains("pay does not answer");
            phone82.start("pay");
            phone82.launch(command);
            patiently().pollInterval(Duration.ofMillis(1)).until(() -> shop.get("/orders/" + FinishedOrders.id(ORDERS / 20)).status() == 404);
            phone82.kill("store");
            phone82.handles().get(command).onExit().join();
            phone82.start("store");
            String said = phone82.run(0, command);
            System.out.println(said);

            Set<Long> archived = Files.readAllLines(file).stream().map(line -> Json.read(line, JsonNode.class).at("/order/id").asLong()).collect(Collectors.toSet());
            assertThat(archived).hasSize(ORDERS).contains(FinishedOrders.id(1), FinishedOrders.id(ORDERS));
            assertThat(Files.readAllLines(file)).hasSize(ORDERS);
            for (String list : new String[]{"/orders", "/payments", "/deliveries", "/history"}) {
                assertThat(shop.all(list)).as(list).isNotEmpty().noneMatch(row -> archived.contains(row.path("orderId").asLong(row.path("id").asLong())));
            }
            assertThat(phone82.run(0, "reconcile")).contains("orders agree");
            assertThat(phone82.run(0, "archive-orders 100d " + phone82.data("next.jsonl"))).contains("no order to archive");
        }
    }

    /** Writing all orders comes before the first is deleted. */
    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(3));
    }

    private static void kill(Processes phone82, String command) {
        phone82.handles().get(command).destroyForcibly();
        phone82.handles().get(command).onExit().join();
    }
}
