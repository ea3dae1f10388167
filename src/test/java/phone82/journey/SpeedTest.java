package phone82.journey;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Minimum speed on two cores. */
@Tag("alone")
class SpeedTest {

    /** A cancellation takes less time than this many orders. */
    private static final int ORDERS_LONG = 8;
    /** So many orders take longer than the way of one from its acceptance to the view. */
    private static final int ORDERS_TO_THE_VIEW = 6;
    /** A page of a long list takes less time than so many price lists. */
    private static final int PRICE_LISTS = 8;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.shared("--phone82.store.dispatch-delay=0s");

    private final Shop shop = PHONE82.gateway();

    @Test
    void anOrderIsShippedAndShownSoon() {
        long[] millis = new long[50];
        long[] ordered = new long[millis.length];
        for (int i = -150; i < millis.length; i++) {
            long begin = System.nanoTime();
            long id = shop.place(anOrder()).expect(201).id();
            long accepted = System.nanoTime();
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> shop.status("/history/" + id), "Shipped"::equals);
            if (i >= 0) {
                ordered[i] = Duration.ofNanos(accepted - begin).toMillis();
                millis[i] = Duration.ofNanos(System.nanoTime() - accepted).toMillis();
            }
        }
        Arrays.sort(millis);
        Arrays.sort(ordered);
        System.out.printf("accepted -> Shipped seen: median %d ms, p95 %d ms of %d unloaded orders; one order: median %d ms%n",
                millis[25], millis[47], millis.length, ordered[25]);
        assertThat(millis[25]).as("median in ms").isLessThanOrEqualTo(Math.max(100, ORDERS_TO_THE_VIEW * ordered[25]));
    }

    @Test
    void aCancellationTakesLessThanEightOrders() throws Exception {
        RouteController store = PHONE82.bean(Context.STORE, CamelContext.class).getRouteController();
        // it would ship the orders
        store.stopRoute("store-receive-events");
        long[] millis = new long[40];
        long[] ordered = new long[millis.length];
        try {
            for (int i = -100; i < millis.length; i++) {
                long begin = System.nanoTime();
                long id = shop.place(anOrder()).expect(201).id();
                long asked = System.nanoTime();
                Answer answer = shop.send("DELETE", "/orders/" + id, null, null);
                if (i >= 0) {
                    answer.expect(200);
                    ordered[i] = Duration.ofNanos(asked - begin).toMillis();
                    millis[i] = Duration.ofNanos(System.nanoTime() - asked).toMillis();
                }
            }
        } finally {
            store.startRoute("store-receive-events");
        }
        Arrays.sort(millis);
        Arrays.sort(ordered);
        System.out.printf("one cancellation through the gateway: median %d ms, p95 %d ms of %d unloaded; one order: median %d ms%n",
                millis[20], millis[38], millis.length, ordered[20]);
        assertThat(millis[20]).as("median in ms").isLessThanOrEqualTo(Math.max(120, ORDERS_LONG * ordered[20]));
    }

    @Test
    void pagesOfALongViewAreFast() {
        int rows = 100_000;
        JdbcTemplate jdbc = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);
        long base = 1_000_000_000L;
        Timestamp now = Timestamp.from(Instant.now());
        new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class)).executeWithoutResult(tx -> {
            List<Object[]> batch = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                batch.add(new Object[]{base + i, "item" + i % 7, 1, 1_000_000L, i % 3, now, now});
            }
            jdbc.batchUpdate("insert into history (order_id, item, qty, amount, progress, ordered_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)", batch);
        });

        assertFast("/history?size=50", "/history?size=50&after=" + (base + rows / 2),
                "/history?size=50&status=Paid&after=" + (base + rows / 2), "/history?size=50&item=item3&after=" + (base + rows / 2));
    }

    @Test
    void pagesOfManyDeliveriesAreFast() {
        int rows = 100_000;
        JdbcTemplate jdbc = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        long base = 1_000_000_000L;
        Timestamp later = Timestamp.from(Instant.now().plus(Duration.ofDays(1)));
        new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class)).executeWithoutResult(tx -> {
            List<Object[]> batch = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                batch.add(new Object[]{base + i, i % 100 == 0 ? "Received" : i % 100 == 1 ? "Cancelled" : "Shipped", later});
            }
            jdbc.batchUpdate("insert into delivery (order_id, item, qty, status, dispatch_at, traceparent, version) values (?, 'note20', 1, ?, ?, '', 0)", batch);
        });

        assertFast("/deliveries?size=50", "/deliveries?size=50&status=Received", "/deliveries?size=50&status=Received&sort=dispatchAt",
                "/deliveries?size=50&status=Received&sort=dispatchAt&after=" + (base + rows / 2), "/deliveries?size=50&item=note20&after=" + (base + rows / 2), "/deliveries?size=50&status=Shipped&after=" + (base + rows / 2),
                "/deliveries?size=50&status=Cancelled&after=" + (base + rows / 2));
    }

    private void assertFast(String... pages) {
        long priceList = quickest("/phones");
        for (String page : pages) {
            assertThat(shop.get(page).expect(200).body().get("items")).hasSize(50);
            long quickest = quickest(page);
            System.out.printf("%s of 100,000 rows: quickest %d ms; the price list: %d ms%n", page, quickest, priceList);
            assertThat(quickest).as(page).isLessThan(Math.max(50, PRICE_LISTS * priceList));
        }
    }

    /** The shortest of many requests, in milliseconds: something else may delay the others, but a slow page is always slow. */
    private long quickest(String page) {
        return IntStream.range(0, 40).mapToLong(i -> {
            long start = System.nanoTime();
            shop.get(page).expect(200);
            return Duration.ofNanos(System.nanoTime() - start).toMillis();
        }).min().orElseThrow();
    }
}
