package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;
import phone82.Context;
import phone82.Phone82;
import phone82.command.Reconcile;
import phone82.command.Report.Breach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static phone82.journey.Shop.anOrder;

/** Restores of app alone to an earlier state: no id is used twice, and no customer pays for or receives the order of another. */
class RestoredOrdersTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.complementOf(EnumSet.of(Context.APP)),
            "--phone82.store.dispatch-delay=0s");

    private static final Comparator<JsonNode> NEWEST_FIRST = Comparator.<JsonNode, Instant>comparing(order -> Instant.parse(order.get("orderedAt").asText()))
            .thenComparing(order -> order.get("id").asLong()).reversed();

    private final Shop shop = PHONE82.gateway();

    /** Each test starts with an empty app database. */
    @BeforeEach
    void loseTheOrders() throws IOException {
        FileSystemUtils.deleteRecursively(folder());
    }

    private static Path folder() {
        return Path.of(option("phone82.data"), "app");
    }

    private static String option(String name) {
        return Stream.of(PHONE82.arguments()).filter(each -> each.startsWith("--" + name + "=")).findFirst().orElseThrow().substring(name.length() + 3);
    }

    /** @param options take precedence over the common ones */
    private static Phone82 app(String... options) {
        return Phone82.start(EnumSet.of(Context.APP), Stream.concat(Stream.of(PHONE82.arguments())
                .filter(each -> Stream.of(options).noneMatch(option -> option.startsWith(each.substring(0, each.indexOf('=') + 1)))), Stream.of(options)).toArray(String[]::new));
    }

    @Test
    void anAppRestoredFromAnOldBackupReusesNoId() throws IOException {
        List<Long> kept;
        List<Long> lost;
        List<Long> known = ids("/payments");
        Path backup = Files.createTempDirectory(Path.of("target"), "backup");
        try (Phone82 app = app()) {
            kept = shipped("note20", 2);
        }
        FileSystemUtils.copyRecursively(folder(), backup);
        try (Phone82 app = app()) {
            lost = shipped("note20", 3);
        }
        FileSystemUtils.deleteRecursively(folder());
        FileSystemUtils.copyRecursively(backup, folder());
        Map<String, JsonNode> before = new HashMap<>();
        lost.forEach(id -> Stream.of("/payments/", "/deliveries/").forEach(list -> before.put(list + id, shop.get(list + id).expect(200).body())));

        try (Phone82 app = app()) {
            List<Long> added = shipped("note21", 5);

            assertThat(added).doesNotHaveDuplicates().doesNotContainAnyElementsOf(Stream.of(kept, lost, known).flatMap(List::stream).toList());
            kept.forEach(id -> shop.get("/orders/" + id).expect(200));
            lost.forEach(id -> shop.get("/orders/" + id).expect(404));
            before.forEach((path, body) -> assertThat(shop.get(path).expect(200).body()).isEqualTo(body));
            added.forEach(id -> {
                assertThat(shop.get("/payments/" + id).expect(200).body().get("amount").asLong()).isEqualTo(2 * 1_299_000);
                JsonNode delivery = shop.get("/deliveries/" + id).expect(200).body();
                assertThat(delivery.get("item").asText()).isEqualTo("note21");
                assertThat(delivery.get("qty").asInt()).isEqualTo(2);
                assertThat(shop.timeline(id)).containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderReceived", "Shipped");
            });
            assertThat(breaches()).filteredOn(breach -> !known.contains(breach.order()) && breach.promise().equals("I7"))
                    .extracting(Breach::order, Breach::what).contains(lost.stream().map(id -> tuple(id, "money was taken, but there is no order")).toArray(Tuple[]::new));
            assertThat(breaches()).extracting(Breach::order).filteredOn(id -> !known.contains(id)).containsOnlyElementsOf(lost);
        }
    }

    private static List<Breach> breaches() {
        String[] arguments = Stream.concat(Stream.of(PHONE82.arguments()), Stream.of("--phone82.reconcile.settle=1s")).toArray(String[]::new);
        return Reconcile.run(line -> { }, arguments).breaches();
    }

    private List<Long> shipped(String item, int orders) {
        List<Long> ids = IntStream.range(0, orders).mapToObj(i -> shop.placeAccepted(anOrder().of(item).times(item.equals("note21") ? 2 : 1))).toList();
        ids.forEach(shop::awaitShipped);
        return ids;
    }

    /** A new instance may answer 503 at first. */
    private List<Long> ids(String list) {
        return shop.all(list).stream().map(row -> row.path("orderId").asLong(row.path("id").asLong())).toList();
    }

    @Test
    void twoInstancesListTheirOrdersByTime() throws IOException {
        List<Long> others = ids("/payments");
        int port = Phone82Extension.freePort();
        Path beside = Files.createTempDirectory(Path.of("target"), "beside");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start();
             Phone82 one = app(databaseOn(postgres));
             Phone82 other = app(Stream.concat(Stream.of(databaseOn(postgres)), Stream.of("--phone82.app.port=" + port, "--phone82.data=" + beside,
                     "--phone82.identity.folder=" + option("phone82.data") + "/identity")).toArray(String[]::new))) {
            Instant earlier = Instant.parse("2026-11-01T12:00:00Z");
            one.application(Context.APP).getBean(JdbcTemplate.class).update("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) "
                    + "values (7, 'note20', 1, 1199000, 1199000, 'Shipped', ?, 0)", Timestamp.from(earlier));
            List<Shop> instances = List.of(PHONE82.shop(Context.APP), new Shop("http://localhost:" + port));
            List<Long> placed = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                placed.add(instances.get(i % 2).placeAccepted(anOrder()));
            }
            List<Long> newestFirst = placed.stream().sorted(Comparator.comparing(placed::indexOf, Comparator.reverseOrder())).toList();
            placed.forEach(shop::awaitShipped);

            List<JsonNode> orders = shop.all("/orders");
            assertThat(orders).isSortedAccordingTo(NEWEST_FIRST).extracting(order -> order.get("id").asLong()).startsWith(newestFirst.toArray(Long[]::new)).endsWith(7L);
            assertThat(paged("/orders", 5)).isEqualTo(ids("/orders"));
            for (String list : List.of("/payments", "/deliveries", "/history")) {
                assertThat(ids(list)).as(list).filteredOn(id -> !others.contains(id)).isEqualTo(newestFirst);
                assertThat(paged(list, 5)).as(list).isEqualTo(ids(list));
            }
            orders.stream().filter(order -> placed.contains(order.get("id").asLong())).forEach(order ->
                    assertThat(shop.get("/history/" + order.get("id")).body().get("orderedAt")).isEqualTo(order.get("orderedAt")));
            assertThat(shop.get("/orders/7").expect(200).body().get("orderedAt").asText()).isEqualTo(earlier.toString());
        }
    }

    private static String[] databaseOn(EmbeddedPostgres postgres) {
        return new String[] {"--phone82.app.database.url=" + postgres.getJdbcUrl("postgres", "postgres"), "--phone82.app.database.user=postgres"};
    }

    /** The ids of a list, read in small pages. */
    private List<Long> paged(String list, int size) {
        List<Long> ids = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonNode page = shop.get(list + "?size=" + size + after).expect(200).body();
            page.get("items").forEach(row -> ids.add(row.path("orderId").asLong(row.path("id").asLong())));
            after = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : null;
        }
        return ids;
    }
}
