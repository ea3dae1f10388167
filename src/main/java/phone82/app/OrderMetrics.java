package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.Body;
import phone82.platform.persistence.AfterCommit;

import java.time.Duration;

/** Metrics of orders: the time from the order to its shipment. */
public class OrderMetrics {

    private final Timer orderToShipped;

    OrderMetrics(MeterRegistry metrics) {
        orderToShipped = Timer.builder("phone82.order.to.shipped").description("from the order to its shipment").register(metrics);
    }

    public void shipped(@Body OrderResource order) {
        if (order.shippedAt() != null) {
            AfterCommit.run(() -> orderToShipped.record(Duration.between(order.orderedAt(), order.shippedAt())));
        }
    }
}
