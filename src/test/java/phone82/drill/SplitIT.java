package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The contexts in separate processes, and their behaviour while one of them is down. */
@Tag("long")
class SplitIT {

    private static final String FRONT = "app pay customer gateway";

    @Test
    void ordersAreAcceptedWithoutTheStoreAndShipWhenItReturns() throws Exception {
        try (Processes phone82 = new Processes("store-down", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            phone82.start("broker provider", "store", FRONT);
            Shop shop = phone82.gateway();
            shop.awaitShipped(shop.place(anOrder()).expect(201).id());

            phone82.stop("store");
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                ids.add(shop.place(anOrder().of("note30").times(2)).expect(201).id());
            }
            await().untilAsserted(() -> assertThat(ids).allSatisfy(id -> assertThat(shop.status("/orders/" + id)).isEqualTo("Paid")));
            Answer refused = shop.get("/deliveries").expect(503);
            assertThat(refused.header("Retry-After")).isNotNull();
            assertThat(ids).allSatisfy(id -> assertThat(shop.status("/orders/" + id)).isEqualTo("Paid"));

            phone82.start("store");
            ids.forEach(shop::awaitShipped);
            assertThat(ids).allSatisfy(id -> assertThat(shop.timeline(id))
                    .containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
        }
    }

    @Test
    void anOrderWithoutPayIsRefusedAndLeavesNoTrace() throws Exception {
        try (Processes phone82 = new Processes("pay-down", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            phone82.start(Arrays.stream(Context.values()).map(Context::id).toArray(String[]::new));
            Shop shop = phone82.gateway();
            long before = shop.place(anOrder()).expect(201).id();
            shop.awaitShipped(before);

            phone82.stop("pay");
            long asked = System.nanoTime();
            Answer refused = shop.place(anOrder()).expect(503);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();

            phone82.start("pay");
            long after = await().ignoreExceptions().until(() -> shop.place(anOrder()), answer -> answer.status() == 201).id();
            shop.awaitShipped(after);
            for (String list : List.of("/orders", "/payments", "/history", "/deliveries")) {
                assertThat(shop.all(list)).extracting(SplitIT::id).containsExactly(after, before);
            }
        }
    }

    private static long id(JsonNode row) {
        return row.has("id") ? row.get("id").asLong() : row.get("orderId").asLong();
    }
}
