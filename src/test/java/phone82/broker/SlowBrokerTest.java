package phone82.broker;

import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.OrderDrafting;
import phone82.app.Orders;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.platform.event.Outbox;
import phone82.platform.identity.Caller;

import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A broker whose disk needs much time for each transaction, and PostgreSQL, which ends the session of a transaction that is idle for too long. */
class SlowBrokerTest {

    private static final int COMMIT_MILLIS = 40;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP),
            "--spring.datasource.hikari.data-source-properties.options=-c idle_in_transaction_session_timeout=1s")
            .with(data -> Databases.onPostgreSql(EnumSet.of(Context.APP)));

    private final JdbcTemplate jdbc = PHONE82.bean(Context.APP, JdbcTemplate.class);
    private final CamelContext camel = PHONE82.bean(Context.APP, CamelContext.class);

    @Test
    void aBatchThatItHasAlreadyIsMarkedAsSent() throws Exception {
        OrderDrafting drafts = PHONE82.bean(Context.APP, OrderDrafting.class);
        for (int i = 0; i < Outbox.BATCH; i++) {
            PHONE82.bean(Context.APP, Orders.class).place(drafts.draft(new NewOrder("note20", 1), Caller.DEMO), null);
        }
        await().until(() -> unsent() == 0);
        camel.getRouteController().stopRoute("relay-events");
        // as after a crash between the broker's commit and that of the database
        jdbc.update("update outbox set sent = false");
        PHONE82.bean(Context.BROKER, RestartingBroker.class).server().getRemotingService().addIncomingInterceptor((Interceptor) (packet, connection) -> {
            if (packet.getType() == PacketImpl.SESS_COMMIT) {
                delay();
            }
            return true;
        });

        camel.getRouteController().startRoute("relay-events");

        await().until(() -> unsent() == 0);
        assertThat(PHONE82.topics().readUntilSilent("pay", "phone82.app.*::pay")).as("each event once").hasSize(Outbox.BATCH);
    }

    private static void delay() {
        try {
            TimeUnit.MILLISECONDS.sleep(COMMIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long unsent() {
        return jdbc.queryForObject("select count(*) from outbox where sent = false", Long.class);
    }
}
