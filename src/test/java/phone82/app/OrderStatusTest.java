package phone82.app;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.app.OrderStatus.Cancelled;
import static phone82.app.OrderStatus.Cancelling;
import static phone82.app.OrderStatus.Ordered;
import static phone82.app.OrderStatus.Paid;
import static phone82.app.OrderStatus.Shipped;

class OrderStatusTest {

    private static final Map<OrderStatus, Set<OrderStatus>> ALLOWED = Map.of(
            Ordered, Set.of(Paid, Shipped, Cancelling, Cancelled),
            Paid, Set.of(Shipped, Cancelling, Cancelled),
            Cancelling, Set.of(Ordered, Paid, Shipped, Cancelled),
            Shipped, Set.of(),
            Cancelled, Set.of());

    @ParameterizedTest
    @EnumSource
    void permitsOnlyTheListedTransitions(OrderStatus from) {
        assertThat(OrderStatus.values()).filteredOn(from::canBecome).as("where OrderStatus.NEXT lets %s go; expected is what this test allows", from)
                .containsExactlyInAnyOrderElementsOf(ALLOWED.getOrDefault(from, Set.of()));
    }
}
