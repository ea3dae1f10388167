package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.journey.Shop.anOrder;

/** phone82 with a standalone Artemis, configured by the same files as the embedded broker. */
@Tag("long")
class StandaloneBrokerIT {

    private static final String OPTIONS = "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1";

    @Test
    void ordersAreAcceptedWithoutTheBrokerAndShipWhenItReturns() throws Exception {
        try (Processes phone82 = new Processes("standalone", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0",
                     "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s");
             Artemis broker = new Artemis(phone82.data("artemis"), phone82.port(Context.BROKER))) {
            broker.start(OPTIONS);
            phone82.start("coordinator provider customer store pay app gateway");
            Shop shop = phone82.gateway();
            List<Long> ids = place(shop, 20);
            ids.forEach(shop::awaitShipped);

            ids.addAll(place(shop, 20));
            broker.kill();
            ids.addAll(place(shop, 20));
            broker.start(OPTIONS);

            ids.forEach(shop::awaitShipped);
            assertThat(ids).hasSize(60).allSatisfy(id -> assertThat(shop.timeline(id))
                    .containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
        }
    }

    private static List<Long> place(Shop shop, int count) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(shop.place(anOrder()).expect(201).id());
        }
        return ids;
    }
}
