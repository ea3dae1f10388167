package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;
import phone82.Context;
import phone82.command.Report;
import phone82.journey.Provider;
import phone82.journey.Shop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.util.function.Function.identity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** One context is restored from a backup that is older than the data of the others. */
@Tag("long")
class OldBackupIT {

    private static final List<String> OWNERS = List.of("app", "pay", "store", "customer");
    private static final List<String> LISTS = List.of("/orders/", "/payments/", "/deliveries/", "/history/");

    private Processes phone82;
    private Shop shop;

    @ParameterizedTest
    @ValueSource(strings = {"app", "pay", "store", "customer"})
    void noIdReturnsNoMoneyMovesAndEveryDifferenceIsNamed(String context) throws Exception {
        try (Processes started = new Processes("old-backup", "--phone82.store.dispatch-delay=4s", "--phone82.warm-up=10", "--phone82.reconcile.settle=3s",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            phone82 = started;
            shop = phone82.gateway();
            phone82.start(Stream.of("broker", "coordinator", "provider", "customer", "store", "pay", "app", "gateway").filter(each -> !each.equals(context))
                    .collect(Collectors.joining(" ")));
            phone82.start(context);
            List<Long> kept = shipped(3);
            phone82.stop(context);
            Path backup = phone82.data("backup-of-" + context);
            FileSystemUtils.copyRecursively(phone82.data(context), backup);
            phone82.start(context);
            List<Long> lost = new ArrayList<>(shipped(3));
            lost.add(cancelled());
            TreeMap<Long, String> before = states(lost);
            TreeMap<Long, JsonNode> money = money(Stream.concat(kept.stream(), lost.stream()).toList());

            phone82.stop(context);
            FileSystemUtils.deleteRecursively(phone82.data(context));
            FileSystemUtils.copyRecursively(backup, phone82.data(context));
            phone82.start(context);
            List<Long> added = shipped(3);

            Report report = phone82.reconcile();
            Set<Long> named = report.breaches().stream().map(Report.Breach::order).collect(Collectors.toSet());
            TreeMap<Long, String> after = states(lost);
            System.out.printf("%s restored: %s%n", context, report.breaches());
            assertThat(added).doesNotHaveDuplicates().doesNotContainAnyElementsOf(kept).doesNotContainAnyElementsOf(lost);
            assertThat(money(money.keySet().stream().toList())).isEqualTo(money);
            int restored = OWNERS.indexOf(context);
            before.forEach((id, states) -> {
                for (int column = 0; column < OWNERS.size(); column++) {
                    String state = after.get(id).split(" ")[column];
                    if (column == restored) {
                        assertThat(state).as("order %d in %s, which was restored", id, context).isEqualTo("-");
                    } else {
                        assertThat(state).as("order %d in %s, which was not", id, OWNERS.get(column)).isEqualTo(states.split(" ")[column]);
                    }
                }
            });
            assertThat(named).isEqualTo(Set.copyOf(lost));
            assertThat(report.moving()).isEmpty();
            // nothing may be shipped or charged for a second time
            boolean isMadeUpFor = context.equals("customer") || context.equals("pay");
            if (context.equals("pay")) {
                phone82.run(0, "replay-events");
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(states(lost)).isEqualTo(before));
            }
            phone82.run(isMadeUpFor ? 0 : 1, "reconcile --repair");
            assertThat(states(lost)).isEqualTo(isMadeUpFor ? before : after);
            assertThat(money(money.keySet().stream().toList())).isEqualTo(money);
            assertThat(phone82.run(0, "dead-letters")).doesNotContain("order ");
        }
    }

    private List<Long> shipped(int orders) {
        // a context that has just started may answer 503 at first
        List<Long> ids = IntStream.range(0, orders).mapToObj(i -> await().atMost(Duration.ofSeconds(30))
                .until(() -> shop.place(anOrder()), answer -> answer.status() == 201).id()).toList();
        ids.forEach(id -> await().atMost(Duration.ofSeconds(30)).until(() -> states(List.of(id)).get(id).equals("Shipped Completed Shipped Shipped")));
        return ids;
    }

    /** An order that was paid, and whose money was returned. */
    private long cancelled() {
        long id = shop.place(anOrder()).expect(201).id();
        await().until(() -> shop.status("/orders/" + id).equals("Paid"));
        assertThat(shop.cancel(shop.request("/orders/" + id).DELETE()).status()).isIn(200, 202);
        await().until(() -> states(List.of(id)).get(id).equals("Cancelled Refunded Cancelled Cancelled"));
        return id;
    }

    /** The status of each order in app, pay, store and customer; a hyphen if a context does not know it. */
    private TreeMap<Long, String> states(List<Long> ids) {
        return byId(ids, id -> LISTS.stream().map(list -> shop.get(list + id))
                .map(answer -> answer.status() == 404 ? "-" : answer.expect(200).body().get("status").asText()).collect(Collectors.joining(" ")));
    }

    private TreeMap<Long, JsonNode> money(List<Long> ids) {
        Provider provider = new Provider(phone82.shop(Context.PROVIDER));
        return byId(ids, id -> {
            ObjectNode account = (ObjectNode) provider.account(id).expect(200).body();
            // a request may be repeated
            account.remove("operations");
            return account;
        });
    }

    private static <T> TreeMap<Long, T> byId(List<Long> ids, Function<Long, T> value) {
        return ids.stream().collect(Collectors.toMap(identity(), value, (one, other) -> one, TreeMap::new));
    }
}
