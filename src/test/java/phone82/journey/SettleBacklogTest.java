package phone82.journey;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.pay.Payments;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A provider that is slower than the orders: they wait longer than the lease of an intent. */
class SettleBacklogTest {

    private static final int ORDERS = 20;
    /** Four waits for a connection, a call, and half of its limit for a look-up, with the limits below. */
    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(1 + 2 + 1);
    /** How long a request may wait for a worker, with these limits. */
    private static final Duration SPARE = Duration.ofSeconds(1);
    private static final Pattern REQUESTS = Pattern.compile("http_server_requests_seconds_count\\{.*uri=\"provider-perform-operation\".*} (\\S+)");

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.pay.provider-calls=1",
            "--phone82.pay.poll=200ms", "--phone82.pay.provider-limit=2s", "--phone82.pay.provider-authorisation-limit=2s",
            "--phone82.pay.provider-connect-limit=250ms");

    private final Shop shop = PHONE82.gateway();

    @Test
    void eachCaptureIsRequestedOnce() {
        double before = requests();
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"delay\",\"millis\":300}");

        List<Long> orders = IntStream.range(0, ORDERS).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();
        orders.forEach(id -> shop.awaitStatus("/payments/" + id, "Completed"));
        // its capture comes after every other request in the queue
        shop.awaitStatus("/payments/" + shop.place(anOrder()).expect(201).id(), "Completed");

        // an authorisation and a capture each; the provider counts a request a moment after its answer
        await().untilAsserted(() -> assertThat(requests() - before).isEqualTo(2 * (ORDERS + 1)));
    }

    /** It has claimed the payment because the request has waited for too long here. */
    @Test
    void aRequestThatAnotherInstanceHasClaimedIsNotSent() throws Exception {
        JdbcTemplate pay = PHONE82.jdbc(Context.PAY);
        RouteController routes = PHONE82.bean(Context.PAY, CamelContext.class).getRouteController();
        routes.stopRoute("pay-settle-payment");
        long claimed = shop.place(anOrder()).expect(201).id();
        await().during(SPARE).until(() -> pay.queryForObject("select status from payment where order_id = ?", String.class, claimed).equals("Capturing"));
        pay.update("update payment set due_at = ?, version = version + 1 where order_id = ?", Timestamp.from(Instant.now().plus(Duration.ofHours(1))), claimed);
        routes.startRoute("pay-settle-payment");

        // the only worker takes it after the request
        shop.awaitStatus("/payments/" + shop.place(anOrder()).expect(201).id(), "Completed");

        assertThat(PHONE82.provider().account(claimed).expect(200).body().get("captured").asLong()).isZero();
        pay.update("update payment set due_at = ?, version = version + 1 where order_id = ?", Timestamp.from(Instant.now()), claimed);
        shop.awaitStatus("/payments/" + claimed, "Completed");
    }

    /** Otherwise another instance repeats a call that is in progress. */
    @Test
    void anAttemptIsReservedForLongerThanItsCallsMayTake() {
        JdbcTemplate pay = PHONE82.jdbc(Context.PAY);
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"delay\",\"millis\":1000}");
        long id = shop.place(anOrder()).expect(201).id();

        await().until(() -> pay.queryForObject("select status from payment where order_id = ?", String.class, id).equals("Capturing"));

        // it is reserved when a worker takes it
        await().untilAsserted(() -> {
            Duration reserved = pay.queryForObject("select changed_at, due_at from payment where order_id = ?",
                    (row, n) -> Duration.between(row.getTimestamp(1).toInstant(), row.getTimestamp(2).toInstant()), id);
            assertThat(reserved).isGreaterThan(LONGEST_ATTEMPT);
        });
        shop.awaitStatus("/payments/" + id, "Completed");
    }

    /** Sorting them takes longer than reading all of them, which takes many times as long as reading the first of them from the index. */
    @Test
    void aPollDoesNotSortAllDuePayments() throws Exception {
        JdbcTemplate pay = PHONE82.jdbc(Context.PAY);
        RouteController routes = PHONE82.bean(Context.PAY, CamelContext.class).getRouteController();
        routes.stopRoute("pay-settle-due-payments");
        try {
            pay.update("insert into payment (order_id, item, qty, amount, status, version, changed_at, due_at) select -number, 'note20', 1, 1, 'Capturing', 0, "
                    + "current_timestamp, current_timestamp - number second from unnest(sequence_array(1, 50000, 1)) as ids (number)");
            Payments payments = PHONE82.bean(Context.PAY, Payments.class);

            assertThat(payments.due()).hasSize(100).startsWith(-50_000L, -49_999L);

            Duration poll = quickest(payments::due);
            Duration all = quickest(() -> pay.queryForObject("select count(*) from payment where item = 'note21'", Long.class));
            System.out.printf("a poll: %s, reading all: %s%n", poll, all);
            assertThat(poll).isLessThan(all.dividedBy(10));
        } finally {
            pay.update("delete from payment where order_id < 0");
            routes.startRoute("pay-settle-due-payments");
        }
    }

    /** The shortest of some calls: something else may delay the others. */
    private static Duration quickest(Runnable call) {
        return Stream.generate(() -> {
            long begin = System.nanoTime();
            call.run();
            return Duration.ofNanos(System.nanoTime() - begin);
        }).limit(10).min(Comparator.naturalOrder()).orElseThrow();
    }

    @AfterEach
    void removeTheFaults() {
        PHONE82.provider().removeFaults();
    }

    private static double requests() {
        Matcher line = REQUESTS.matcher(PHONE82.operations().metrics());
        double sum = 0;
        while (line.find()) {
            sum += Double.parseDouble(line.group(1));
        }
        return sum;
    }
}
