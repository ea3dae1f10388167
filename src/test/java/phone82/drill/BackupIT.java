package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import phone82.command.Report;
import phone82.journey.Shop;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A backup under load, the loss of everything except the provider's own ledger, and the restore. */
@Tag("long")
class BackupIT {

    @Test
    void shipsNothingAfterTheRestoreUntilItIsReleased() throws Exception {
        try (Processes phone82 = new Processes("restored", "--phone82.store.dispatch-delay=15s", "--phone82.warm-up=0", "--phone82.reconcile.moving=1s",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            phone82.start("");
            Shop shop = phone82.gateway();
            long cancelled = shop.placeAccepted(anOrder());
            long kept = shop.placeAccepted(anOrder());
            await().untilAsserted(() -> assertThat(List.of(cancelled, kept)).allSatisfy(id -> assertThat(shop.status("/deliveries/" + id)).isEqualTo("Received")));
            phone82.run(0, "backup first");
            shop.send("DELETE", "/orders/" + cancelled, null, null).expect(200);
            shop.awaitStatus("/payments/" + cancelled, "Refunded");
            phone82.kill("");

            phone82.run(0, "restore first");
            phone82.start("");
            assertThat(phone82.log()).contains("Nothing is shipped: store's data was restored from a backup");
            phone82.run(0, "replay-events");
            await().until(() -> Instant.parse(shop.get("/deliveries/" + kept).body().get("dispatchAt").asText()).isBefore(Instant.now().minusSeconds(2)));
            assertThat(List.of(cancelled, kept)).allSatisfy(id -> assertThat(shop.status("/deliveries/" + id)).isEqualTo("Received"));
            assertThat(phone82.reconcile().breaches()).extracting(Report.Breach::order, Report.Breach::promise).containsExactly(tuple(cancelled, "I9"));
            shop.send("DELETE", "/orders/" + cancelled, null, null).expect(200);
            shop.awaitStatus("/payments/" + cancelled, "Refunded");

            phone82.run(0, "restore --release");

            shop.awaitShipped(kept);
            shop.awaitStatus("/orders/" + cancelled, "Cancelled");
            assertThat(phone82.reconcile().breaches()).isEmpty();
        }
    }

    @Test
    void restoresAllOrdersBeforeTheBackupAndReportsTheMoneyOfLaterOnes() throws Exception {
        try (Processes phone82 = new Processes("backup", "--phone82.store.dispatch-delay=3s", "--phone82.warm-up=0",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            phone82.start("");
            Shop shop = phone82.gateway();
            long cancelled = shop.place(anOrder()).expect(201).id();
            shop.send("DELETE", "/orders/" + cancelled, null, null).expect(200);
            Set<Long> accepted;
            Set<Long> before;
            String said;
            try (Customers customers = new Customers(shop, 4, 0)) {
                customers.awaitMore(40);
                before = Set.copyOf(customers.accepted());
                said = phone82.run(0, "backup first");
                assertThat(phone82.run(1, "backup first")).contains("choose another name");
                customers.awaitMore(20);
                customers.stop();
                accepted = Set.copyOf(customers.accepted());
            }
            assertThat(phone82.run(1, "restore first")).contains("runs; stop phone82 first");
            phone82.kill("");
            for (String context : List.of("app", "pay", "store", "customer", "broker", "coordinator")) {
                assertThat(FileSystemUtils.deleteRecursively(phone82.data(context))).isTrue();
            }

            assertThat(phone82.run(1, "restore second")).contains("there is no complete backup second");
            phone82.run(0, "restore first");
            phone82.start("");
            phone82.run(0, "replay-events");
            phone82.run(0, "restore --release");

            Set<Long> lost = new HashSet<>(accepted);
            await().untilAsserted(() -> {
                List<JsonNode> orders = shop.all("/orders");
                Set<Long> restored = orders.stream().map(order -> order.get("id").asLong()).collect(Collectors.toSet());
                assertThat(restored).containsAll(before).contains(cancelled);
                assertThat(orders).allSatisfy(order -> assertThat(order.get("status").asText())
                        .isEqualTo(order.get("id").asLong() == cancelled ? "Cancelled" : "Shipped"));
                lost.removeAll(restored);
            });
            assertThat(lost).as("accepted after the backup").isNotEmpty();
            Report report = phone82.reconcile();
            assertThat(report.breaches()).extracting(Report.Breach::order).containsAll(lost).doesNotContain(cancelled).doesNotContainAnyElementsOf(before);
            assertThat(report.breaches()).extracting(Report.Breach::promise).containsOnly("I9");
            assertThat(phone82.reconcile().breaches()).isEqualTo(report.breaches());
            System.out.printf("%d orders before the backup, %d lost and named; %s%n", before.size(), lost.size(), said.lines().toList());
        }
    }
}
