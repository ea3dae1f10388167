package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.app.StuckOrders;
import phone82.command.Reconcile;
import phone82.command.Report.Breach;
import phone82.platform.disk.Disk;
import phone82.platform.disk.RestoredData;
import phone82.platform.event.EventLog;
import phone82.platform.event.Inbox;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Store after a restore of its data. */
class RestoredStoreTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s").with(folder -> Databases.embedded());

    private final Shop shop = PHONE82.gateway();
    private final StoreSteps steps = new StoreSteps(PHONE82);

    @Test
    void restoredDataIsNotShippedUntilAnOperatorReleasesIt() throws IOException {
        Path folder = PHONE82.bean(Context.STORE, Disk.class).folder();
        RestoredData.mark(folder);
        long id = steps.received();

        assertThat(StoreSteps.refusal(steps.ship(id))).startsWith("Nothing is shipped: ");
        // many polls for due deliveries
        await().during(Duration.ofSeconds(2)).until(() -> shop.status("/deliveries/" + id).equals("Received"));
        PHONE82.operations().get("/actuator/health/readiness").expect(200);
        assertThat(PHONE82.operations().metrics()).containsPattern("phone82_dispatch_held\\{.*context=\"store\".*} 1");

        assertThat(RestoredData.unmark(folder)).isTrue();

        steps.assertShippedOnce(id);
    }

    /** The operator's release makes the same orders stuck if they do not move then. */
    @Test
    void anOrderThatWaitsForTheReleaseIsNotStuck() throws IOException {
        List<Context> contexts = List.of(Context.APP, Context.STORE, Context.CUSTOMER);
        for (Context context : contexts) {
            RestoredData.mark(PHONE82.bean(context, Disk.class).folder());
        }
        JdbcTemplate app = PHONE82.jdbc(Context.APP);
        StuckOrders stuckOrders = PHONE82.bean(Context.APP, StuckOrders.class);
        long paid = steps.received();
        long lost = steps.received();
        await().untilAsserted(() -> List.of(paid, lost).forEach(id -> assertThat(shop.timeline(id)).contains("OrderReceived")));
        await().untilAsserted(() -> List.of(paid, lost).forEach(id -> assertThat(shop.status("/orders/" + id)).isEqualTo("Paid")));
        app.update("update orders set status = 'Ordered' where id = ?", lost);
        Instant idle = Instant.now().plusSeconds(1);
        await().until(() -> Instant.now().isAfter(idle));
        String[] impatient = Stream.concat(Stream.of(PHONE82.arguments()), Stream.of("--phone82.reconcile.moving=1s", "--phone82.reconcile.settle=1s")).toArray(String[]::new);
        assertThat(Reconcile.run(line -> { }, impatient).breaches()).filteredOn(breach -> List.of(paid, lost).contains(breach.order()))
                .extracting(Breach::order, Breach::promise).containsExactly(tuple(lost, "I5"));
        for (long id : List.of(paid, lost)) {
            app.update("insert into stuck (order_id, asked, ask_at) values (?, 2, ?)", id, Timestamp.from(Instant.now()));
        }
        PHONE82.jdbc(Context.CUSTOMER).update("update history set updated_at = ? where order_id = ?", Timestamp.from(Instant.EPOCH), paid);
        Timestamp dayBefore = Timestamp.from(Instant.now().minus(Duration.ofDays(1)));
        PHONE82.jdbc(Context.STORE).update("update delivery set dispatch_at = ? where order_id = ?", dayBefore, paid);

        stuckOrders.due();

        assertThat(app.queryForList("select order_id from stuck where asked = 3", Long.class)).containsExactly(lost);
        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"app\"} 1.0", "phone82_orders_stuck{context=\"store\"} 0.0",
                "phone82_orders_stuck{context=\"customer\"} 0.0", "phone82_dispatch_waiting{context=\"store\"} 2.0");
        RestoredData.unmark(PHONE82.bean(Context.APP, Disk.class).folder());
        RestoredData.unmark(PHONE82.bean(Context.CUSTOMER, Disk.class).folder());
        assertThat(stuckOrders.count()).isEqualTo(2);
        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"customer\"} 1.0");
        stuckOrders.due();
        assertThat(app.queryForObject("select asked from stuck where order_id = ?", Integer.class, paid)).isEqualTo(3);

        RestoredData.unmark(PHONE82.bean(Context.STORE, Disk.class).folder());

        List.of(paid, lost).forEach(steps::assertShippedOnce);
        assertThat(PHONE82.operations().metrics()).contains("phone82_dispatch_waiting{context=\"store\"} 0.0");
    }

    /** An event that was on its way when the backup was made, longer ago than events are kept. */
    @Test
    void oldEventsAreKeptAndReplayedUntilAnOperatorReleasesIt() throws IOException {
        Path folder = PHONE82.bean(Context.STORE, Disk.class).folder();
        JdbcTemplate jdbc = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        Timestamp old = Timestamp.from(Instant.now().minus(Duration.ofDays(60)));
        jdbc.update("insert into outbox (seq, event_id, topic, subject, happened_at, traceparent, body, sent) "
                + "values (-1, 'old', 'phone82.store.Shipped', '7', ?, '', '{\"orderId\":7}', true)", old);
        jdbc.update("insert into inbox (event_id, seen_at) values ('old', ?)", old);
        RestoredData.mark(folder);

        PHONE82.bean(Context.STORE, EventLog.class).purge();
        PHONE82.bean(Context.STORE, Inbox.class).purge();

        assertThat(jdbc.queryForList("select event_id from outbox where seq < 0", String.class)).containsExactly("old");
        assertThat(jdbc.queryForList("select event_id from inbox where seen_at = ?", String.class, old)).containsExactly("old");
        assertThat(PHONE82.shop(Context.STORE).post("/events/replay", "{\"orders\":[7]}").expect(200).body().get("replayed").asInt()).isOne();

        RestoredData.unmark(folder);

        await().untilAsserted(() -> {
            PHONE82.bean(Context.STORE, EventLog.class).purge();
            assertThat(jdbc.queryForList("select event_id from outbox where seq < 0", String.class)).isEmpty();
        });
        assertThat(PHONE82.bean(Context.STORE, Inbox.class).purge()).isEqualTo(1);
    }
}
