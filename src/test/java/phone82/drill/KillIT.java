package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.command.Report;
import phone82.journey.Shop;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** {@code kill -9} of all processes at once, with orders under way. */
@Tag("long")
class KillIT {

    @Test
    void everyAcceptedOrderIsShippedOnceAfterARestart() throws Exception {
        try (Processes phone82 = new Processes("kill", "--phone82.store.dispatch-delay=1s", "--phone82.warm-up=20")) {
            phone82.start("");
            Shop shop = phone82.gateway();
            List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
            ExecutorService customers = Executors.newFixedThreadPool(8);
            for (int i = 0; i < 8; i++) {
                customers.submit(() -> {
                    while (true) {
                        Shop.Answer answer = shop.place(anOrder());
                        if (answer.status() == 201) {
                            accepted.add(answer.id());
                        }
                    }
                });
            }
            await().atMost(60, TimeUnit.SECONDS).until(() -> accepted.size() >= 200);
            phone82.kill("");
            customers.shutdown();
            assertThat(customers.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            List<Long> before = List.copyOf(accepted);

            phone82.start("");
            long next = await().ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(() -> shop.place(anOrder()), answer -> answer.status() == 201).id();
            assertThat(next).as("ids go on upward").isGreaterThan(Collections.max(before));

            await().atMost(30, TimeUnit.SECONDS).pollInterval(1, TimeUnit.SECONDS).untilAsserted(() -> {
                List<JsonNode> orders = shop.all("/orders");
                assertThat(orders).allSatisfy(order -> assertThat(order.get("status").asText()).isEqualTo("Shipped"));
                assertThat(ids(orders, "id")).containsAll(before).contains(next);
            });
            Report report = phone82.reconcile();
            assertThat(report.breaches()).isEmpty();
            assertThat(report.moving()).as("only authorisations of unanswered orders are left").allMatch(each -> each.statuses().startsWith("order none"));
            Set<Long> standing = new HashSet<>(ids(shop.all("/orders"), "id"));
            assertThat(standing).allSatisfy(id -> assertThat(shop.timeline(id))
                    .containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
        }
    }

    private static List<Long> ids(List<JsonNode> rows, String field) {
        return rows.stream().map(row -> row.get(field).asLong()).toList();
    }
}
