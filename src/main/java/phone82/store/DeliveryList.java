package phone82.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.TypedQuery;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;

/** Shows deliveries: to customers their own, to dealers all. */
@Transactional(readOnly = true)
public class DeliveryList {

    @PersistenceContext
    private EntityManager entities;

    /** @throws Problem 404 there is no such delivery, or the caller must not see it */
    public DeliveryResource find(@Header("orderId") long orderId, @Variable(Caller.VARIABLE) Caller caller) {
        Delivery delivery = entities.find(Delivery.class, orderId);
        if (delivery == null || !caller.sees(delivery.owner(), Caller.DEALER)) {
            throw Problem.notFound("delivery of order", orderId);
        }
        return shownTo(caller).apply(delivery);
    }

    private static Function<Delivery, DeliveryResource> shownTo(Caller caller) {
        return caller.owns(Caller.DEALER) == null ? DeliveryResource::forDealer : DeliveryResource::forCustomer;
    }

    /** The order of a list. */
    public enum Sort {
        /** By the time of the shipment, earliest first; deliveries without one are left out. */
        dispatchAt
    }

    /** @param sort newest order first if null */
    public Page<DeliveryResource> list(@Header("size") Integer size, @Header("after") Long after, @Header("status") DeliveryStatus status,
                                       @Header("item") String item, @Header("sort") Sort sort, @Variable(Caller.VARIABLE) Caller caller) {
        int shown = Page.size(size);
        TypedQuery<Delivery> query = sort == Sort.dispatchAt ? byDispatch(status, item, after, caller) : latest(status, item, after, caller);
        return Page.of(query.setMaxResults(shown + 1).getResultList(), shown, shownTo(caller), Delivery::orderId);
    }

    /** The order begins with the columns of an index that are compared with one value, or HSQLDB would sort all matching rows. */
    private TypedQuery<Delivery> latest(DeliveryStatus status, String item, Long after, Caller caller) {
        String owner = caller.owns(Caller.DEALER);
        // most are finished: reads the index of the item and skips other statuses
        boolean byItem = owner == null && item != null && !DeliveryStatus.UNDER_WAY.contains(status);
        boolean byStatus = owner == null && !byItem && status != null && status != DeliveryStatus.Shipped;
        boolean isSkipping = owner == null && !byStatus && status != null;
        String order = owner != null ? "owner desc, " : byItem ? "item desc, " : byStatus ? "status desc, shippedAt desc, " : "";
        TypedQuery<Delivery> query = entities.createQuery("from Delivery where orderId < :below"
                + (isSkipping ? " and status not in :status" : ofStatus(status)) + (byStatus ? " and shippedAt is null" : "") + ofItem(item) + ofOwner(owner)
                + " order by " + order + "orderId desc", Delivery.class).setParameter("below", Page.below(after));
        set(query, "status", isSkipping ? EnumSet.complementOf(EnumSet.of(status)) : status);
        set(query, "item", item);
        set(query, "owner", owner);
        return query;
    }

    private TypedQuery<Delivery> byDispatch(DeliveryStatus status, String item, Long after, Caller caller) {
        String owner = caller.owns(Caller.DEALER);
        boolean isSkipping = owner == null && status == DeliveryStatus.Shipped;
        boolean byStatus = owner == null && status != null && !isSkipping;
        TypedQuery<Delivery> query = entities.createQuery("from Delivery where dispatchAt is not null"
                + (isSkipping ? " and status not in :status" : ofStatus(status))
                // an expression of a column keeps HSQLDB from its index
                + (byStatus && item != null ? " and concat(item, '') = :item" : ofItem(item)) + ofOwner(owner)
                + (after == null ? "" : " and dispatchAt >= :begin and (dispatchAt > :begin or orderId > :after)")
                + " order by " + (byStatus ? "status, " : "") + "dispatchAt, orderId", Delivery.class);
        set(query, "status", isSkipping ? EnumSet.complementOf(EnumSet.of(status)) : status);
        set(query, "item", item);
        set(query, "owner", owner);
        set(query, "after", after);
        set(query, "begin", after == null ? null : place(after, caller));
        return query;
    }

    /** Returns the place of a cursor in a list by dispatch time; a delivery of another owner is like an unknown one. */
    private Instant place(long after, Caller caller) {
        Delivery last = entities.find(Delivery.class, after);
        if (last == null || last.dispatchAt() == null || !caller.sees(last.owner(), Caller.DEALER)) {
            throw new Problem(400, "Invalid request", "Continue with the value of next in the previous page.",
                    List.of(new Problem.Fault("after", "is not the cursor of a list in this order")));
        }
        return last.dispatchAt();
    }

    private static String ofStatus(DeliveryStatus status) {
        return status == null ? "" : " and status = :status";
    }

    private static String ofItem(String item) {
        return item == null ? "" : " and item = :item";
    }

    private static String ofOwner(String owner) {
        return owner == null ? "" : " and owner = :owner";
    }

    private static void set(TypedQuery<Delivery> query, String parameter, Object value) {
        if (value != null) {
            query.setParameter(parameter, value);
        }
    }
}
