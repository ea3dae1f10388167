package phone82.pay;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.springframework.transaction.annotation.Transactional;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;
import phone82.platform.identity.OwnerQuery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Shows and counts payments. */
public class PaymentList {

    @PersistenceContext
    private EntityManager entities;

    /** @throws Problem 404 there is no such payment, or the caller must not see it */
    @Transactional(readOnly = true)
    public PaymentResource find(@Header("orderId") long orderId, @Variable(Caller.VARIABLE) Caller caller) {
        Payment payment = entities.find(Payment.class, orderId);
        if (payment == null || payment.shownStatus() == null || !caller.sees(payment.owner())) {
            throw Problem.notFound("payment of order", orderId);
        }
        return PaymentResource.of(payment);
    }

    @Transactional(readOnly = true)
    public Page<PaymentResource> list(@Header("size") Integer size, @Header("after") Long after, @Variable(Caller.VARIABLE) Caller caller) {
        return page("status not in (Rejected, Declined) and (status <> Authorising or confirmed)", caller.owns(), size, after);
    }

    /** The payments that are {@code RefundFailed}. */
    @Transactional(readOnly = true)
    public Page<PaymentResource> failedRefunds(@Header("size") Integer size, @Header("after") Long after) {
        return page("status = RefundFailed", null, size, after);
    }

    private Page<PaymentResource> page(String condition, String owner, Integer size, Long after) {
        int shown = Page.size(size);
        return Page.of(OwnerQuery.latest(entities, Payment.class, "orderId < :below and " + condition, "orderId", owner)
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, PaymentResource::of, Payment::orderId);
    }

    /** How many payments are in this status. */
    public long count(PaymentStatus status) {
        return entities.createQuery("select count(*) from Payment where status = :status", Long.class)
                .setParameter("status", status).getSingleResult();
    }

    /** For how many seconds the oldest open intent has been open; zero if none is. */
    public double oldestIntentSeconds() {
        return Optional.ofNullable(entities.createQuery("select min(changedAt) from Payment where status in "
                                + "(Authorising, Capturing, Releasing, Refunding)", Instant.class).getSingleResult())
                .map(since -> Math.max(0, Duration.between(since, Instant.now()).toMillis()) / 1000.0).orElse(0.0);
    }
}
