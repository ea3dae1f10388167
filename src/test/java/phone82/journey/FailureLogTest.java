package phone82.journey;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.ScheduledPollConsumer;
import org.hsqldb.jdbc.JDBCConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** What a caller and an operator get to know of a failure: its cause, once, and a stack trace only of a fault of the program. */
@ExtendWith(OutputCaptureExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureLogTest {

    private static final int INSTANCE_BITS = 12;
    private static final String CALLS = "phone82.pay.ProviderCall";

    /** A stop need not wait for a run of the relay that finds no broker. */
    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.app.new-owners-every=500ms",
            "--phone82.pay.poll=200ms", "--camel.main.shutdown-timeout=2");

    private final Shop app = PHONE82.shop(Context.APP);
    private final Provider provider = PHONE82.provider();
    private final JdbcTemplate orders = PHONE82.bean(Context.APP, JdbcTemplate.class);
    private final JdbcTemplate payments = PHONE82.bean(Context.PAY, JdbcTemplate.class);

    @AfterEach
    void restoreTheProvider() {
        if (provider.hasFaultsLeft()) {
            provider.removeFaults();
        }
    }

    /** Before others have logged such a failure. */
    @Test
    @Order(1)
    void theCauseOfAFailedPaymentCallIsLoggedOnceInAMinuteAndLeavesFewerPlaces(CapturedOutput log) {
        provider.setFaults(fault("authorise", 3));
        double places = PHONE82.operations().metric("phone82_payment_places");

        for (int i = 0; i < 3; i++) {
            app.place(anOrder()).expect(503);
        }

        assertThat(lines(log, "PaymentCall: Pay does not authorise")).singleElement().asString().contains("/payments with statusCode: 503");
        assertThat(lines(log, "ProviderCall: ")).singleElement().asString().contains(" WARN  pay ", "The payment provider does not answer as it should: ", "the provider answers 503");
        assertThat(PHONE82.operations().metric("phone82_payment_places")).isLessThan(places);
    }

    /** The ids of the next seconds are taken. */
    @Test
    void anOrderWhoseIdExistsIsToBeTriedAgain() {
        long id = app.place(anOrder()).expect(201).id();
        orders.update("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) "
                + "select number, 'note20', 1, 1199000, 1199000, 'Shipped', current_timestamp, 0 "
                + "from unnest(sequence_array(cast(? as bigint), cast(? as bigint), cast(? as bigint))) as ids (number)",
                id + (1000L << INSTANCE_BITS), id + (4000L << INSTANCE_BITS), 1L << INSTANCE_BITS);

        Answer refused = await().until(() -> app.place(anOrder()), answer -> answer.status() != 201).expect(503);

        assertThat(refused.body().get("detail").asText()).endsWith("is taken), so this request places no order and charges nothing. Try again in 1 s.");
        await().until(() -> app.place(anOrder()).status() == 201);
    }

    @Test
    void anOrderThatCannotBeStoredIsNotToBeTriedAgainInASecond(CapturedOutput log) {
        orders.execute("alter table orders add constraint few check (qty < 3)");
        try {
            app.place(anOrder().times(3)).expect(500);
        } finally {
            orders.execute("alter table orders drop constraint few");
        }

        assertThat(lines(log, "Problems: Unexpected failure")).hasSize(1);
    }

    @Test
    void aFaultOfTheProgramIsNoUnavailableCancellation(CapturedOutput log) {
        long id = app.place(anOrder()).expect(201).id();
        orders.execute("alter table saga rename to story");
        try {
            app.send("DELETE", "/orders/" + id, null, null).expect(500);
        } finally {
            orders.execute("alter table story rename to saga");
        }

        // the callback of the coordinator fails, too
        assertThat(lines(log, "Problems: Unexpected failure")).filteredOn(line -> line.contains(" app app-cancel-order ")).hasSize(1);
        assertThat(lines(log, "is not cancelled")).isEmpty();
        app.cancel(app.request("/orders/" + id).DELETE()).expect(200, 202);
    }

    @Test
    void aCancellationContinuesAfterAConflictWithTheSettlementOfItsPayment(CapturedOutput log) throws Exception {
        // a capture of another test would take the fault
        await().until(() -> payments.queryForObject("select count(*) from payment where status = 'Capturing'", Long.class) == 0);
        CamelContext pay = PHONE82.bean(Context.PAY, CamelContext.class);
        pay.getRouteController().stopRoute("pay-settle-due-payments");
        try {
            provider.setFaults(fault("capture", 1));
            long id = app.place(anOrder()).expect(201).id();
            await().until(() -> payments.queryForObject("select count(*) from payment where order_id = ? and status = 'Capturing' and attempts > 0", Long.class, id) > 0);

            CompletableFuture<Answer> cancelled = new TransactionTemplate(PHONE82.bean(Context.PAY, PlatformTransactionManager.class)).execute(settlement -> {
                payments.update("update payment set version = version + 1 where order_id = ?", id);
                CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> app.send("DELETE", "/orders/" + id, null, null));
                await().until(() -> payments.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
                return answer;
            });

            cancelled.get().expect(200, 202);
            assertThat(log.getOut()).doesNotContain("Unexpected failure");
        } finally {
            pay.getRouteController().startRoute("pay-settle-due-payments");
        }
    }

    /** Another instance has changed the payment at the same moment. */
    @Test
    void aConflictWithAnotherInstanceIsNoWarning(CapturedOutput log) {
        await().until(() -> payments.queryForObject("select count(*) from payment where status = 'Capturing'", Long.class) == 0);
        double before = failed(Context.PAY, "pay-settle-payment");
        provider.setFaults("{\"operation\":\"capture\",\"kind\":\"delay\",\"millis\":1200,\"count\":1}");
        long id = app.place(anOrder()).expect(201).id();
        await().until(() -> payments.queryForObject("select count(*) from payment where order_id = ? and status = 'Capturing'", Long.class, id) > 0);

        new TransactionTemplate(PHONE82.bean(Context.PAY, PlatformTransactionManager.class)).executeWithoutResult(other -> {
            payments.update("update payment set version = version + 1, due_at = current_timestamp where order_id = ?", id);
            await().until(() -> payments.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
        });

        await().until(() -> app.status("/orders/" + id).equals("Paid"));
        assertThat(failed(Context.PAY, "pay-settle-payment")).as("conflicts").isGreaterThan(before);
        assertThat(lines(log, " pay pay-")).noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }

    @Test
    void aCallbackWithoutADatabaseIsTemporarilyUnavailable(CapturedOutput log) throws Exception {
        Shop store = PHONE82.shop(Context.STORE);
        HikariDataSource pool = PHONE82.bean(Context.STORE, HikariDataSource.class);
        // a callback or an event of an earlier test would find no connection, too
        await().untilAsserted(() -> {
            assertThat(PHONE82.shop(Context.COORDINATOR).get("/lra-coordinator").expect(200).body()).isEmpty();
            assertThat(payments.queryForObject("select count(*) from payment where status = 'Capturing'", Long.class)).isZero();
            assertThat(payments.queryForObject("select count(*) from outbox where sent = false", Long.class)).isZero();
        });
        List<Connection> taken = new ArrayList<>();
        try {
            while (taken.size() < pool.getMaximumPoolSize()) {
                taken.add(pool.getConnection());
            }
            for (int i = 0; i < 2; i++) {
                store.send(store.request("/lra-participant/compensate?Camel-Saga-Compensate=direct://store-undo-cancellation")
                        .header("Long-Running-Action", "http://localhost:1/lra-coordinator/0_1").PUT(BodyPublishers.noBody())).expect(503);
            }
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }

        assertThat(lines(log, "The database does not answer, so ")).singleElement().asString().contains(" WARN  store ");
        assertThat(lines(log, "\tat ")).isEmpty();
    }

    @Test
    void aBrokenConnectionIsNoStackTrace(CapturedOutput log) throws Exception {
        try (Connection connection = PHONE82.bean(Context.STORE, HikariDataSource.class).getConnection()) {
            connection.unwrap(JDBCConnection.class).close();
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
        }
        PHONE82.bean(Context.STORE, MeterRegistry.class).gauge("broken", this, test -> {
            throw new IllegalStateException("no value");
        });

        PHONE82.operations().metrics();

        assertThat(lines(log, "\tat ")).isEmpty();
    }

    @Test
    void aDeclinedReleaseIsAnErrorThatIsLoggedOnce(CapturedOutput log) {
        // the decline answers a repetition
        provider.setFaults("{\"operation\":\"authorise\",\"kind\":\"lose\",\"count\":1}", fault("release", 1),
                "{\"operation\":\"release\",\"kind\":\"decline\",\"count\":1}");

        String trace = app.place(anOrder()).expect(503).body().get("correlationId").asText();

        // the provider gives each repetition the same answer
        await().until(() -> payments.queryForObject("select count(*) from payment where status = 'Releasing' and attempts > 3", Long.class) == 1);
        assertThat(lines(log, "The provider declines to release the money reserved for order")).singleElement().asString()
                .contains("ERROR", " " + trace + " ").containsPattern("Ask the provider to release it, and to answer the request \\d+-1-release with success\\. Pay repeats it every 30 s");
    }

    /** The first attempts follow a batch of events, the others a poll. */
    @Test
    void aLineOfASettlementNamesItsOrderAndTrace(CapturedOutput log) throws Exception {
        await().until(() -> payments.queryForObject("select count(*) from payment where status = 'Capturing'", Long.class) == 0);
        RouteController pay = PHONE82.bean(Context.PAY, CamelContext.class).getRouteController();
        LoggingSystem levels = LoggingSystem.get(getClass().getClassLoader());
        levels.setLogLevel(CALLS, LogLevel.DEBUG);
        List<Long> ids;
        try {
            provider.setFaults(fault("capture", 8));
            pay.stopRoute("pay-receive-events");
            ids = Stream.generate(() -> app.place(anOrder()).expect(201).id()).limit(4).toList();
            await().until(() -> orders.queryForObject("select count(*) from outbox where sent = false", Long.class) == 0);
            pay.startRoute("pay-receive-events");
            await().untilAsserted(() -> assertThat(provider.hasFaultsLeft()).isFalse());
        } finally {
            pay.startRoute("pay-receive-events");
            levels.setLogLevel(CALLS, null);
        }
        List<String> expected = ids.stream().map(id -> " pay pay-call-provider " + id + " " + trace(id) + " ProviderCall: " + id + "-1-capture has ").toList();
        assertThat(lines(log, "-capture has no answer yet")).hasSizeGreaterThanOrEqualTo(8)
                .allMatch(line -> expected.stream().anyMatch(line::contains));
    }

    /** The correlation id in the timeline of an order. */
    private static String trace(long id) {
        return await().until(() -> PHONE82.shop(Context.CUSTOMER).get("/history/" + id).body().at("/timeline/0/correlationId").asText(), each -> !each.isEmpty());
    }

    @Test
    void runsThatPassNoNewOwnerOnAreOneLineAMinute(CapturedOutput log) throws Exception {
        JdbcTemplate deliveries = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        long id = app.place(anOrder()).expect(201).id();
        await().until(() -> deliveries.queryForObject("select count(*) from delivery where order_id = ?", Long.class, id) > 0);
        deliveries.execute("alter table delivery rename to parcel");
        try {
            runs("app-repeat-new-owners", FailureLogTest::exchanges, () -> changeOwner(id, Instant.now()));
        } finally {
            deliveries.execute("alter table parcel rename to delivery");
            orders.update("delete from new_owner");
            PHONE82.bean(Context.APP, CamelContext.class).getRouteController().startRoute("app-repeat-new-owners");
        }

        assertThat(lines(log, " WARN  app app-repeat-new-owners ")).singleElement().asString()
                .contains("Order " + id + " has a new owner, but pay or store does not take it: HTTP operation failed", "/deliveries/" + id + "/owner with statusCode: 500");
        assertThat(lines(log, "is not passed on now")).isEmpty();
    }

    @Test
    void aNewOwnerOfAnOrderThatStaysUnpaidIsOneLineAMinute(CapturedOutput log) throws Exception {
        provider.setFaults(fault("capture", 1000));
        long id = app.place(anOrder()).expect(201).id();
        runs("app-repeat-new-owners", FailureLogTest::exchanges, () -> changeOwner(id, Instant.now()));
        assertThat(lines(log, "has a new owner")).as("at first").isEmpty();
        runs("app-repeat-new-owners", FailureLogTest::exchanges, () -> orders.update("update new_owner set changed_at = ?", Timestamp.from(Instant.now().minusSeconds(90))));
        orders.update("delete from new_owner");
        PHONE82.bean(Context.APP, CamelContext.class).getRouteController().startRoute("app-repeat-new-owners");

        assertThat(lines(log, "has a new owner")).singleElement().asString().contains("Order " + id + " has a new owner, but store does not know the order");
    }

    private void changeOwner(long order, Instant at) {
        orders.update("insert into new_owner (order_id, owner, changed_at) values (?, 'mia', ?)", order, Timestamp.from(at));
    }

    @Test
    void aNewOwnerThatIsPassedOnLaterIsNoWarning(CapturedOutput log) throws Exception {
        long id = app.place(anOrder()).expect(201).id();
        await().until(() -> payments.queryForObject("select count(*) from payment where order_id = ? and status = 'Completed'", Long.class, id) > 0);
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        camel.getRouteController().stopRoute("app-repeat-new-owners");
        try {
            payments.execute("alter table payment rename to paid");
            try {
                // an event of the order may write the row at the same time
                await().untilAsserted(() -> {
                    orders.update("update orders set owner = null where id = ?", id);
                    app.send("PUT", "/orders/" + id + "/customer", "application/json", "{\"subject\":\"ann\"}").expect(200);
                });
            } finally {
                payments.execute("alter table paid rename to payment");
            }
            assertThat(orders.queryForObject("select count(*) from new_owner where order_id = ?", Long.class, id)).isOne();
        } finally {
            camel.getRouteController().startRoute("app-repeat-new-owners");
        }

        await().until(() -> orders.queryForObject("select count(*) from new_owner where order_id = ?", Long.class, id) == 0);
        double before = exchanges("app-repeat-new-owners");
        await().until(() -> exchanges("app-repeat-new-owners") > before);
        assertThat(lines(log, " WARN  app app-repeat-new-owners ")).isEmpty();
    }

    @Test
    void aFaultOfTheProgramInABackgroundRouteIsOneLineWithItsStackTrace(CapturedOutput log) throws Exception {
        double runs = runs("app-repeat-new-owners", FailureLogTest::failed, () -> orders.execute("alter table new_owner rename to no_owner"));
        orders.execute("alter table no_owner rename to new_owner");
        PHONE82.bean(Context.APP, CamelContext.class).getRouteController().startRoute("app-repeat-new-owners");

        assertThat(lines(log, "Unexpected failure")).hasSize((int) runs).allMatch(line -> line.contains(" ERROR app app-repeat-new-owners "));
        assertThat(lines(log, "Error processing exchange")).isEmpty();
    }

    /** Its exchange fails, and so does the poll, which is rolled back as a whole. */
    @Test
    void aFaultOfTheProgramInAPollIsOneLineWithItsStackTrace(CapturedOutput log) throws Exception {
        JdbcTemplate deliveries = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        CamelContext store = PHONE82.bean(Context.STORE, CamelContext.class);
        ScheduledPollConsumer poll = (ScheduledPollConsumer) store.getRoute("store-ship-due").getConsumer();
        long id = app.place(anOrder()).expect(201).id();
        await().until(() -> deliveries.queryForObject("select count(*) from delivery where order_id = ?", Long.class, id) > 0);
        deliveries.execute("alter table outbox add constraint nothing_shipped check (topic <> 'phone82.store.Shipped')");
        try {
            deliveries.update("update delivery set dispatch_at = current_timestamp where order_id = ?", id);
            await().until(() -> poll.getErrorCounter() > 1);
            store.getRouteController().suspendRoute("store-ship-due");

            await().untilAsserted(() -> assertThat(lines(log, "Unexpected failure")).hasSize((int) poll.getErrorCounter())
                    .allMatch(line -> line.contains(" ERROR store store-ship-due ")));
        } finally {
            deliveries.execute("alter table outbox drop constraint nothing_shipped");
            store.getRouteController().resumeRoute("store-ship-due");
        }
        assertThat(lines(log, "nothing_shipped".toUpperCase(Locale.ROOT))).isNotEmpty();
        await().until(() -> app.status("/orders/" + id).equals("Shipped"));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void runsOfTheRelayWithoutABrokerAreOneLineAMinute(CapturedOutput log) throws Exception {
        PHONE82.stop(Context.BROKER);
        app.place(anOrder()).expect(201);

        await().atMost(Duration.ofMinutes(1)).until(() -> failed("relay-events") > 1);
        PHONE82.bean(Context.APP, CamelContext.class).getRouteController().stopRoute("relay-events");
        double runs = failed("relay-events");

        assertThat(runs).isGreaterThan(1);
        assertThat(lines(log, " app relay-events ")).singleElement().asString().contains(" WARN ", "The run failed, and is repeated ", "Cannot connect to server");
        assertThat(lines(log, "\tat ")).isEmpty();
    }

    /** Makes a route of app run at least twice after a change; returns how often it has run then, and is not running any more. */
    private static double runs(String route, ToDoubleFunction<String> count, Runnable change) throws Exception {
        RouteController routes = PHONE82.bean(Context.APP, CamelContext.class).getRouteController();
        routes.stopRoute(route);
        double before = count.applyAsDouble(route);
        change.run();
        routes.startRoute(route);
        await().until(() -> count.applyAsDouble(route) > before + 1);
        routes.stopRoute(route);
        return count.applyAsDouble(route) - before;
    }

    private static double exchanges(String route) {
        return PHONE82.bean(Context.APP, MeterRegistry.class).get("camel.exchanges.total").tag("routeId", route).counter().count();
    }

    private static double failed(String route) {
        return failed(Context.APP, route);
    }

    private static double failed(Context context, String route) {
        return PHONE82.bean(context, MeterRegistry.class).get("camel.exchanges.failed").tag("routeId", route).counter().count();
    }

    private static String fault(String operation, int count) {
        return "{\"operation\":\"" + operation + "\",\"kind\":\"refuse\",\"count\":" + count + "}";
    }

    private static List<String> lines(CapturedOutput log, String text) {
        return log.getOut().lines().filter(line -> line.contains(text)).toList();
    }
}
