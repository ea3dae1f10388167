package phone82.journey;

import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.app.Drafts;
import phone82.app.NewOrder;
import phone82.app.Order;
import phone82.app.Orders;
import phone82.platform.event.Outbox;
import phone82.platform.identity.Caller;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A relay that is interrupted between send and delete sends again: nothing is lost, and nothing arrives twice. */
@Tag("databases")
class RelayTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP));

    private final JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);

    @Test
    void aFullBatchThatWasSentButNotDeletedIsSentAgainWithoutEffect() throws Exception {
        CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);
        camel.getRouteController().stopRoute("relay-events");
        List<Long> ids = placeOrders(Outbox.BATCH);
        List<Map<String, Object>> rows = jdbc.queryForList("select * from outbox order by seq");

        camel.getRouteController().startRoute("relay-events");
        awaitEmptyOutbox();
        rows.forEach(row -> jdbc.update("insert into outbox (event_id, topic, subject, happened_at, traceparent, body) values (?, ?, ?, ?, ?, ?)",
                row.get("EVENT_ID"), row.get("TOPIC"), row.get("SUBJECT"), row.get("HAPPENED_AT"), row.get("TRACEPARENT"), row.get("BODY")));
        List<Long> more = placeOrders(1);
        awaitEmptyOutbox();

        List<Long> expected = new ArrayList<>(ids);
        expected.addAll(more);
        assertThat(PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay")).extracting(event -> Long.valueOf(event.getStringProperty("cloudEvents_subject")))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void anEventOfATransactionThatRollsBackIsNeverSent() {
        Orders orders = PHONE82.bean(Context.APP, Orders.class);
        Order order = PHONE82.bean(Context.APP, Drafts.class).draft(new NewOrder("note20", 1), Caller.DEMO);

        new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class)).executeWithoutResult(tx -> {
            orders.place(order, null);
            tx.setRollbackOnly();
        });

        assertThat(jdbc.queryForObject("select count(*) from outbox", Long.class)).isZero();
        PHONE82.shop(Context.APP).get("/orders/" + order.id()).expect(404);
    }

    private static List<Long> placeOrders(int count) {
        Orders orders = PHONE82.bean(Context.APP, Orders.class);
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(orders.place(PHONE82.bean(Context.APP, Drafts.class).draft(new NewOrder("note20", 1), Caller.DEMO), null).id());
        }
        return ids;
    }

    private void awaitEmptyOutbox() {
        await().untilAsserted(() -> assertThat(jdbc.queryForObject("select count(*) from outbox", Long.class)).isZero());
    }
}
