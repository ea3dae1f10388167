package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

import static org.awaitility.Awaitility.await;
import static phone82.Context.PROVIDER;

/** The highly available set-up refuses every order while the payment provider is down. The customers who wait and try again are served soon after it is back. */
@Tag("long")
class RetryStormIT {

    private static final Duration OUTAGE = Duration.ofSeconds(60);

    @Test
    void customersWhoTryAgainDoNotKeepTheShopDown() throws Exception {
        HighlyAvailable.strike("retry-storm", List.of(List.of(new ProviderOutage())));
    }

    private record ProviderOutage() implements Disturbance {

        @Override
        public Repair strike(HighlyAvailable phone82) throws Exception {
            long began = System.nanoTime();
            phone82.site().kill(PROVIDER.id());
            return new Repair() {

                @Override
                public void failOver() throws Exception {
                    await().forever().until(() -> System.nanoTime() - began >= OUTAGE.toNanos());
                    phone82.site().start(PROVIDER.id());
                }

                @Override
                public void comeBack() {
                    // it is back already
                }
            };
        }
    }
}
