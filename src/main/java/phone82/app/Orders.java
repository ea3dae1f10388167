package phone82.app;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.hibernate.dialect.Dialect;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.Page;
import phone82.platform.Problem;
import phone82.platform.event.Outbox;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The orders of the shop: taking them, and following what pay and store tell of them. */
@Transactional
public class Orders {

    @PersistenceContext
    private EntityManager entities;
    private final Catalogue catalogue;
    private final Outbox outbox;
    private final String nextId;

    /** @param dialect knows how this database takes the next number of a sequence */
    public Orders(Catalogue catalogue, Outbox outbox, Dialect dialect) {
        this.catalogue = catalogue;
        this.outbox = outbox;
        this.nextId = dialect.getSequenceSupport().getSequenceNextValString("order_id");
    }

    /** Prices the order and gives it its id. It does not exist yet: an id whose payment fails is never used. */
    public Order draft(@Body NewOrder wanted) {
        long price = catalogue.price(wanted.item());
        long id = ((Number) entities.createNativeQuery(nextId).getSingleResult()).longValue();
        return new Order(id, wanted.item(), wanted.qty(), price, Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    /** From this commit on the order stands. */
    public OrderResource place(@Body Order order) {
        entities.persist(order);
        outbox.add(order.ordered());
        return OrderResource.of(order);
    }

    /** The order does not come to be; pay hears of it, as it may have authorised the payment all the same. */
    public void reject(@Body Order order) {
        outbox.add(order.rejected("payment not authorised"));
    }

    @Transactional(readOnly = true)
    public OrderResource find(@Header("id") long id) {
        Order order = entities.find(Order.class, id);
        if (order == null) {
            throw Problem.notFound("order", id);
        }
        return OrderResource.of(order);
    }

    @Transactional(readOnly = true)
    public Page<OrderResource> list(@Header("size") Integer size, @Header("after") Long after) {
        int shown = Page.size(size);
        return Page.of(entities.createQuery("from Order where id < :below order by id desc", Order.class)
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, OrderResource::of, Order::id);
    }

    public void paid(@Body PayCompleted event) {
        known(event.orderId()).paid();
    }

    public void paymentRefused(@Body PayCancelled event) {
        known(event.orderId()).paymentRefused(event.reason());
    }

    public void shipped(@Body Shipped event) {
        known(event.orderId()).shipped(event.shippedAt());
    }

    private Order known(long id) {
        Order order = entities.find(Order.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (order == null) {
            throw new IllegalStateException("an event for order " + id + ", which is not known here");
        }
        return order;
    }

    /** What app knows of pay's event. */
    public record PayCompleted(long orderId) {
    }

    /** What app knows of pay's event. */
    public record PayCancelled(long orderId, String reason) {
    }

    /** What app knows of store's event. */
    public record Shipped(long orderId, Instant shippedAt) {
    }
}
