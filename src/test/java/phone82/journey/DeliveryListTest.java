package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
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

/** The list of deliveries by status: every caller pages through the deliveries that it may see, on both databases. */
class DeliveryListTest {

    private static final List<String> STATUSES = List.of("Received", "Held", "Shipped", "Cancelled");
    private static final List<String> OWNERS = Arrays.asList("ann", "bob", null);
    private static final int DELIVERIES = 120;
    private static final int SIZE = 7;

    private record Row(long orderId, String status, String owner) {
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
            } finally {
                phone82.stop();
            }
        }
    }

    /** Orders of all owners with all statuses. */
    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < DELIVERIES; i++) {
            rows.add(new Row(1_000 + i, STATUSES.get(i / OWNERS.size() % STATUSES.size()), OWNERS.get(i % OWNERS.size())));
        }
        return rows;
    }

    /** The dispatch times are in the reverse order of the orders, so that no index on them gives the order of the list. */
    private static void insert(List<Row> rows, JdbcTemplate jdbc) {
        Instant now = Instant.now();
        rows.forEach(row -> jdbc.update("insert into delivery (order_id, item, qty, status, received_at, dispatch_at, traceparent, version, owner) "
                        + "values (?, 'note20', 1, ?, ?, ?, '', 0, ?)", row.orderId, row.status, Timestamp.from(now),
                Timestamp.from(now.plus(Duration.ofDays(9_000 - row.orderId))), row.owner));
    }

    private static void assertPages(Shop caller, List<Row> rows, Predicate<Row> isSeen) {
        assertThat(paged(caller, "")).as("all").isEqualTo(expected(rows, isSeen));
        for (String status : STATUSES) {
            assertThat(paged(caller, "&status=" + status)).as(status).isEqualTo(expected(rows, isSeen.and(row -> row.status.equals(status))));
        }
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

    private static List<Long> ids(Shop.Answer page) {
        return page.body().get("items").findValues("orderId").stream().map(JsonNode::asLong).toList();
    }
}
