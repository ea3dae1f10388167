package phone82.broker;

import jakarta.jms.MessageProducer;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerConsumerPlugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.OrderDrafting;
import phone82.app.Orders;
import phone82.journey.Phone82Extension;
import phone82.platform.api.Page;
import phone82.platform.event.DeadLetters;
import phone82.platform.event.DeadLetters.Letter;
import phone82.platform.identity.Caller;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a long queue of dead letters costs. */
@ExtendWith(OutputCaptureExtension.class)
class DeadLetterQueueTest {

    private static final int LETTERS = 5;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP, Context.PAY), "--phone82.events.attempts=1");

    @Test
    void onlyForAnEventThatIsReplayed() throws Exception {
        AtomicInteger searches = new AtomicInteger();
        PHONE82.bean(Context.BROKER, RestartingBroker.class).server().registerBrokerPlugin(new ActiveMQServerConsumerPlugin() {
            @Override
            public void afterCreateConsumer(ServerConsumer consumer) {
                if (consumer.isBrowseOnly()) {
                    searches.incrementAndGet();
                }
            }
        });
        DeadLetters letters = PHONE82.bean(Context.PAY, DeadLetters.class);
        long before = letters.count();
        OrderDrafting drafts = PHONE82.bean(Context.APP, OrderDrafting.class);

        JdbcTemplate database = PHONE82.bean(Context.PAY, JdbcTemplate.class);
        database.execute("alter table payment rename to unreadable");
        try {
            for (int i = 0; i < LETTERS; i++) {
                PHONE82.bean(Context.APP, Orders.class).place(drafts.draft(new NewOrder("note20", 1), Caller.DEMO), null);
            }

            await().untilAsserted(() -> assertThat(letters.count()).isEqualTo(before + LETTERS));
            assertThat(searches).hasValue(0);
            PHONE82.shop(Context.APP).post("/events/replay", "{}").expect(200);
            await().untilAsserted(() -> assertThat(searches).hasValueGreaterThanOrEqualTo(LETTERS));
            assertThat(letters.count()).isEqualTo(before + LETTERS);
        } finally {
            database.execute("alter table unreadable rename to payment");
        }
    }

    @Test
    void aLatePageTakesNoTurnForEachLetterBeforeIt(CapturedOutput output) throws Exception {
        int many = 2000;
        JmsTemplate broker = new JmsTemplate(PHONE82.bean(Context.PAY, JmsTemplate.class).getConnectionFactory());
        broker.setSessionTransacted(true);
        broker.execute(session -> {
            MessageProducer producer = session.createProducer(session.createTopic("dead-letters.pay"));
            for (int i = 0; i < many; i++) {
                producer.send(session.createTextMessage("{\"orderId\":" + i + "," + "x".repeat(1000)));
            }
            session.commit();
            return null;
        });
        DeadLetters letters = PHONE82.bean(Context.PAY, DeadLetters.class);
        AtomicInteger turns = new AtomicInteger();
        PHONE82.bean(Context.BROKER, RestartingBroker.class).server().getRemotingService().addIncomingInterceptor((Interceptor) (packet, connection) -> {
            if (packet.getType() == PacketImpl.SESS_FLOWTOKEN) {
                turns.incrementAndGet();
            }
            return true;
        });
        List<String> all = letters.list(Integer.MAX_VALUE - 1, null).items().stream().map(Letter::id).toList();
        turns.set(0);

        Page<Letter> page = letters.list(20, 1900L);

        assertThat(turns).hasValueLessThan(200);
        assertThat(all).hasSizeGreaterThanOrEqualTo(many);
        assertThat(page.items()).extracting(Letter::id).containsExactlyElementsOf(all.subList(1900, 1920));
        assertThat(page.next()).isEqualTo("1920");
        for (long after = 0; after < 1000; after++) {
            letters.list(20, after);
        }
        assertThat(output).doesNotContain("AMQ2");
    }
}
