package phone82.broker;

import org.apache.activemq.artemis.core.settings.HierarchicalRepository;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.util.EnumSet;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An event that its context can neither process nor move: the cause is unknown, but nothing is lost. */
class BrokerDeadLetterTest {

    private static final String SUBSCRIPTION = "phone82.pay.*";

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.STORE));

    @Test
    void isKeptWithoutACause() {
        // fewer than those of the context
        HierarchicalRepository<AddressSettings> settings = PHONE82.bean(Context.BROKER, RestartingBroker.class).server().getAddressSettingsRepository();
        settings.addMatch(SUBSCRIPTION, new AddressSettings(settings.getMatch(SUBSCRIPTION)).setMaxDeliveryAttempts(2));
        JdbcTemplate database = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        Shop store = PHONE82.shop(Context.STORE);
        database.execute("alter table delivery rename to unreadable");
        PHONE82.topics().send("pay.PayCompleted", 1, UUID.randomUUID().toString());

        await().untilAsserted(() -> assertThat(store.all("/dead-letters")).singleElement()
                .satisfies(letter -> assertThat(letter.get("cause").asText()).startsWith("unknown: the context did not respond")));

        database.execute("alter table unreadable rename to delivery");
        store.post("/dead-letters/replay", "").expect(200);
        assertThat(store.all("/dead-letters")).isEmpty();
        assertThat(store.status("/deliveries/1")).isEqualTo("Received");
    }
}
