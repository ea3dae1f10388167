package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.Body;

import java.time.Duration;

/** How long customers wait. */
public class OrderFigures {

    private final Timer orderToShipped;

    OrderFigures(MeterRegistry figures) {
        orderToShipped = Timer.builder("phone82.order.to.shipped").description("from the order to its shipment").register(figures);
    }

    public void shipped(@Body OrderResource order) {
        if (order.shippedAt() != null) {
            orderToShipped.record(Duration.between(order.orderedAt(), order.shippedAt()));
        }
    }
}
