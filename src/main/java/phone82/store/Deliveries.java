package phone82.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.Correlation;
import phone82.platform.Page;
import phone82.platform.Problem;
import phone82.platform.event.Outbox;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The dealer's deliveries. */
@Transactional
public class Deliveries {

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final Duration dispatchDelay;

    /** @param dispatchDelay the time in which a customer can still cancel; zero ships at once */
    public Deliveries(Outbox outbox, Duration dispatchDelay) {
        this.outbox = outbox;
        this.dispatchDelay = dispatchDelay;
    }

    /** What store knows of pay's event. */
    public record PayCompleted(long orderId, String item, int qty) {
    }

    public void receive(@Body PayCompleted paid) {
        Instant now = now();
        Delivery delivery = new Delivery(paid.orderId(), paid.item(), paid.qty(), now, now.plus(dispatchDelay),
                Correlation.current());
        entities.persist(delivery);
        outbox.add(delivery.received());
        if (delivery.isDue(now)) {
            ship(delivery);
        }
    }

    public void ship(@Body Delivery delivery) {
        outbox.add(delivery.ship(now()), delivery.traceparent());
    }

    @Transactional(readOnly = true)
    public DeliveryResource find(@Header("orderId") long orderId) {
        Delivery delivery = entities.find(Delivery.class, orderId);
        if (delivery == null) {
            throw Problem.notFound("delivery of order", orderId);
        }
        return DeliveryResource.of(delivery);
    }

    @Transactional(readOnly = true)
    public Page<DeliveryResource> list(@Header("size") Integer size, @Header("after") Long after) {
        int shown = Page.size(size);
        return Page.of(entities.createQuery("from Delivery where orderId < :below order by orderId desc", Delivery.class)
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, DeliveryResource::of, Delivery::orderId);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
