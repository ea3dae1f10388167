package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;

import java.io.IOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/** The list of deliveries by status, item and dispatch time: every caller pages through the deliveries that it may see, on both databases. */
class DeliveryListTest {

    private static final List<String> STATUSES = List.of("Received", "Paused", "Held", "Shipped", "Cancelled");
    private static final List<String> OWNERS = Arrays.asList("ann", "bob", null);
    private static final int DELIVERIES = 120;
    private static final int SIZE = 7;

    private static final List<String> ITEMS = List.of("note20", "note21");

    private record Row(long orderId, String status, String owner, String item) {
    }

    @ParameterizedTest
    @ValueSource(strings = {"hsqldb", "postgresql"})
    void everyCallerPagesThroughTheDeliveriesOfAStatus(String database) throws IOException {
        try (Issuer issuer = new Issuer()) {
            Phone82Extension phone82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.STORE, Context.GATEWAY), "--phone82.identity.issuer=" + issuer.url())
                    .with(data -> database.equals("hsqldb") ? Databases.embedded() : Databases.onPostgreSql(Set.of(Context.STORE)));
            phone82.start(getClass().getSimpleName());
            try {
                List<Row> rows = rows();
                insert(rows, phone82.bean(Context.STORE, JdbcTemplate.class));
                String gateway = phone82.gateway().url("");
                Shop customer = new Shop(gateway, issuer.token("ann", "customer"));

                assertPages(customer, rows, row -> "ann".equals(row.owner));
                assertPages(new Shop(gateway, issuer.token("bob", "customer")), rows, row -> "bob".equals(row.owner));
                assertPages(new Shop(gateway, issuer.token("eve", "customer")), rows, row -> false);
                for (String role : List.of("dealer", "operator")) {
                    assertPages(new Shop(gateway, issuer.token("dan", role)), rows, row -> true);
                }
                assertPages(new Shop(gateway, issuer.token("ann", "customer", "dealer")), rows, row -> true);
                long others = rows.stream().filter(row -> !"ann".equals(row.owner)).mapToLong(Row::orderId).max().orElseThrow();
                assertThat(ids(customer.get("/deliveries?status=Shipped&size=200&after=" + others))).as("after a cursor of another owner")
                        .isEqualTo(expected(rows, row -> "ann".equals(row.owner) && row.status.equals("Shipped") && row.orderId < others));
                assertThat(withoutTrace(customer.get("/deliveries?sort=dispatchAt&after=" + others).expect(400)))
                        .as("a cursor of another owner is like an unknown one").isEqualTo(withoutTrace(customer.get("/deliveries?sort=dispatchAt&after=5").expect(400)));
            } finally {
                phone82.stop();
            }
        }
    }

    /** Orders of all owners with all statuses. */
    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < DELIVERIES; i++) {
            rows.add(new Row(1_000 + i, STATUSES.get(i / OWNERS.size() % STATUSES.size()), OWNERS.get(i % OWNERS.size()), ITEMS.get(i / 50 % ITEMS.size())));
        }
        return rows;
    }

    /** The dispatch times are in the reverse order of the orders, so that no index on them gives the order of the list. */
    private static void insert(List<Row> rows, JdbcTemplate jdbc) {
        Instant now = Instant.now();
        rows.forEach(row -> jdbc.update("insert into delivery (order_id, item, qty, status, received_at, dispatch_at, traceparent, version, owner) "
                        + "values (?, ?, 1, ?, ?, ?, '', 0, ?)", row.orderId, row.item, row.status, Timestamp.from(now),
                // three orders at a time have the same time
                Timestamp.from(now.plus(Duration.ofDays((9_000 - row.orderId) / 3))), row.owner));
        jdbc.update("insert into delivery (order_id, item, qty, status, traceparent, version) values (999, 'note20', 1, 'Held', '', 0)");
        rows.add(new Row(999, "Held", null, "note20"));
    }

    private static void assertPages(Shop caller, List<Row> rows, Predicate<Row> isSeen) {
        assertThat(paged(caller, "")).as("all").isEqualTo(expected(rows, isSeen));
        assertThat(paged(caller, "&sort=dispatchAt")).as("all by dispatch time").isEqualTo(byDispatch(rows, isSeen));
        for (String status : STATUSES) {
            Predicate<Row> isWanted = isSeen.and(row -> row.status.equals(status));
            assertThat(paged(caller, "&status=" + status)).as(status).isEqualTo(expected(rows, isWanted));
            assertThat(paged(caller, "&sort=dispatchAt&status=" + status)).as(status + " by dispatch time").isEqualTo(byDispatch(rows, isWanted));
            assertThat(paged(caller, "&item=note21&status=" + status)).as(status + " of an item").isEqualTo(expected(rows, isWanted.and(row -> row.item.equals("note21"))));
            assertThat(paged(caller, "&sort=dispatchAt&item=note21&status=" + status)).as(status + " of an item by dispatch time")
                    .isEqualTo(byDispatch(rows, isWanted.and(row -> row.item.equals("note21"))));
        }
        assertThat(paged(caller, "&item=note22")).isEmpty();
    }

    /** Earliest first; a delivery that is held in advance has no dispatch time and is left out. */
    private static List<Long> byDispatch(List<Row> rows, Predicate<Row> isWanted) {
        return rows.stream().filter(isWanted).filter(row -> row.orderId != 999)
                .sorted(Comparator.comparing((Row row) -> (9_000 - row.orderId) / 3).thenComparing(Row::orderId)).map(Row::orderId).toList();
    }

    private static List<Long> expected(List<Row> rows, Predicate<Row> isWanted) {
        return rows.stream().filter(isWanted).map(Row::orderId).sorted(Comparator.reverseOrder()).toList();
    }

    /** The ids of all pages, of which only the last one may be short. */
    private static List<Long> paged(Shop caller, String filter) {
        List<Long> all = new ArrayList<>();
        for (String next = ""; next != null; ) {
            Shop.Answer page = caller.get("/deliveries?size=" + SIZE + filter + next).expect(200);
            List<Long> ids = ids(page);
            all.addAll(ids);
            next = page.body().hasNonNull("next") ? "&after=" + page.body().get("next").asText() : null;
            assertThat(ids.size()).isLessThanOrEqualTo(SIZE).isGreaterThanOrEqualTo(next == null ? 0 : SIZE);
        }
        return all;
    }

    private static JsonNode withoutTrace(Shop.Answer answer) {
        return ((ObjectNode) answer.body()).without("correlationId");
    }

    private static List<Long> ids(Shop.Answer page) {
        return page.body().get("items").findValues("orderId").stream().map(JsonNode::asLong).toList();
    }
}
