package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.Body;
import phone82.platform.persistence.AfterCommit;

import java.time.Duration;

/** Metrics of orders: the time from the order to its shipment, and how much of it was not intended. */
public class OrderMetrics {

    /** An order that waits no longer is in time, paused or not. */
    private static final Duration IN_TIME = Duration.ofMinutes(1);

    private final Timer orderToShipped;
    private final Timer delay;
    private final StuckOrders pauses;
    private final Duration dispatchDelay;

    OrderMetrics(MeterRegistry metrics, StuckOrders pauses, Duration dispatchDelay) {
        orderToShipped = Timer.builder("phone82.order.to.shipped").description("from the order to its shipment").register(metrics);
        delay = Timer.builder("phone82.shipment.delay")
                .description("from the order to its shipment, without the dispatch delay; late orders that a dealer paused are left out").register(metrics);
        this.pauses = pauses;
        this.dispatchDelay = dispatchDelay;
    }

    public void shipped(@Body OrderResource order) {
        if (order.shippedAt() == null) {
            return;
        }
        Duration total = Duration.between(order.orderedAt(), order.shippedAt());
        Duration unintended = total.compareTo(dispatchDelay) > 0 ? total.minus(dispatchDelay) : Duration.ZERO;
        boolean counts = unintended.compareTo(IN_TIME) <= 0 || !pauses.hasPaused(order.id());
        AfterCommit.run(() -> {
            orderToShipped.record(total);
            if (counts) {
                delay.record(unintended);
            }
        });
    }
}
