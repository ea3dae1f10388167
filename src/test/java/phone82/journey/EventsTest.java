package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.OrderDrafting;
import phone82.app.OrderMetrics;
import phone82.app.Orders;
import phone82.app.StuckOrders;
import phone82.customer.History;
import phone82.pay.RejectedPayments;
import phone82.platform.event.Event;
import phone82.platform.event.Inbox;
import phone82.platform.identity.Caller;
import phone82.platform.observability.Correlation;
import phone82.store.Deliveries;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Each event delivered twice, and the events of one order in every sequence: a context always ends in the same state. */
@Tag("databases")
class EventsTest {

    private static final String DUPLICATES = "phone82.events.duplicates";

    @Nested
    class App {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP), "--phone82.app.stuck-every=500ms");

        static List<List<String>> arrivals() {
            return Topics.everySequenceOf(List.of("pay.PayCompleted", "store.Shipped"));
        }

        @ParameterizedTest
        @MethodSource("arrivals")
        void anOrderEndsShipped(List<String> arrival) {
            long id = placed();

            PHONE82.topics().sendTwice(id, arrival);

            await().during(Duration.ofMillis(300)).untilAsserted(() ->
                    assertThat(PHONE82.shop(Context.APP).status("/orders/" + id)).isEqualTo("Shipped"));
        }

        static List<List<String>> arrivalsOfAPause() {
            return Topics.everySequenceOf(List.of("store.DeliveryPaused", "store.DeliveryResumed"));
        }

        @ParameterizedTest
        @MethodSource("arrivalsOfAPause")
        void aPauseThatHasEndedDoesNotHideAStuckOrder(List<String> arrival) {
            long id = stuck(2);

            PHONE82.topics().sendTwice(id, arrival);
            PHONE82.topics().sendTwice(id, List.of("pay.PayCompleted"));

            PHONE82.shop(Context.APP).awaitStatus("/orders/" + id, "Paid");
            assertThat(PHONE82.bean(Context.APP, StuckOrders.class).count()).isEqualTo(1);
        }

        @Test
        void anOrderThatIsBeingCancelledIsNotStuck() {
            long id = stuck(2);
            JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);
            jdbc.update("update orders set status = 'Cancelling', resume_as = 'Ordered' where id = ?", id);
            Timestamp now = new Timestamp(System.currentTimeMillis());
            jdbc.update("update stuck set ask_at = ?", now);
            StuckOrders stuckOrders = PHONE82.bean(Context.APP, StuckOrders.class);

            assertThat(stuckOrders.due()).isNull();

            assertThat(jdbc.queryForObject("select count(*) from stuck where asked = 2 and ask_at = ?", Integer.class, now)).isOne();
            assertThat(stuckOrders.count()).isZero();
            HttpRequest.Builder again = PHONE82.operations().requestOfOperator("/repairs/app/stuck-orders").header("Content-Type", "application/json");
            assertThat(PHONE82.operations().send(again.POST(BodyPublishers.ofString("{}"))).expect(200).body().get("repaired").asInt()).isZero();
            jdbc.update("update orders set status = 'Ordered', resume_as = null where id = ?", id);
            await().untilAsserted(() -> assertThat(jdbc.queryForObject("select ask_at from stuck", Timestamp.class)).isAfter(now));
        }

        /** Neither pay nor store runs. */
        @Test
        void aReplayThatIsImpossibleIsRepeatedAfterTheShortestPause() {
            stuck(5);
            JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);
            jdbc.update("update stuck set ask_at = ?", Timestamp.from(Instant.now()));

            await().untilAsserted(() -> assertThat(jdbc.queryForObject("select count(*) from stuck where asked = 2 and ask_at > ? and ask_at < ?", Integer.class,
                    Timestamp.from(Instant.now().plus(Duration.ofMinutes(9))), Timestamp.from(Instant.now().plus(Duration.ofMinutes(11))))).isOne());
            assertThat(PHONE82.bean(Context.APP, StuckOrders.class).count()).isOne();
        }

        /** The only order that is known to be stuck; its events are not sent again yet. */
        private static long stuck(int asked) {
            JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);
            long id = placed();
            jdbc.update("delete from stuck");
            jdbc.update("insert into stuck (order_id, asked, ask_at) values (?, ?, ?)", id, asked, Timestamp.from(Instant.now().plus(Duration.ofDays(1))));
            return id;
        }

        @Test
        void whatIsRolledBackIsNotCounted() {
            MeterRegistry metrics = PHONE82.bean(Context.APP, MeterRegistry.class);
            TransactionTemplate transactions = new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class));
            Orders orders = PHONE82.bean(Context.APP, Orders.class);
            Inbox inbox = PHONE82.bean(Context.APP, Inbox.class);
            OrderMetrics orderMetrics = PHONE82.bean(Context.APP, OrderMetrics.class);
            long id = placed();
            Event event = event(id);
            transactions.executeWithoutResult(once -> inbox.add(event.id()));
            double duplicates = metrics.get(DUPLICATES).counter().count();
            long shipped = metrics.get("phone82.order.to.shipped").timer().count();
            Consumer<TransactionStatus> again = transaction -> {
                inbox.add(event.id());
                orderMetrics.shipped(orders.shipped(new Orders.Shipped(id, Instant.now())));
            };

            transactions.executeWithoutResult(again.andThen(TransactionStatus::setRollbackOnly));
            assertThat(metrics.get(DUPLICATES).counter().count()).isEqualTo(duplicates);
            assertThat(metrics.get("phone82.order.to.shipped").timer().count()).isEqualTo(shipped);

            transactions.executeWithoutResult(again);
            assertThat(metrics.get(DUPLICATES).counter().count()).isEqualTo(duplicates + 1);
            assertThat(metrics.get("phone82.order.to.shipped").timer().count()).isEqualTo(shipped + 1);
        }

        @Test
        void theDispatchDelayAndADealersPauseAreNoDelay() {
            Timer delay = PHONE82.bean(Context.APP, MeterRegistry.class).get("phone82.shipment.delay").timer();
            double before = delay.totalTime(TimeUnit.SECONDS);
            long paused = placed();
            PHONE82.topics().sendTwice(paused, List.of("store.DeliveryPaused", "store.DeliveryResumed"));
            await().untilAsserted(() -> assertThat(PHONE82.bean(Context.APP, JdbcTemplate.class)
                    .queryForObject("select count(*) from paused where order_id = ? and ended = true", Long.class, paused)).isEqualTo(1));

            shipped(paused, Duration.ofHours(1));
            assertThat(delay.totalTime(TimeUnit.SECONDS)).isEqualTo(before);
            shipped(placed(), Duration.ofSeconds(10));
            assertThat(delay.totalTime(TimeUnit.SECONDS) - before).isLessThan(5);
            shipped(placed(), Duration.ofSeconds(110));
            assertThat(delay.totalTime(TimeUnit.SECONDS) - before).isBetween(100.0, 105.0);
        }

        private static void shipped(long id, Duration later) {
            Orders orders = PHONE82.bean(Context.APP, Orders.class);
            OrderMetrics metrics = PHONE82.bean(Context.APP, OrderMetrics.class);
            new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class))
                    .executeWithoutResult(transaction -> metrics.shipped(orders.shipped(new Orders.Shipped(id, Instant.now().plus(later)))));
        }

        private static long placed() {
            return PHONE82.bean(Context.APP, Orders.class)
                    .place(PHONE82.bean(Context.APP, OrderDrafting.class).draft(new NewOrder("note20", 1), Caller.DEMO), null).id();
        }
    }

    @Nested
    class Pay {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.PAY));

        private final Shop pay = PHONE82.shop(Context.PAY);

        @Test
        void anAcceptedOrderIsPaidOnce() throws JMSException {
            authorise(1).expect(201);

            PHONE82.topics().sendTwice(1, List.of("app.Ordered"));

            pay.awaitStatus("/payments/1", "Completed");
            assertThat(PHONE82.topics().readUntilSilent("store", "phone82.pay.*::store"))
                    .filteredOn(paid -> attribute(paid, "cloudEvents_subject").equals("1")).hasSize(1);
        }

        @Test
        void aRejectionVoidsTheAuthorisation() {
            authorise(2).expect(201);

            PHONE82.topics().sendTwice(2, List.of("app.OrderRejected"));

            pay.awaitStatus("/payments/2", "Voided");
        }

        @Test
        void anEarlyRejectionPreventsTheAuthorisation() {
            PHONE82.topics().sendTwice(3, List.of("app.OrderRejected"));

            JdbcTemplate jdbc = PHONE82.bean(Context.PAY, JdbcTemplate.class);
            await().untilAsserted(() -> assertThat(jdbc.queryForList("select status from payment where order_id = 3", String.class)).containsExactly("Rejected"));
            authorise(3).expect(409);
            pay.get("/payments/3").expect(404);
        }

        @Test
        void anotherOrderWithTheSameIdNeitherUsesNorReleasesThePayment() {
            authorise(4, "one", "note20").expect(201);
            authorise(4, "one", "note20").expect(201);

            assertThat(authorise(4, "other", "note20").expect(409).body().get("title").asText()).isEqualTo("Order id taken");
            authorise(4, null, "note20").expect(409);
            authorise(4, "one", "note21").expect(409);
            reject(4, "other");
            PHONE82.topics().sendTwice(4, List.of("app.Ordered"));

            pay.awaitStatus("/payments/4", "Completed");
        }

        @Test
        void aRejectionWithItsOwnKeyVoidsTheAuthorisation() {
            authorise(5, "one", "note20").expect(201);

            reject(5, "one");

            pay.awaitStatus("/payments/5", "Voided");
        }

        @Test
        void oldRejectionsAreDeleted() {
            JdbcTemplate jdbc = PHONE82.bean(Context.PAY, JdbcTemplate.class);
            RejectedPayments rejected = PHONE82.bean(Context.PAY, RejectedPayments.class);
            reject(6, "one");
            await().untilAsserted(() -> assertThat(jdbc.queryForList("select status from payment where order_id = 6", String.class)).containsExactly("Rejected"));
            authorise(8, "one", "sim-decline").expect(402);
            authorise(9, "one", "note20").expect(201);

            rejected.purge();
            authorise(6, "one", "note20").expect(409);
            authorise(8, "one", "sim-decline").expect(409);

            jdbc.update("update payment set changed_at = ? where order_id in (6, 8, 9)", Timestamp.from(Instant.now().minus(Duration.ofDays(32))));
            assertThat(rejected.purge()).isEqualTo(2);
            assertThat(pay.status("/payments/9")).isEqualTo("Authorised");
            authorise(8, "one", "sim-decline").expect(402);
            authorise(6, "one", "note20").expect(201);
            reject(6, "one");
            pay.awaitStatus("/payments/6", "Voided");
        }

        private static void reject(long orderId, String key) {
            PHONE82.topics().send("app.OrderRejected", orderId, UUID.randomUUID().toString(),
                    "{\"orderId\":" + orderId + ",\"reason\":\"payment not authorised\",\"paymentKey\":\"" + key + "\"}");
        }

        private Shop.Answer authorise(long orderId) {
            return authorise(orderId, null, "note20");
        }

        private Shop.Answer authorise(long orderId, String key, String item) {
            HttpRequest.Builder request = pay.request("/payments").header("Content-Type", "application/json").POST(BodyPublishers.ofString(
                    "{\"orderId\":" + orderId + ",\"item\":\"" + item + "\",\"qty\":1,\"amount\":1199000}"));
            return pay.send(key == null ? request : request.header("Payment-Key", key));
        }
    }

    @Nested
    class Store {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.STORE),
                "--phone82.store.dispatch-delay=0s");

        @Test
        void aPaidOrderIsShippedOnce() {
            PHONE82.topics().sendTwice(1, List.of("pay.PayCompleted"));

            PHONE82.shop(Context.STORE).awaitStatus("/deliveries/1", "Shipped");
            assertThat(PHONE82.topics().readUntilSilent("app", "phone82.*.*::app"))
                    .filteredOn(event -> attribute(event, "cloudEvents_type").equals("phone82.store.Shipped") && attribute(event, "cloudEvents_subject").equals("1")).hasSize(1);
        }

        @Test
        void anotherOrderWithTheSameIdIsNotConfusedWithIt() {
            PHONE82.topics().sendTwice(2, List.of("pay.PayCompleted"));
            PHONE82.shop(Context.STORE).awaitStatus("/deliveries/2", "Shipped");

            assertThatIllegalStateException().isThrownBy(() -> PHONE82.bean(Context.STORE, Deliveries.class).receive(new Deliveries.PayCompleted(2, "note21", 1, "demo")))
                    .withMessageContaining("order 2 is of 1 x note20 here, and paid for 1 x note21");
        }
    }

    @Nested
    class Customer {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.CUSTOMER));

        private final Shop view = PHONE82.shop(Context.CUSTOMER);

        static List<List<String>> arrivals() {
            return Topics.everySequenceOf(List.of("app.Ordered", "pay.PayCompleted", "store.OrderReceived", "store.Shipped"));
        }

        @ParameterizedTest
        @MethodSource("arrivals")
        void theViewIsTheSameAfterEverySequence(List<String> arrival) {
            long id = arrivals().indexOf(arrival) + 1;

            PHONE82.topics().sendTwice(id, arrival);

            await().untilAsserted(() -> assertThat(view.timeline(id)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
            JsonNode order = view.get("/history/" + id).body();
            assertThat(order.get("status").asText()).isEqualTo("Shipped");
            assertThat(order.get("item").asText()).isEqualTo("note20");
            assertThat(order.get("qty").asInt()).isEqualTo(1);
            assertThat(order.get("amount").asLong()).isEqualTo(1_199_000);
            assertThat(order.get("orderedAt").asText()).isEqualTo("2030-01-01T00:00:00Z");
        }

        static List<List<String>> arrivalsOfAFailedRefund() {
            return Topics.everySequenceOf(List.of("app.Ordered", "pay.PayCompleted", "app.OrderCancelled", "pay.RefundFailed"));
        }

        @ParameterizedTest
        @MethodSource("arrivalsOfAFailedRefund")
        void aFailedRefundLeavesTheOrderCancelled(List<String> arrival) {
            long id = 100 + arrivalsOfAFailedRefund().indexOf(arrival);

            PHONE82.topics().sendTwice(id, arrival);

            await().untilAsserted(() -> assertThat(view.timeline(id))
                    .containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderCancelled", "RefundFailed"));
            assertThat(view.status("/history/" + id)).isEqualTo("Cancelled");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {"200 | pay.RefundFailed", "201 | pay.RefundFailed,pay.PayCancelled", "202 | pay.PayCancelled,pay.RefundFailed"})
        void aFailedRefundKeepsItsReason(long id, String arrival) {
            List<String> events = List.of(arrival.split(","));
            for (String event : events) {
                PHONE82.topics().send(event, id, UUID.randomUUID().toString(), "{\"orderId\":" + id
                        + (event.equals("pay.RefundFailed") ? ",\"amount\":1199000,\"reason\":\"account closed\"}" : ",\"reason\":\"settled by hand\"}"));
            }

            await().untilAsserted(() -> assertThat(view.timeline(id))
                    .containsExactlyInAnyOrderElementsOf(events.stream().map(event -> event.replace("pay.", "")).toList()));
            JsonNode order = view.get("/history/" + id).body();
            assertThat(order.get("status").asText()).isEqualTo("Cancelled");
            assertThat(order.get("timeline")).anySatisfy(step -> {
                assertThat(step.get("type").asText()).isEqualTo("RefundFailed");
                assertThat(step.get("reason").asText()).isEqualTo("account closed");
            });
        }

        @Test
        void aRejectedOrderIsNotShown() {
            PHONE82.topics().sendTwice(1000, List.of("app.OrderRejected"));
            PHONE82.topics().sendTwice(1001, List.of("app.Ordered"));

            await().untilAsserted(() -> view.get("/history/1001").expect(200));
            view.get("/history/1000").expect(404);
        }

        @Test
        void aDuplicateThatIsRolledBackIsNotCounted() {
            Counter duplicates = PHONE82.bean(Context.CUSTOMER, MeterRegistry.class).get(DUPLICATES).counter();
            TransactionTemplate transactions = new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class));
            Event event = event(1003);
            Consumer<TransactionStatus> record = transaction -> PHONE82.bean(Context.CUSTOMER, History.class).record(event);
            transactions.executeWithoutResult(record);
            double before = duplicates.count();

            transactions.executeWithoutResult(record.andThen(TransactionStatus::setRollbackOnly));
            assertThat(duplicates.count()).isEqualTo(before);

            transactions.executeWithoutResult(record);
            assertThat(duplicates.count()).isEqualTo(before + 1);
        }

        @Test
        void onlyOldEventIdsAreDeleted() {
            PHONE82.topics().sendTwice(1002, List.of("app.Ordered"));
            await().untilAsserted(() -> view.get("/history/1002").expect(200));
            Instant longAgo = Instant.now().minus(Duration.ofDays(32));
            PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class)
                    .update("insert into inbox (event_id, seen_at) values ('old', ?)", Timestamp.from(longAgo));

            assertThat(PHONE82.bean(Context.CUSTOMER, Inbox.class).purge()).isEqualTo(1);
        }
    }

    private static Event event(long id) {
        return new Event(UUID.randomUUID().toString(), "phone82.app.Ordered", String.valueOf(id), Instant.now(), Correlation.begin(null), "{\"orderId\":" + id + "}");
    }

    private static String attribute(Message event, String name) {
        try {
            return event.getStringProperty(name);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
