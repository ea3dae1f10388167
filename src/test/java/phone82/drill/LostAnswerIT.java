package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.journey.Shop.anOrder;

/** {@code kill -9} of app between the commit of an order and its answer: a repetition with the same key creates no second order. */
@Tag("long")
class LostAnswerIT {

    private static final int ROUNDS = 2;

    @Test
    void aRepeatedRequestIsAnsweredWithTheStoredOrder() throws Exception {
        Vertx vertx = Vertx.vertx();
        AtomicBoolean armed = new AtomicBoolean();
        try (Processes phone82 = new Processes("lost-answer", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=20")) {
            Tap.Observer killing = new Tap.Observer() {
                @Override
                public boolean before(String tap, String request) {
                    return true;
                }

                @Override
                public boolean after(String tap, String request) {
                    if (!request.startsWith("POST /orders") || !armed.compareAndSet(true, false)) {
                        return true;
                    }
                    try {
                        phone82.kill("app");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return false;
                }
            };
            phone82.set("--phone82.gateway.app-url=" + new Tap(vertx, "app", phone82.port(APP), killing).url());
            phone82.start("broker coordinator provider customer store pay gateway", "app");
            Shop shop = phone82.gateway();
            for (int round = 0; round < ROUNDS; round++) {
                String key = "round " + round;
                String item = "lost-answer-" + round;
                armed.set(true);

                shop.place(key, anOrder().of(item)).expect(503);
                phone82.start("app");
                Answer again = await().atMost(Duration.ofSeconds(20)).until(() -> shop.place(key, anOrder().of(item)), answer -> answer.status() != 503);

                assertThat(shop.place(key, anOrder().of(item)).expect(201).body()).isEqualTo(again.expect(201).body());
                List<JsonNode> orders = shop.all("/orders").stream().filter(order -> order.get("item").asText().equals(item)).toList();
                assertThat(orders).singleElement().satisfies(order -> assertThat(order.get("id").asLong()).isEqualTo(again.id()));
                shop.awaitShipped(again.id());
            }
            assertThat(shop.all("/payments")).hasSize(ROUNDS).allSatisfy(payment -> assertThat(payment.get("status").asText()).isEqualTo("Completed"));
        } finally {
            vertx.close();
        }
    }
}
