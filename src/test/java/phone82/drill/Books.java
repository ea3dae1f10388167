package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.journey.Shop;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What all contexts say of all orders. */
final class Books {

    private Books() {
    }

    /** Every order that was accepted is there, is shipped or cancelled by all contexts alike, and is what its customer was told. */
    static void assertBalanced(Shop shop, Customers... everybody) {
        Map<Long, JsonNode> payments = byOrder(shop.all("/payments"));
        Map<Long, JsonNode> deliveries = byOrder(shop.all("/deliveries"));
        Map<Long, JsonNode> views = byOrder(shop.all("/history"));
        List<JsonNode> orders = shop.all("/orders");
        for (Customers customers : everybody) {
            assertThat(orders).extracting(order -> order.get("id").asLong()).containsAll(customers.accepted());
        }
        assertThat(orders).allSatisfy(order -> {
            long id = order.get("id").asLong();
            String status = order.get("status").asText();
            assertThat(status).as("order %d", id).isIn("Shipped", "Cancelled");
            assertThat(payments.get(id).get("status").asText()).as("payment %d", id)
                    .isIn((Object[]) (status.equals("Shipped") ? new String[]{"Completed"} : new String[]{"Voided", "Refunded"}));
            assertThat(deliveries.get(id).get("status").asText()).as("delivery %d", id).isEqualTo(status);
            assertThat(views.get(id).get("status").asText()).as("view %d", id).isEqualTo(status);
            for (Customers customers : everybody) {
                int told = customers.cancellations().getOrDefault(id, 0);
                if (told == 200) {
                    assertThat(status).as("order %d, whose customer was told 200", id).isEqualTo("Cancelled");
                } else if (told == 409) {
                    assertThat(status).as("order %d, whose customer was told 409", id).isEqualTo("Shipped");
                }
            }
        });
    }

    private static Map<Long, JsonNode> byOrder(List<JsonNode> rows) {
        Map<Long, JsonNode> byOrder = new HashMap<>();
        rows.forEach(row -> byOrder.put(row.get("orderId").asLong(), row));
        return byOrder;
    }
}
