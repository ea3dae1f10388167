package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.journey.Shop;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.COORDINATOR;
import static phone82.Context.PAY;

/** The comparison of all orders in all contexts with the answers to their customers. */
final class OrderComparison {

    private OrderComparison() {
    }

    /** Waits up to three minutes until no cancellation is open, all contexts agree, and every order matches the answer to its customer. */
    static void awaitBalanced(Processes phone82, Customers... everybody) {
        await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofSeconds(1)).ignoreExceptionsInstanceOf(UncheckedIOException.class).untilAsserted(() -> {
            assertThat(phone82.shop(COORDINATOR).get("/lra-coordinator").expect(200).body()).isEmpty();
            assertThat(phone82.shop(APP).get("/cancellations").expect(200).body()).isEmpty();
            settleFailedRefunds(phone82);
            assertBalanced(phone82.gateway(), everybody);
        });
        assertThat(phone82.reconcile().breaches()).isEmpty();
    }

    /** An operator settles refunds by hand that the provider refused after it had not answered before the cancellation. */
    private static void settleFailedRefunds(Processes phone82) {
        statuses(phone82.gateway().all("/payments")).forEach((order, status) -> {
            if (status.equals("RefundFailed")) {
                phone82.shop(PAY).post("/payments/" + order + "/settlement", "{\"note\":\"bank transfer\"}");
            }
        });
    }

    /** Every accepted order exists, all contexts have it as shipped or cancelled, and it matches the answer to its customer. */
    private static void assertBalanced(Shop shop, Customers... everybody) {
        Map<Long, String> payments = statuses(shop.all("/payments"));
        Map<Long, String> deliveries = statuses(shop.all("/deliveries"));
        Map<Long, String> views = statuses(shop.all("/history"));
        List<JsonNode> orders = shop.all("/orders");
        for (Customers customers : everybody) {
            assertThat(orders).extracting(order -> order.get("id").asLong()).containsAll(customers.accepted());
        }
        assertThat(orders).allSatisfy(order -> {
            long id = order.get("id").asLong();
            String status = order.get("status").asText();
            assertThat(status).as("order %d", id).isIn("Shipped", "Cancelled");
            assertThat(payments.get(id)).as("payment %d", id)
                    .isIn(status.equals("Shipped") ? Set.of("Completed") : Set.of("Voided", "Refunded"));
            assertThat(deliveries.get(id)).as("delivery %d", id).isEqualTo(status);
            assertThat(views.get(id)).as("view %d", id).isEqualTo(status);
            for (Customers customers : everybody) {
                int answered = customers.cancellations().getOrDefault(id, 0);
                if (answered == 200) {
                    assertThat(status).as("order %d, whose customer was answered 200", id).isEqualTo("Cancelled");
                } else if (answered == 409) {
                    assertThat(status).as("order %d, whose customer was answered 409", id).isEqualTo("Shipped");
                }
            }
        });
    }

    private static Map<Long, String> statuses(List<JsonNode> rows) {
        return rows.stream().collect(Collectors.toMap(row -> row.get("orderId").asLong(), row -> row.get("status").asText()));
    }
}
