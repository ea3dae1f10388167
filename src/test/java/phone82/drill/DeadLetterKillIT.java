package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;
import phone82.journey.Topics;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** {@code kill -9} of a context while events become dead letters, and while they are replayed. */
@Tag("long")
class DeadLetterKillIT {

    private static final int EVENTS = 200;
    /** The number of dead letters or replays at which the context is killed. */
    private static final int SOME = 20;

    @Test
    void noEventIsLostOrDoubled() throws Exception {
        try (Processes phone82 = new Processes("dead-letters", "--phone82.store.dispatch-delay=0s", "--phone82.events.attempts=1",
                "--phone82.warm-up=0")) {
            phone82.start("broker", "customer");
            Topics topics = new Topics("tcp://localhost:" + phone82.port(Context.BROKER));
            Shop store = phone82.shop(Context.STORE);
            Shop view = phone82.shop(Context.CUSTOMER);
            List<String> broken = new ArrayList<>();
            for (int i = 0; i < EVENTS; i++) {
                broken.add(UUID.randomUUID().toString());
                topics.sendAs("pay", "phone82.pay.PayCompleted", "phone82.pay.PayCompleted", i, broken.get(i), "{\"orderId\":");
            }

            phone82.start("store");
            await().atMost(30, TimeUnit.SECONDS).pollDelay(0, TimeUnit.SECONDS).pollInterval(5, TimeUnit.MILLISECONDS)
                    .until(() -> letters(store).size() >= SOME);
            phone82.kill("store");
            phone82.start("store");

            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(events(letters(store))).containsExactlyInAnyOrderElementsOf(broken));

            List<Long> orders = new ArrayList<>();
            for (long id = 10_001; id <= 10_000 + EVENTS; id++) {
                orders.add(id);
                topics.sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", id, UUID.randomUUID().toString(),
                        "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1}");
            }
            CompletableFuture<Void> replay = CompletableFuture.runAsync(() -> replayAll(store));
            await().atMost(30, TimeUnit.SECONDS).pollDelay(0, TimeUnit.SECONDS).pollInterval(5, TimeUnit.MILLISECONDS)
                    .until(() -> store.get("/deliveries?size=" + SOME).body().get("items").size() == SOME);
            phone82.kill("store");
            assertThatThrownBy(replay::join).hasCauseInstanceOf(UncheckedIOException.class);
            phone82.start("store");
            assertThat(letters(store).size()).as("killed in the middle").isBetween(EVENTS + 1, 2 * EVENTS - SOME + 1);
            replayAll(store);

            assertThat(events(letters(store))).containsExactlyInAnyOrderElementsOf(broken);
            assertThat(store.all("/deliveries")).extracting(delivery -> delivery.get("orderId").asLong()).containsExactlyInAnyOrderElementsOf(orders);
            await().atMost(20, TimeUnit.SECONDS).untilAsserted(() -> assertThat(orders).allSatisfy(id ->
                    assertThat(view.timeline(id)).containsExactlyInAnyOrder("OrderReceived", "Shipped")));
        }
    }

    private static void replayAll(Shop store) {
        String after = "";
        while (after != null) {
            JsonNode report = store.post("/dead-letters/replay?size=20" + after, "").expect(200).body();
            after = report.has("next") ? "&after=" + report.get("next").asText() : null;
        }
    }

    private static List<JsonNode> letters(Shop store) {
        return store.all("/dead-letters");
    }

    private static List<String> events(List<JsonNode> letters) {
        return letters.stream().map(letter -> letter.get("eventId").asText()).toList();
    }
}
