package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.platform.api.Json;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Rebuilding the view beside the one that is served, from events that the test supplies. */
@Tag("databases")
class RebuildTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.CUSTOMER));

    private static final String AT = "2026-11-27T20:00:0%d.123456Z";

    private static final String RUN = new UUID(1, 1).toString();

    private final Shop customer = PHONE82.shop(Context.CUSTOMER);
    private final JdbcTemplate jdbc = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);

    @BeforeEach
    void begin() {
        begin(RUN);
    }

    @Test
    void restoresLostAndChangedRowsAndKeepsTheRest() {
        feed("app", event(1, "app.Ordered", 1, 1), event(2, "app.Ordered", 2, 1), event(3, "app.Ordered", 3, 1), event(4, "app.Ordered", 4, 1));
        assertThat(places()).isEqualTo("{\"app\":4}");
        feed("pay", event(11, "pay.PayCompleted", 1, 2), event(12, "pay.PayCompleted", 2, 2), event(13, "pay.PayCompleted", 3, 2));
        feed("store", event(21, "store.Shipped", 1, 3), event(22, "store.Shipped", 2, 3));
        assertThat(customer.all("/history")).as("the served view, meanwhile").isEmpty();
        assertThat(switchOver()).isEqualTo("{\"compared\":4,\"changed\":4,\"unlogged\":0}");
        List<JsonNode> views = views();
        assertThat(views).extracting(view -> view.get("orderId").asLong() + " " + view.get("status").asText() + " " + view.get("timeline").size())
                .containsExactly("4 Ordered 1", "3 Paid 2", "2 Shipped 3", "1 Shipped 3");
        assertThat(switchOver()).isEqualTo("{\"compared\":4,\"changed\":0,\"unlogged\":0}");

        jdbc.update("delete from history where order_id = 1");
        jdbc.update("delete from timeline where order_id = 1");
        jdbc.update("update history set progress = 0, item = 'note21', updated_at = current_timestamp where order_id = 2");
        jdbc.update("delete from timeline where event_id = ?", id(13));
        jdbc.update("update timeline set type = 'Shipped' where event_id = ?", id(4));
        feed("app", event(1, "app.Ordered", 1, 1));
        assertThat(places()).as("an old page does not set it back").isEqualTo("{\"app\":4,\"pay\":13,\"store\":22}");
        assertThat(switchOver()).isEqualTo("{\"compared\":4,\"changed\":4,\"unlogged\":0}");
        assertThat(views()).isEqualTo(views);

        // an event that arrives meanwhile has taken effect, and rows without logged events stay
        PHONE82.topics().send("store.Shipped", 1, id(21));
        await().untilAsserted(() -> assertThat(PHONE82.bean(Context.CUSTOMER, MeterRegistry.class).get("phone82.events.duplicates").counter().count()).isOne());
        PHONE82.topics().send("store.Shipped", 3, UUID.randomUUID().toString());
        customer.awaitStatus("/history/3", "Shipped");
        assertThat(switchOver()).isEqualTo("{\"compared\":4,\"changed\":0,\"unlogged\":1}");
        assertThat(customer.status("/history/3")).isEqualTo("Shipped");
        assertThat(customer.timeline(1)).containsExactly("Ordered", "PayCompleted", "Shipped");
        assertThat(customer.get("/dead-letters").body().get("items")).isEmpty();

        end(RUN);
        assertThat(places()).isEqualTo("{}");
        assertThat(jdbc.queryForObject("select count(*) from timeline_rebuilt", Long.class)).isZero();
    }

    @Test
    void keepsALongReason() {
        String reason = "x".repeat(400);
        PHONE82.topics().send("pay.RefundFailed", 9, id(91), Json.text(Map.of("orderId", 9, "amount", 1199000, "reason", reason)));

        await().untilAsserted(() -> assertThat(reasons()).containsExactly(reason));

        jdbc.update("delete from timeline where order_id = 9");
        Map<String, Object> event = new HashMap<>(event(91, "pay.RefundFailed", 9, 1));
        event.put("data", Map.of("orderId", 9, "amount", 1199000, "reason", reason));
        feed("pay", event);
        switchOver();
        assertThat(reasons()).containsExactly(reason);

        end(RUN);
        List.of("timeline", "history").forEach(table -> jdbc.update("delete from " + table + " where order_id = 9"));
    }

    /** A client repeats a cancellation that is refused, a hundred times a second for minutes. */
    @Test
    void keepsTheNewestOfWhatHappensAgainAndAgain() {
        for (String timeline : List.of("timeline", "timeline_rebuilt")) {
            String insert = "insert into " + timeline + " (event_id, order_id, type, happened_at, correlation_id) values (?, 9, ?, ?, 'x')";
            jdbc.batchUpdate(insert, IntStream.range(0, 150).mapToObj(i -> new Object[] {"older " + i, "CancellationRefused", Timestamp.from(Instant.EPOCH.plusSeconds(i))}).toList());
            jdbc.update(insert, "first", "Ordered", Timestamp.from(Instant.EPOCH));
        }

        PHONE82.topics().send("app.CancellationRefused", 9, id(92));
        feed("app", event(92, "app.CancellationRefused", 9, 1));

        for (String timeline : List.of("timeline", "timeline_rebuilt")) {
            await().untilAsserted(() -> assertThat(jdbc.queryForList("select event_id from " + timeline + " where order_id = 9 order by happened_at", String.class)).as(timeline)
                    .hasSize(101).startsWith("first", "older 51", "older 52").endsWith("older 149", id(92)));
        }
        end(RUN);
        List.of("timeline", "history").forEach(table -> jdbc.update("delete from " + table + " where order_id = 9"));
    }

    @Test
    void onlyTheOneThatBeganLastGoesOn() {
        String other = new UUID(1, 2).toString();
        feed("app", event(1, "app.Ordered", 1, 1));

        assertThat(begin(other)).as("it continues").isEqualTo("{\"app\":1}");

        String events = Json.text(Map.of("run", RUN, "source", "app", "events", List.of(event(2, "app.Ordered", 2, 1))));
        assertThat(customer.post("/rebuild/events", events).expect(409).body().get("detail").asText())
                .isEqualTo("Another rebuild of the view has begun, so this one ended. Wait until that one is complete.");
        customer.post("/rebuild/switch", Json.text(Map.of("run", RUN))).expect(409);
        customer.send("DELETE", "/rebuild?run=" + RUN, null, null).expect(409);
        assertThat(places()).isEqualTo("{\"app\":1}");
        assertThat(jdbc.queryForObject("select count(*) from timeline_rebuilt", Long.class)).isOne();
        end(other);
    }

    @Test
    void oneThatBeginsDuringTheDeletionReadsTheLogsFromTheBeginning() {
        feed("app", event(1, "app.Ordered", 1, 1));
        for (int i = 0; i < 1500; i++) {
            jdbc.update("insert into timeline_rebuilt (event_id, order_id, type, happened_at, correlation_id) values (?, 1, 'Ordered', current_timestamp, 'x')", "z" + i);
        }

        assertThat(customer.send("DELETE", "/rebuild?run=" + RUN, null, null).expect(200).body().get("deleted").asInt()).isEqualTo(1000);

        assertThat(begin(RUN)).isEqualTo("{}");
        end(RUN);
        List.of("timeline_rebuilt", "history_rebuilt").forEach(table -> assertThat(jdbc.queryForObject("select count(*) from " + table, Long.class)).isZero());
    }

    private String begin(String run) {
        return customer.post("/rebuild", Json.text(Map.of("run", run))).expect(200).body().get("places").toString();
    }

    private void end(String run) {
        while (customer.send("DELETE", "/rebuild?run=" + run, null, null).expect(200).body().get("deleted").asInt() > 0) {
            // more to delete
        }
    }

    private List<String> reasons() {
        return jdbc.queryForList("select reason from timeline where order_id = 9", String.class);
    }

    private List<JsonNode> views() {
        return customer.all("/history").stream().map(view -> customer.get("/history/" + view.get("orderId").asLong()).expect(200).body()).toList();
    }

    private String places() {
        return customer.get("/rebuild").expect(200).body().get("places").toString();
    }

    private String switchOver() {
        return customer.post("/rebuild/switch", Json.text(Map.of("run", RUN))).expect(200).body().toString();
    }

    @SafeVarargs
    private void feed(String source, Map<String, Object>... events) {
        customer.post("/rebuild/events", Json.text(Map.of("run", RUN, "source", source, "events", events))).expect(200);
    }

    private static Map<String, Object> event(long seq, String type, long order, int second) {
        return Map.of("seq", seq, "id", id(seq), "type", "phone82." + type, "subject", String.valueOf(order), "time", AT.formatted(second),
                "traceparent", "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01",
                "data", Map.of("orderId", order, "item", "note20", "qty", 1, "amount", 1199000));
    }

    private static String id(long seq) {
        return new UUID(7, seq).toString();
    }
}
