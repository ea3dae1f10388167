package phone82.store;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.store.DeliveryStatus.Cancelled;
import static phone82.store.DeliveryStatus.Held;
import static phone82.store.DeliveryStatus.Paused;
import static phone82.store.DeliveryStatus.Received;
import static phone82.store.DeliveryStatus.Shipped;

class DeliveryStatusTest {

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> ALLOWED = Map.of(
            Received, Set.of(Paused, Held, Shipped),
            Paused, Set.of(Received, Held),
            Held, Set.of(Received, Paused, Cancelled),
            Shipped, Set.of(),
            Cancelled, Set.of());

    @ParameterizedTest
    @EnumSource
    void permitsOnlyTheListedTransitions(DeliveryStatus from) {
        assertThat(DeliveryStatus.values()).filteredOn(from::canBecome).as("where DeliveryStatus.NEXT lets %s go; expected is what this test allows", from)
                .containsExactlyInAnyOrderElementsOf(ALLOWED.getOrDefault(from, Set.of()));
    }
}
