package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.Order;
import phone82.app.OrderDrafting;
import phone82.app.Orders;
import phone82.platform.api.Json;
import phone82.platform.event.EventLog;
import phone82.platform.event.Outbox;
import phone82.platform.identity.Caller;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The relay of events, interrupted between sending an event and marking it: nothing is lost, and nothing takes effect twice. */
@Tag("databases")
class RelayTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP));

    private final JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);

    @Test
    void anUnmarkedBatchIsSentAgainWithoutEffect() throws Exception {
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        camel.getRouteController().stopRoute("relay-events");
        List<Long> ids = placeOrders(Outbox.BATCH);
        List<Map<String, Object>> rows = jdbc.queryForList("select * from outbox where sent = false order by seq");

        camel.getRouteController().startRoute("relay-events");
        awaitEmptyOutbox();
        rows.forEach(row -> jdbc.update("update outbox set sent = false where seq = ?", row.get("SEQ")));
        List<Long> more = placeOrders(1);
        awaitEmptyOutbox();

        List<Long> expected = new ArrayList<>(ids);
        expected.addAll(more);
        assertThat(PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay")).extracting(event -> Long.valueOf(event.getStringProperty("cloudEvents_subject")))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void anEventOfARolledBackTransactionIsNotSent() {
        Orders orders = PHONE82.bean(Context.APP, Orders.class);
        Order order = PHONE82.bean(Context.APP, OrderDrafting.class).draft(new NewOrder("note20", 1), Caller.DEMO);

        new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class)).executeWithoutResult(tx -> {
            orders.place(order, null);
            tx.setRollbackOnly();
        });

        assertThat(jdbc.queryForObject("select count(*) from outbox where sent = false", Long.class)).isZero();
        PHONE82.shop(Context.APP).get("/orders/" + order.id()).expect(404);
    }

    @Test
    void anEventWhoseMarkIsRolledBackIsNotCounted() throws Exception {
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        Outbox outbox = PHONE82.bean(Context.APP, Outbox.class);
        awaitEmptyOutbox();
        camel.getRouteController().stopRoute("relay-events");
        double before = PHONE82.eventsSent(Context.APP);
        placeOrders(1);

        new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class)).executeWithoutResult(tx -> {
            List<Outbox.Row> rows = outbox.take();
            assertThat(rows).hasSize(1);
            outbox.markSent(rows);
            tx.setRollbackOnly();
        });

        assertThat(PHONE82.eventsSent(Context.APP)).isEqualTo(before);
        camel.getRouteController().startRoute("relay-events");
        await().untilAsserted(() -> assertThat(PHONE82.eventsSent(Context.APP)).isEqualTo(before + 1));
    }

    @Test
    void sentEventsCanBeReplayedToASubscriptionThatLostThem() throws Exception {
        Shop app = PHONE82.shop(Context.APP);
        Instant start = Instant.now();
        List<Long> ids = placeOrders(3);
        awaitEmptyOutbox();
        PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay");

        List<JsonNode> events = app.all("/events").stream().filter(event -> !Instant.parse(event.get("time").asText()).isBefore(start)).toList();
        assertThat(events).extracting(event -> event.get("type").asText() + " " + event.get("subject").asText() + " " + event.at("/data/orderId").asLong())
                .containsExactlyElementsOf(ids.stream().map(id -> "phone82.app.Ordered " + id + " " + id).toList());
        assertThat(app.all("/events")).as("the very first too").hasSize(jdbc.queryForObject("select count(*) from outbox", Integer.class));
        assertThat(app.get("/events?since=" + Instant.now().plusSeconds(70).toEpochMilli()).expect(200).body().get("items")).isEmpty();

        double sent = PHONE82.eventsSent(Context.APP);
        assertThat(replayAll(app, "{\"orders\":[" + ids.get(1) + "]}")).isOne();
        awaitEmptyOutbox();
        await().untilAsserted(() -> assertThat(PHONE82.eventsSent(Context.APP)).isEqualTo(sent + 1));
        assertThat(replayAll(app, "{\"since\":" + start.toEpochMilli() + "}")).isGreaterThanOrEqualTo(3);
        awaitEmptyOutbox();
        assertThat(PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay"))
                .extracting(event -> event.getStringProperty("cloudEvents_subject") + " " + event.getStringProperty("cloudEvents_id"))
                .startsWith(ids.get(1) + " " + events.get(1).get("id").asText())
                .endsWith(events.stream().map(event -> event.get("subject").asText() + " " + event.get("id").asText()).toArray(String[]::new));
    }

    @Test
    void oldSentEventsAreDeletedInStepsWithoutSlowingTheRelay() {
        EventLog log = PHONE82.bean(Context.APP, EventLog.class);
        Outbox outbox = PHONE82.bean(Context.APP, Outbox.class);
        long young = placeOrders(1).get(0);
        awaitEmptyOutbox();
        Timestamp old = Timestamp.from(Instant.now().minus(Duration.ofDays(31)));
        int rows = 20_000;
        TransactionTemplate transaction = new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class));
        Duration usual = relays(transaction, outbox);
        transaction.executeWithoutResult(tx -> jdbc.batchUpdate("insert into outbox (seq, event_id, topic, subject, happened_at, traceparent, body, sent) "
                        + "values (?, ?, 'phone82.app.Ordered', '0', ?, ?, ?, true)",
                LongStream.range(-rows, 0).mapToObj(seq -> new Object[]{seq, String.valueOf(seq), old, "", "{\"orderId\":1}"}).toList()));

        assertThat(relays(transaction, outbox)).as("200 relays beside a long log").isLessThan(Collections.max(List.of(Duration.ofSeconds(3), usual.multipliedBy(3))));
        assertThat(PHONE82.shop(Context.APP).get("/events").expect(200).body().findValuesAsText("subject")).isNotEmpty().doesNotContain("0");

        jdbc.update("update outbox set happened_at = ? where seq between -19500 and -18400 or seq = -5", Timestamp.from(Instant.now().plus(Duration.ofDays(400))));

        log.purge();
        assertThat(jdbc.queryForObject("select count(*) from outbox where seq < 0", Long.class)).isZero();
        assertThat(jdbc.queryForObject("select count(*) from outbox where subject = ?", Long.class, String.valueOf(young))).isOne();
    }

    /** How long 200 of them take, with nothing to send. */
    private static Duration relays(TransactionTemplate transaction, Outbox outbox) {
        long begin = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            assertThat(transaction.<List<Outbox.Row>>execute(tx -> outbox.take())).isEmpty();
            assertThat(outbox.depth()).isZero();
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void theEventsOfOneOrderAreSentAgainAlthoughManyWait() throws Exception {
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        long id = placeOrders(1).get(0);
        awaitEmptyOutbox();
        camel.getRouteController().stopRoute("relay-events");
        jdbc.batchUpdate("insert into outbox (event_id, topic, subject, happened_at, traceparent, body, sent) values (?, 'phone82.app.Ordered', '0', ?, '', '{}', false)",
                LongStream.range(0, 2000).mapToObj(n -> new Object[]{"waiting " + n, Timestamp.from(Instant.now())}).toList());

        JsonNode all = PHONE82.shop(Context.APP).post("/events/replay", "{}").expect(200).body();
        JsonNode one = PHONE82.shop(Context.APP).post("/events/replay", "{\"orders\":[" + id + "]}").expect(200).body();

        jdbc.update("delete from outbox where subject = '0'");
        camel.getRouteController().startRoute("relay-events");
        assertThat(all.get("replayed").asInt()).isZero();
        assertThat(one.get("replayed").asInt()).isOne();
        assertThat(one.has("next")).isFalse();
        awaitEmptyOutbox();
    }

    @Test
    void theEventsOfAnOrderAreFoundInStepsOfALongLog() throws Exception {
        EventLog log = PHONE82.bean(Context.APP, EventLog.class);
        awaitEmptyOutbox();
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        camel.getRouteController().stopRoute("relay-events");
        int rows = 20_001;
        jdbc.batchUpdate("insert into outbox (seq, event_id, topic, subject, happened_at, traceparent, body, sent) values (?, ?, 'phone82.app.Ordered', ?, ?, '', '{}', true)",
                LongStream.range(-rows, 0).mapToObj(seq -> new Object[]{seq, "long " + seq, seq == -rows || seq == -1 ? "77" : "0", Timestamp.from(Instant.now())}).toList());
        try {
            List<EventLog.Replayed> steps = new ArrayList<>();
            EventLog.Replay next = new EventLog.Replay(null, null, -1L, List.of(77L));
            while (next != null) {
                EventLog.Replayed step = log.replay(next);
                steps.add(step);
                next = step.next() == null ? null : new EventLog.Replay(null, step.next(), step.until(), next.orders());
            }

            assertThat(steps).extracting(EventLog.Replayed::next).containsExactly(-10_002L, -2L, null);
            assertThat(steps).extracting(EventLog.Replayed::replayed).containsExactly(1, 0, 1);
        } finally {
            jdbc.update("delete from outbox where seq < 0");
            camel.getRouteController().startRoute("relay-events");
        }
    }

    @Test
    void aReplayFromTheFirstPlaceWaitsWhileManyWait() throws Exception {
        awaitEmptyOutbox();
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        camel.getRouteController().stopRoute("relay-events");
        String row = "insert into outbox (seq, event_id, topic, subject, happened_at, traceparent, body, sent) values (?, ?, 'phone82.app.Ordered', '0', ?, '', '{}', ?)";
        // the first place of a log in HSQLDB
        jdbc.update("delete from outbox where seq = 0");
        jdbc.update(row, 0, "first", Timestamp.from(Instant.now()), true);
        jdbc.batchUpdate(row, LongStream.range(0, 2000).mapToObj(n -> new Object[]{1_000_000 + n, "wait " + n, Timestamp.from(Instant.now()), false}).toList());
        try {
            for (String request : List.of("{\"since\":0}", "{}")) {
                JsonNode first = PHONE82.shop(Context.APP).post("/events/replay", request).expect(200).body();
                jdbc.update("update outbox set sent = true where subject = '0'");
                assertThat(first.get("replayed").asInt()).isZero();
                JsonNode second = PHONE82.shop(Context.APP).post("/events/replay", "{\"after\":" + first.get("next") + ",\"until\":0}").expect(200).body();
                assertThat(second.get("replayed").asInt()).isOne();
                jdbc.update("update outbox set sent = false where seq >= 1000000");
            }
        } finally {
            jdbc.update("delete from outbox where subject = '0'");
            camel.getRouteController().startRoute("relay-events");
        }
    }

    private static int replayAll(Shop app, String request) {
        int replayed = 0;
        ObjectNode next = (ObjectNode) Json.read(request, JsonNode.class);
        while (next != null) {
            JsonNode answer = app.post("/events/replay", next.toString()).expect(200).body();
            replayed += answer.get("replayed").asInt();
            next = answer.has("next") ? next.put("after", answer.get("next").asLong()).put("until", answer.get("until").asLong()) : null;
        }
        return replayed;
    }

    private static List<Long> placeOrders(int count) {
        Orders orders = PHONE82.bean(Context.APP, Orders.class);
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(orders.place(PHONE82.bean(Context.APP, OrderDrafting.class).draft(new NewOrder("note20", 1), Caller.DEMO), null).id());
        }
        return ids;
    }

    private void awaitEmptyOutbox() {
        await().untilAsserted(() -> assertThat(jdbc.queryForObject("select count(*) from outbox where sent = false", Long.class)).isZero());
    }
}
