package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** {@code kill -9} of each party of the saga at random moments of a stream of orders and cancellations: all or nothing, always. */
class CancellationKillIT {

    private static final int ROUNDS = Integer.getInteger("phone82.drill.rounds", 2);
    private static final List<String> VICTIMS = List.of("app", "pay", "store", "coordinator");

    @Test
    void everyCancellationIsAllOrNothingWhoeverDies() throws Exception {
        try (Processes phone82 = new Processes("cancel-kill", "--phone82.store.dispatch-delay=1s", "--phone82.saga.time-limit=5s",
                "--phone82.coordinator.recovery-period=2s")) {
            phone82.start("broker", "coordinator", "store", "pay", "app", "customer gateway");
            Shop shop = phone82.gateway();
            AtomicBoolean open = new AtomicBoolean(true);
            ExecutorService customers = Executors.newFixedThreadPool(4);
            for (int i = 0; i < 4; i++) {
                customers.submit(() -> orderAndCancel(shop, open));
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (String victim : VICTIMS) {
                    long moment = ThreadLocalRandom.current().nextLong(200, 1500);
                    await().pollDelay(moment, MILLISECONDS).until(() -> true);
                    phone82.kill(victim);
                    phone82.start(victim);
                }
            }
            open.set(false);
            customers.shutdown();
            assertThat(customers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

            await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
                assertThat(phone82.shop(Context.COORDINATOR).get("/lra-coordinator").body()).isEmpty();
                assertThat(phone82.shop(Context.APP).get("/cancellations").body()).isEmpty();
                assertThat(shop.all("/orders")).isNotEmpty().allSatisfy(order ->
                        assertThat(order.get("status").asText()).isIn("Shipped", "Cancelled"));
                assertAllAgree(shop);
            });
            Map<String, Long> outcomes = shop.all("/orders").stream()
                    .collect(Collectors.groupingBy(order -> order.get("status").asText(), Collectors.counting()));
            System.out.println("orders after " + ROUNDS * VICTIMS.size() + " kills: " + outcomes);
            assertThat(outcomes).containsKeys("Shipped", "Cancelled");
        }
    }

    private static void orderAndCancel(Shop shop, AtomicBoolean open) {
        while (open.get()) {
            try {
                Shop.Answer answer = shop.place(anOrder());
                if (answer.status() == 201 && ThreadLocalRandom.current().nextInt(3) > 0) {
                    shop.send("DELETE", "/orders/" + answer.id(), null, null);
                }
            } catch (UncheckedIOException e) {
                assertThat(e).as("the gateway itself is never killed, but may be slow").hasMessageContaining("localhost");
            }
        }
    }

    private static void assertAllAgree(Shop shop) {
        Map<Long, String> payments = statuses(shop.all("/payments"));
        Map<Long, String> deliveries = statuses(shop.all("/deliveries"));
        Map<Long, String> views = statuses(shop.all("/history"));
        for (JsonNode order : shop.all("/orders")) {
            long id = order.get("id").asLong();
            String status = order.get("status").asText();
            assertThat(views.get(id)).as("view of order %d", id).isEqualTo(status);
            assertThat(deliveries.get(id)).as("delivery of order %d", id).isEqualTo(status);
            assertThat(payments.get(id)).as("payment of order %d that is %s", id, status)
                    .isIn(status.equals("Shipped") ? List.of("Completed") : List.of("Voided", "Refunded"));
        }
    }

    private static Map<Long, String> statuses(List<JsonNode> rows) {
        return rows.stream().collect(Collectors.toMap(row -> row.get("orderId").asLong(), row -> row.get("status").asText()));
    }
}
