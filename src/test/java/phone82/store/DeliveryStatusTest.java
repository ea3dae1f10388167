package phone82.store;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.store.DeliveryStatus.Received;
import static phone82.store.DeliveryStatus.Shipped;

class DeliveryStatusTest {

    private static final Map<DeliveryStatus, Set<DeliveryStatus>> ALLOWED = Map.of(
            Received, Set.of(Shipped),
            Shipped, Set.of());

    @ParameterizedTest
    @EnumSource
    void aDeliveryGoesOnlyWhereItMay(DeliveryStatus from) {
        assertThat(DeliveryStatus.values()).filteredOn(from::canBecome).containsExactlyInAnyOrderElementsOf(ALLOWED.get(from));
    }
}
