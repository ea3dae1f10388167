package phone82.pay;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import phone82.pay.provider.PaymentProvider;
import phone82.pay.provider.PaymentProvider.Charge;
import phone82.pay.provider.PaymentProvider.Refused;
import phone82.pay.provider.PaymentProvider.Unavailable;
import phone82.platform.Correlation;
import phone82.platform.Page;
import phone82.platform.Problem;
import phone82.platform.RowLock;
import phone82.platform.event.Outbox;
import phone82.platform.saga.Participation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The payments of all orders, kept in step with the provider. */
public class Payments {

    @PersistenceContext
    private EntityManager entities;
    private final PaymentProvider provider;
    private final Outbox outbox;
    private final Participation participation;
    private final TransactionOperations transactions;
    private final Duration authorisationValidity;
    private final Duration longestRetry;

    /**
     * @param authorisationValidity how long an authorisation waits for its order to be confirmed
     * @param longestRetry          longest distance between two attempts at a capture while the provider is away
     */
    public Payments(PaymentProvider provider, Outbox outbox, Participation participation, TransactionOperations transactions,
                    Duration authorisationValidity, Duration longestRetry) {
        this.provider = provider;
        this.outbox = outbox;
        this.participation = participation;
        this.transactions = transactions;
        this.authorisationValidity = authorisationValidity;
        this.longestRetry = longestRetry;
    }

    /** What app asks for. Amount in won. */
    public record Request(long orderId, String item, int qty, long amount) {
    }

    /**
     * Authorises the payment of an order; asked twice, it is done once.
     *
     * @throws Problem 402 declined, 409 the order was rejected or paid otherwise before, 503 the provider is away
     */
    public PaymentResource authorise(@Body Request request) {
        Correlation.about(String.valueOf(request.orderId()));
        Payment known = entities.find(Payment.class, request.orderId());
        if (known != null) {
            return repeated(known, request);
        }
        Charge charge = new Charge(request.orderId(), request.item(), request.amount());
        try {
            provider.authorise(charge);
        } catch (Refused e) {
            throw new Problem(402, "Payment declined", e.getMessage());
        } catch (Unavailable e) {
            throw new Problem(503, "Payment provider unavailable", e.getMessage()).header("Retry-After", 5);
        }
        Payment payment = Payment.authorised(request.orderId(), request.item(), request.qty(), request.amount(),
                now(), authorisationValidity);
        try {
            Payment winner = transactions.execute(tx -> {
                Payment meanwhile = entities.find(Payment.class, request.orderId());
                if (meanwhile == null) {
                    entities.persist(payment);
                }
                return meanwhile;
            });
            return winner == null ? PaymentResource.of(payment) : overtaken(winner, request, charge);
        } catch (DataIntegrityViolationException e) {
            return overtaken(entities.find(Payment.class, request.orderId()), request, charge);
        }
    }

    /** The order was rejected, or asked for again, while the provider was thinking. */
    private PaymentResource overtaken(Payment winner, Request request, Charge charge) {
        if (winner.status() == PaymentStatus.Rejected) {
            try {
                provider.release(charge);
            } catch (Unavailable e) {
                throw new Problem(503, "Payment provider unavailable", e.getMessage());
            }
        }
        return repeated(winner, request);
    }

    private static PaymentResource repeated(Payment payment, Request request) {
        if (payment.status() != PaymentStatus.Authorised && payment.status() != PaymentStatus.Completed
                || payment.amount() != request.amount()) {
            throw new Problem(409, "Payment not possible", "Order " + request.orderId() + " cannot be paid any more.");
        }
        return PaymentResource.of(payment);
    }

    /** What pay knows of app's event. */
    public record Ordered(long orderId) {
    }

    /** The order stands: takes the money, or notes that it is to be taken as soon as the provider is back. */
    @Transactional
    public void capture(@Body Ordered ordered) {
        Payment payment = locked(ordered.orderId());
        if (payment == null) {
            throw new IllegalStateException("order " + ordered.orderId() + " stands, but has no payment");
        }
        if (payment.isOpen() || payment.status() == PaymentStatus.Cancelling) {
            payment.confirm(now(), Correlation.current());
        }
        if (payment.isOpen()) {
            take(payment);
        }
    }

