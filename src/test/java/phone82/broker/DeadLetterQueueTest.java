package phone82.broker;

import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerConsumerPlugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.app.NewOrder;
import phone82.app.OrderDrafting;
import phone82.app.Orders;
import phone82.journey.Phone82Extension;
import phone82.platform.event.DeadLetters;
import phone82.platform.identity.Caller;

import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How often the broker must search a queue of dead letters, which takes longer the longer it is. */
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
        OrderDrafting drafts = PHONE82.bean(Context.APP, OrderDrafting.class);

        for (int i = 0; i < LETTERS; i++) {
            // pay does not know its payment
            PHONE82.bean(Context.APP, Orders.class).place(drafts.draft(new NewOrder("note20", 1), Caller.DEMO), null);
        }

        await().untilAsserted(() -> assertThat(letters.count()).isEqualTo(LETTERS));
        assertThat(searches).hasValue(0);
        PHONE82.shop(Context.APP).post("/events/replay", "{}").expect(200);
        await().untilAsserted(() -> assertThat(searches).hasValueGreaterThanOrEqualTo(LETTERS));
        assertThat(letters.count()).isEqualTo(LETTERS);
    }
}
