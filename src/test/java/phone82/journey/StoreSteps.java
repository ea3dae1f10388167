package phone82.journey;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** What tests of deliveries do at store: orders that it has received, requests at the same time, steps of sagas. */
final class StoreSteps {

    private final Phone82Extension phone82;
    private final Shop shop;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    StoreSteps(Phone82Extension phone82) {
        this.phone82 = phone82;
        shop = phone82.gateway();
        jdbc = phone82.bean(Context.STORE, JdbcTemplate.class);
        transaction = new TransactionTemplate(phone82.bean(Context.STORE, PlatformTransactionManager.class));
    }

    /** An order that the dealer has received and that is not due for an hour. */
    long received() {
        return received(anOrder().item());
    }

    long received(String item) {
        long id = shop.place(anOrder().of(item)).expect(201).id();
        shop.awaitStatus("/deliveries/" + id, "Received");
        return id;
    }

    void makeDue(long id) {
        jdbc.update("update delivery set dispatch_at = received_at where order_id = ?", id);
    }

    /** Starts the second action while the transaction of the first one is open; commits when the second one waits for its lock. */
    <T> T whileLocked(Runnable first, Supplier<T> second) {
        CompletableFuture<T> waiting = transaction.execute(open -> {
            first.run();
            CompletableFuture<T> started = CompletableFuture.supplyAsync(second);
            await().until(() -> started.isDone()
                    || jdbc.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
            assertThat(started).as("waits for the lock of the delivery").isNotDone();
            return started;
        });
        return waiting.join();
    }

    Answer ship(long id) {
        return shop.send("POST", "/deliveries/" + id + "/shipment", null, null);
    }

    Answer pause(long id, String reason) {
        return shop.send("PUT", "/deliveries/" + id + "/pause", "application/json", "{\"reason\":\"" + reason + "\"}");
    }

    Answer resume(long id) {
        return shop.send("DELETE", "/deliveries/" + id + "/pause", null, null);
    }

    /** The saga's step. */
    Answer hold(long id, String lra) {
        Shop store = phone82.shop(Context.STORE);
        return store.send(store.request("/deliveries/" + id + "/hold").header("Long-Running-Action", lra).header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}")));
    }

    String saga() {
        Shop coordinator = phone82.shop(Context.COORDINATOR);
        return coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
    }

    /** @param end {@code close} to complete it, {@code cancel} to compensate it */
    void end(String lra, String end) {
        Shop coordinator = phone82.shop(Context.COORDINATOR);
        coordinator.text(coordinator.request(lra.substring(lra.indexOf("/lra-coordinator")) + "/" + end).PUT(BodyPublishers.noBody()));
    }

    static String refusal(Answer answer) {
        answer.expect(409);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        return answer.body().get("title").asText() + ": " + answer.body().get("detail").asText();
    }

    void assertShippedOnce(long id) {
        shop.awaitShipped(id);
        assertThat(published("Shipped", id)).isEqualTo(1);
        assertThat(shop.timeline(id)).containsOnlyOnce("Shipped");
    }

    /** The number of events of this name that store has published. */
    int published(String event, long id) {
        return jdbc.queryForObject("select count(*) from outbox where topic = ? and subject = ?", Integer.class, "phone82.store." + event, String.valueOf(id));
    }
}