    /** Tries again to take the money of an order that stands, unless its payment ended or is being cancelled meanwhile. */
    @Transactional
    public void retryCapture(@Body Payment found) {
        Payment payment = row().again(found, found.orderId());
        if (payment.isOpen()) {
            take(payment);
        }
    }

    private void take(Payment payment) {
        try {
            if (payment.status() == PaymentStatus.Expired) {
                provider.authorise(payment.charge());
                payment.authoriseAgain();
            }
            provider.capture(payment.charge());
            outbox.add(payment.capture(now()), payment.traceparent());
        } catch (Refused e) {
            outbox.add(payment.captureRefused(e.getMessage()), payment.traceparent());
        } catch (Unavailable e) {
            payment.captureLater(now(), longestRetry);
        }
    }

    /** What pay knows of app's event. */
    public record OrderRejected(long orderId, String reason) {
    }

    /** The order does not stand: what was authorised for it is released, also when that comes later. */
    @Transactional
    public void reject(@Body OrderRejected rejected) throws Unavailable {
        Payment payment = locked(rejected.orderId());
        if (payment == null) {
            entities.persist(Payment.rejected(rejected.orderId()));
        } else if (payment.status() == PaymentStatus.Authorised) {
            provider.release(payment.charge());
            payment.voidAuthorisation(rejected.reason());
        }
    }

    /** Nobody confirmed the order in time: its money is not held any longer. */
    @Transactional
    public void expire(@Body Payment found) throws Unavailable {
        Payment payment = row().again(found, found.orderId());
        if (payment.isExpired(now())) {
            provider.release(payment.charge());
            payment.expire();
        }
    }

    private Payment locked(long orderId) {
        return row().find(Payment.class, orderId);
    }

    private RowLock row() {
        return new RowLock(entities, "payment", "order_id");
    }

    /**
     * The action of the saga: nothing is taken until the outcome is known; for money that was taken the provider must agree
     * to give it back.
     *
     * @throws Problem 404 there is no payment, 409 the provider or the payment's state forbids it, 503 the provider is away
     */
    @Transactional
    public void beginCancellation(@Header("orderId") long orderId, @Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.act(lra, orderId);
        Payment payment = locked(orderId);
        if (payment == null) {
            throw Problem.notFound("payment of order", orderId);
        }
        if (!payment.canBeCancelled()) {
            throw new Problem(409, "Cannot be cancelled", "The payment is " + payment.status() + ".");
        }
        if (payment.isCaptured()) {
            agreeRefund(payment);
        }
        payment.cancelling();
    }

    private void agreeRefund(Payment payment) {
        try {
            provider.agreeRefund(payment.charge());
        } catch (Refused e) {
            throw new Problem(409, "Refund refused", "The payment provider does not give the money back: " + e.getMessage() + ".");
        } catch (Unavailable e) {
            throw new Problem(503, "Payment provider unavailable", e.getMessage()).header("Retry-After", 5);
        }
    }

    /** The completion: releases or gives back the money. While the provider is away the coordinator asks again. */
    @Transactional
    public void cancel(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) throws Unavailable {
        Optional<Long> orderId = participation.complete(lra);
        if (orderId.isPresent()) {
            Payment payment = locked(orderId.get());
            if (payment.isCaptured()) {
                provider.refund(payment.charge());
            } else {
                provider.release(payment.charge());
            }
            outbox.add(payment.cancelled());
        }
    }

    /** The compensation: the payment goes on as if nothing had happened. */
    @Transactional
    public void restore(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.compensate(lra).ifPresent(orderId ->
                locked(orderId).restored());
    }

    public PaymentResource find(@Header("orderId") long orderId) {
        Payment payment = entities.find(Payment.class, orderId);
        if (payment == null || payment.status() == PaymentStatus.Rejected) {
            throw Problem.notFound("payment of order", orderId);
        }
        return PaymentResource.of(payment);
    }

    public Page<PaymentResource> list(@Header("size") Integer size, @Header("after") Long after) {
        int shown = Page.size(size);
        return Page.of(entities.createQuery(
                        "from Payment where orderId < :below and status <> Rejected order by orderId desc", Payment.class)
                .setParameter("below", Page.below(after)).setMaxResults(shown + 1).getResultList(),
                shown, PaymentResource::of, Payment::orderId);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
