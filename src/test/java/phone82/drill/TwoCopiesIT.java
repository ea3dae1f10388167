package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.Databases;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Two shops on one machine that differ only in their folder and in one property, the offset of their ports. */
@Tag("long")
class TwoCopiesIT {

    private static final int ORDERS = 500;
    private static final int AT_ONCE = 2;

    @Test
    void noOrderReachesTheOtherShop() throws Exception {
        try (Processes first = new Processes("copies", folder -> Databases.embedded(), "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=30",
                "--phone82.app.payment.response-timeout=4000", "--phone82.pay.provider-authorisation-limit=3s", "--phone82.gateway.rate=0");
             Processes second = first.copy()) {
            first.startWith(second, "");
            ExecutorService customers = Executors.newFixedThreadPool(2 * AT_ONCE);
            try {
                List<Future<Void>> busy = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    busy.add(customers.submit(ordering(first.gateway(), "first")));
                    busy.add(customers.submit(ordering(second.gateway(), "second")));
                }
                for (Future<Void> each : busy) {
                    each.get();
                }
            } finally {
                customers.shutdownNow();
            }
            for (Processes each : List.of(first, second)) {
                String item = each == first ? "first" : "second";
                await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(new HashSet<>(each.gateway().all("/history"))).hasSize(ORDERS)
                        .allSatisfy(order -> assertThat(order.path("status").asText()).isEqualTo("Shipped")));
                for (String list : List.of("/orders", "/deliveries", "/history")) {
                    assertThat(new HashSet<>(each.gateway().all(list))).as(list).hasSize(ORDERS).allSatisfy(order -> assertThat(order.path("item").asText()).isEqualTo(item));
                }
                assertThat(new HashSet<>(each.gateway().all("/payments"))).hasSize(ORDERS);
                assertThat(each.reconcile().breaches()).isEmpty();
            }
        }
    }

    private static Callable<Void> ordering(Shop shop, String item) {
        return () -> {
            for (int placed = 0; placed < ORDERS / AT_ONCE; ) {
                Answer answer = shop.place(anOrder().of(item));
                // two shops on one machine are slow; a refused request creates no order
                if (answer.status() != 503) {
                    answer.expect(201);
                    placed++;
                }
            }
            return null;
        };
    }
}
