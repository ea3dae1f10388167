package phone82.pay;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import phone82.pay.provider.PaymentProvider.Account;
import phone82.pay.provider.PaymentProvider.Answer;
import phone82.pay.provider.PaymentProvider.Outcome;
import phone82.pay.provider.PaymentProvider.Request;
import phone82.platform.api.Problem;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.DomainEvent;
import phone82.platform.event.Outbox;
import phone82.platform.log.RareLog;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.AfterCommit;
import phone82.platform.persistence.RowLock;
import phone82.platform.saga.CancellationUnavailable;
import phone82.platform.saga.Participation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * The payments of all orders. Each change commits an intent. The routes then send the request to the provider, outside any transaction,
 * and commit its answer. A request whose outcome is unknown is repeated until it is known.
 */
public class Payments {

    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    /** Most payments that one poll returns. */
    private static final int POLLED = 100;
    /** Shortest time between two log lines about a payment that an operator has to settle. */
    private static final Duration REMINDER = Duration.ofHours(1);

    @PersistenceContext
    private EntityManager entities;
    private final Outbox outbox;
    private final Participation participation;
    private final TransactionOperations transactions;
    private final BiConsumer<Request, String> send;
    private final BooleanSupplier held;
    private final Duration lease;
    private final Duration authorisationValidity;
    private final Duration longestRetry;
    private final Tombstones tombstones;
    private final RareLog rareLog = new RareLog(LOG, REMINDER);

    /**
     * @param send                  sends a request to the provider, in the trace of the payment; called after the commit of an intent
     * @param held                  whether store ships nothing on purpose, as after a restore: then no money is reserved anew
     * @param lease                 how long an attempt at an intent belongs to one worker
     * @param authorisationValidity how long an authorisation waits for its order to be confirmed
     * @param longestRetry          longest pause between two attempts at an intent
     * @param tombstones            of the users who own no order any more
     */
    public Payments(Outbox outbox, Participation participation, TransactionOperations transactions, BiConsumer<Request, String> send,
                    BooleanSupplier held, Duration lease, Duration authorisationValidity, Duration longestRetry, Tombstones tombstones) {
        this.outbox = outbox;
        this.participation = participation;
        this.transactions = transactions;
        this.send = send;
        this.held = held;
        this.lease = lease;
        this.authorisationValidity = authorisationValidity;
        this.longestRetry = longestRetry;
        this.tombstones = tombstones;
    }

    /** A request from app. Amount in won. */
    public record Wanted(long orderId, String item, int qty, long amount, String owner) {
    }

    /**
     * Commits the intent to authorise the payment of an order. A repeated call returns the same request, and so gets the same answer from the provider.
     *
     * @param key payment key of the order, or null; a call with another key for the same order id is not a repetition
     * @throws Problem 409 the order was rejected, or the id belongs to another order
     */
    public Request beginAuthorisation(@Body Wanted wanted, @Header("Payment-Key") String key) {
        Correlation.about(String.valueOf(wanted.orderId()));
        Payment payment = Payment.authorising(wanted.orderId(), key, wanted.item(), wanted.qty(), wanted.amount(), wanted.owner(), now());
        payment.belongsTo(Correlation.current());
        payment.claim(now(), lease);
        try {
            transactions.executeWithoutResult(transaction -> entities.persist(payment));
        } catch (DataIntegrityViolationException e) {
            if (!transactions.execute(transaction -> repeat(wanted, key))) {
                throw e;
            }
        }
        return payment.request();
    }

    /** Returns false if there is no payment, so that this is no repetition. */
    private boolean repeat(Wanted wanted, String key) {
        Payment known = locked(wanted.orderId());
        if (known == null) {
            return false;
        }
        if (!known.isFor(key, wanted.item(), wanted.qty(), wanted.amount())) {
            throw new Problem(409, "Order id taken", "Another order has the id " + wanted.orderId() + ". Order under another id.");
        }
        if (isOver(known)) {
            throw over(wanted.orderId());
        }
        known.requestedAgain();
        return true;
    }

    private static boolean isOver(Payment payment) {
        return switch (payment.status()) {
            case Authorising, Authorised, Capturing, Completed -> false;
            default -> true;
        };
    }

    private static Problem over(long orderId) {
        return new Problem(409, "Payment not possible", "Order " + orderId + " cannot be paid any more.");
    }

    /**
     * Commits the provider's answer to an authorisation, and returns it to app.
     *
     * @throws Problem 402 the provider declined; 409 the order was rejected meanwhile; 424 the provider could not decide about this
     *                 payment in time; 503 the provider did not answer. With 402 and 424 the provider itself works
     */
    public PaymentResource authorised(@Body Answer answer) {
        Payment payment = transactions.execute(transaction -> conclude(answer, null));
        return switch (answer.outcome()) {
            case SUCCEEDED -> {
                if (isOver(payment)) {
                    throw over(payment.orderId());
                }
                yield PaymentResource.of(payment);
            }
            case DECLINED -> throw answer.isDeclined("issuer_unavailable")
                    ? new Problem(424, "Payment not decided", "The customer's bank does not answer.")
                    : new Problem(402, "Payment declined", answer.reason());
            case PENDING -> throw new Problem(424, "Payment not decided", "The payment provider has not decided in time.");
            case UNKNOWN, NOT_SENT -> throw new Problem(503, "Payment provider unavailable", answer.reason()).retryAfter(5);
        };
    }

    /** The payments with a due intent or an expired authorisation, the longest waiting first. */
    @Transactional(readOnly = true)
    public List<Long> due() {
        // with another column HSQLDB sorts all due payments, which are many after an outage of the provider
        return entities.createQuery("select orderId from Payment where dueAt <= :now order by dueAt", Long.class)
                .setParameter("now", now()).setMaxResults(POLLED).getResultList();
    }

    /**
     * The next request for a payment that is due, reserved for the caller, who continues in its trace; null if it is not due any more, or must
     * wait.
     */
    @Transactional
    public Request claim(long orderId) {
        Payment payment = locked(orderId);
        if (payment == null || !payment.isDue(now())) {
            return null;
        }
        Correlation.begin(payment.traceparent(), String.valueOf(orderId));
        if (payment.isUnconfirmed()) {
            payment.expire(now());
        }
        if (mustWait(payment)) {
            return null;
        }
        payment.claim(now(), lease);
        return payment.request();
    }

    /**
     * Whether the next request would take money that the customer may have back: a reservation that is missing after a restore can have been released
     * because the order was cancelled after the backup. Then the request waits for an operator, who releases the data.
     */
    private boolean mustWait(Payment payment) {
        if (!payment.isReservedAgain() || !held.getAsBoolean()) {
            return false;
        }
        payment.retryLater(now(), longestRetry);
        rareLog.error(payment.request().reference(), "The money of order {} is not reserved any more, and is not reserved anew before store ships again: "
                + "after a restore the order may have been cancelled since the backup. Run the command reconcile, and cancel the order if its customer "
                + "had cancelled it", payment.orderId());
        return true;
    }

    /**
     * Commits the provider's answer.
     *
     * @param account the order's account at the provider; needed only if the answer is that the money to be released was captured
     */
    @Transactional
    public void settle(@Body Answer answer, @Variable("account") Account account) {
        conclude(answer, account);
    }

    /**
     * Applies the answer if it belongs to the current intent. A late answer has no effect: the current intent covers its consequences.
     * The version reveals a conflict with another change, which wins; the next poll continues whatever is left to do.
     */
    private Payment conclude(Answer answer, Account account) {
        Correlation.about(String.valueOf(answer.request().orderId()));
        Payment payment = entities.find(Payment.class, answer.request().orderId());
        if (payment.awaits(answer.request())) {
            switch (payment.status()) {
                case Authorising -> concludeAuthorisation(payment, answer);
                case Capturing -> concludeCapture(payment, answer);
                case Releasing -> concludeRelease(payment, answer, account);
                case Refunding -> concludeRefund(payment, answer);
                default -> throw new IllegalStateException(payment.status() + " awaits nothing");
            }
        }
        return payment;
    }

    private void concludeAuthorisation(Payment payment, Answer answer) {
        switch (answer.outcome()) {
            case SUCCEEDED -> {
                payment.authorised(now(), authorisationValidity);
                sendAfterCommit(payment);
            }
            case DECLINED -> {
                if (payment.isConfirmed() && answer.isDeclined("issuer_unavailable")) {
                    // the customer cannot try again, as the order is accepted
                    payment.authoriseAgain(now());
                    payment.retryLater(now(), longestRetry);
                } else if (payment.isConfirmed()) {
                    publish(payment, payment.refused(answer.reason(), now()));
                } else {
                    payment.declined(answer.reason(), now());
                }
            }
            case NOT_SENT -> {
                if (payment.isConfirmed()) {
                    payment.retryLater(now(), longestRetry);
                } else if (payment.isRequestedAgain()) {
                    // the other request may have been sent
                    payment.reject(answer.reason(), now());
                    sendAfterCommit(payment);
                } else {
                    payment.declined(answer.reason(), now());
                }
            }
            case PENDING, UNKNOWN -> {
                if (payment.isConfirmed()) {
                    payment.retryLater(now(), longestRetry);
                } else {
                    // app refuses the order; whatever the provider has reserved, or will reserve, is released
                    payment.reject(answer.reason(), now());
                    sendAfterCommit(payment);
                }
            }
        }
    }

    private void concludeCapture(Payment payment, Answer answer) {
        if (answer.outcome() == Outcome.SUCCEEDED || answer.isDeclined("already_captured")) {
            publish(payment, payment.completed(now()));
        } else if (answer.isDeclined("lapsed") || answer.isDeclined("not_authorised") || answer.isDeclined("closed")) {
            payment.reservationLost(now());
            if (payment.isReservedInVain()) {
                LOG.warn("The provider does not find the money that it has reserved for order {}: {}. It is reserved again later", payment.orderId(), answer.reason());
                payment.retryLater(now(), longestRetry);
            } else {
                sendAfterCommit(payment);
            }
        } else if (answer.outcome() == Outcome.DECLINED) {
            publish(payment, payment.refused(answer.reason(), now()));
            sendAfterCommit(payment);
        } else {
            payment.retryLater(now(), longestRetry);
        }
    }

    private void concludeRelease(Payment payment, Answer answer, Account account) {
        if (answer.outcome() == Outcome.SUCCEEDED) {
            publish(payment, payment.released(now()));
            sendAfterCommit(payment);
        } else if (answer.isDeclined("captured")) {
            if (payment.continueAfterCapture(now())) {
                sendAfterCommit(payment);
            } else if (account != null && account.captured() > 0 && account.captured() == account.refunded()) {
                payment.endAfterRefund(now());
                LOG.warn("The provider has captured and refunded the payment of order {}, which is not confirmed here: it has ended", payment.orderId());
            } else {
                payment.retryLater(now(), longestRetry);
                rareLog.error(answer.request().key(), "The provider has captured the payment of order {}, which is not confirmed here: this database is older than the provider's. "
                        + "No money moves until app's events are replayed: run the command replay-events", payment.orderId());
            }
        } else {
            payment.retryLater(now(), longestRetry);
            if (answer.outcome() == Outcome.DECLINED) {
                rareLog.error(answer.request().key(), "The provider declines to release the money reserved for order {}: {}. Ask the provider to release it, "
                        + "and to answer the request {} with success. Pay repeats it every {} s, and shows the payment as open until then", payment.orderId(), answer.reason(), answer.request().key(), longestRetry.toSeconds());
            }
        }
    }

    private void concludeRefund(Payment payment, Answer answer) {
        switch (answer.outcome()) {
            case SUCCEEDED -> publish(payment, payment.refunded(now()));
            case DECLINED -> {
                publish(payment, payment.refundFailed(answer.reason(), now()));
                LOG.error("The provider refuses the refund of {} won for order {}: {}. Retry it or record that it was settled by hand.",
                        payment.amount(), payment.orderId(), payment.reason());
            }
            default -> payment.retryLater(now(), longestRetry);
        }
    }

    /** Publishes the event, if there is one, in the trace of the confirmed or cancelled order. */
    private void publish(Payment payment, DomainEvent event) {
        if (event != null) {
            outbox.addBySystem(event, payment.traceparent());
        }
    }

    private void sendAfterCommit(Payment payment) {
        if (!payment.status().isIntent() || mustWait(payment)) {
            return;
        }
        payment.claim(now(), lease);
        Request request = payment.request();
        // taken now: after the commit of a batch of events this thread is in the trace of the last one
        String traceparent = payment.traceparent() != null ? payment.traceparent() : Correlation.current();
        AfterCommit.run(() -> send.accept(request, traceparent));
    }

    /** The part of app's event that pay uses. Amount in won. */
    public record Ordered(long orderId, String item, int qty, long amount, String owner) {
    }

    /** The order is accepted: its money is to be taken, or the order ends because its payment has. A payment that a restore has lost is made again. */
    @Transactional
    public void confirm(@Body Ordered ordered) {
        Payment payment = entities.find(Payment.class, ordered.orderId());
        if (payment == null) {
            payment = recreated(ordered);
        }
        publish(payment, payment.confirm(now(), Correlation.current()));
        sendAfterCommit(payment);
    }

    /** Its requests have the keys of the lost payment's, so the provider repeats its answers, and no money moves twice. */
    private Payment recreated(Ordered ordered) {
        LOG.warn("Order {} is accepted, but its payment is not known here, as after a restore: it is made again from the provider's answers", ordered.orderId());
        Payment payment = Payment.authorising(ordered.orderId(), null, ordered.item(), ordered.qty(), ordered.amount(), ordered.owner(), now());
        entities.persist(payment);
        return payment;
    }

    /**
     * The part of app's event that pay uses.
     * @param paymentKey key of app's request; null in events of earlier versions
     */
    public record OrderRejected(long orderId, String reason, String paymentKey, String owner) {
    }

    /** The order is not accepted: any authorisation for it is released. */
    @Transactional
    public void reject(@Body OrderRejected rejected) {
        Payment payment = locked(rejected.orderId());
        if (payment == null) {
            entities.persist(Payment.rejected(rejected.orderId(), rejected.paymentKey(), rejected.owner(), now()));
        } else if (payment.isOfAnotherOrder(rejected.paymentKey())) {
            LOG.warn("A rejected order had the id of order {}, whose payment stays as it is", rejected.orderId());
        } else if (payment.isUnconfirmed()) {
            payment.reject(rejected.reason(), now());
            sendAfterCommit(payment);
        }
    }

    /** The new owner of an order that a guest placed, or that had none. */
    public record NewOwner(String owner) {
    }

    /** @throws Problem 404 there is no such payment; 409 the new owner was erased after the order was placed */
    @Transactional
    public void changeOwner(@Header("orderId") long orderId, @Body NewOwner changed) {
        Payment payment = locked(orderId);
        if (payment == null) {
            throw Problem.notFound("payment of order", orderId);
        }
        tombstones.requireNotErased(changed.owner(), orderId);
        payment.changeOwner(changed.owner());
    }

    /** Locks the row, where a conflict must not fail the caller. */
    private Payment locked(long orderId) {
        return new RowLock(entities, "payment", "order_id").find(Payment.class, orderId);
    }

    /** The capture whose answer is unknown, which a cancellation must resolve first; null if there is none. */
    @Transactional(readOnly = true)
    public Request openCapture(@Header("orderId") long orderId) {
        Payment payment = entities.find(Payment.class, orderId);
        return payment != null && payment.status() == PaymentStatus.Capturing ? payment.request() : null;
    }

    /** The order whose refund the provider must agree to before its cancellation begins; null if nothing is captured. */
    @Transactional(readOnly = true)
    public Long captured(@Header("orderId") long orderId) {
        Payment payment = entities.find(Payment.class, orderId);
        return payment != null && payment.isCaptured() ? payment.orderId() : null;
    }

    /**
     * The action of the saga: no money moves until the outcome is known.
     * @param asked   the order whose refund the provider was asked about; null if nothing was captured then
     * @param account the order's account at the provider; null if nothing is captured, or if the provider does not answer: then the refund
     *                is requested when it does
     * @throws Problem 404 there is no payment; 409 the provider or the payment's state forbids it; 503 an earlier cancellation is not undone
     *                 yet, the money was captured before the provider could be asked, or app does not know yet that the payment has ended
     */
    @Transactional
    public void beginCancellation(@Header("orderId") long orderId, @Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra,
                                  @Variable("captured") Long asked, @Body Account account) {
        if (!participation.act(lra, orderId)) {
            return;
        }
        Payment payment = requireShown(locked(orderId), orderId);
        if (payment.status() == PaymentStatus.Cancelling || payment.isCaptured() && asked == null || payment.endsTheOrder()) {
            throw new CancellationUnavailable();
        }
        if (!payment.canBeCancelled()) {
            throw new Problem(409, "Cannot be cancelled", "The payment is " + payment.shownStatus() + ", so the order cannot be cancelled any more.");
        }
        if (payment.isCaptured() && account != null && account.refundable() + account.refunded() < payment.amount()) {
            throw new Problem(409, "Refund refused", "The payment provider does not give the money back: " + account.refundCode() + ".");
        }
        payment.cancelling(now());
    }

    /** The completion: commits the intent to release or refund the money. */
    @Transactional
    public void cancel(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.complete(lra).ifPresent(this::giveBack);
    }

    /** The part of app's event that pay uses. */
    public record OrderCancelled(long orderId) {
    }

    /**
     * App has completed a cancellation. If pay has undone or lost it, the money is given back nevertheless.
     *
     * @throws IllegalStateException there is no payment: if the event were ignored, {@link #confirm} would make the payment again and take the money
     */
    @Transactional
    public void orderCancelled(@Body OrderCancelled event) {
        if (participation.completeFor(event.orderId())) {
            giveBack(event.orderId());
            return;
        }
        Payment payment = locked(event.orderId());
        if (payment == null) {
            throw new IllegalStateException("order " + event.orderId() + " is cancelled, but has no payment: its event Ordered comes first");
        }
        if (payment.isToBeGivenBack()) {
            payment.cancelling(now());
            giveBack(event.orderId());
        }
    }

    private void giveBack(long orderId) {
        Payment payment = locked(orderId);
        payment.cancelled(now(), Correlation.current());
        sendAfterCommit(payment);
    }

    /** The compensation: the payment continues where it was. */
    @Transactional
    public void restore(@Header(Exchange.SAGA_LONG_RUNNING_ACTION) String lra) {
        participation.compensate(lra).ifPresent(orderId -> {
            Payment payment = locked(orderId);
            payment.restored(authorisationValidity, now());
            sendAfterCommit(payment);
        });
    }

    /**
     * Retries, for an operator, a refund that the provider refused.
     *
     * @throws Problem 404 there is no payment, 409 it is not {@code RefundFailed}
     */
    @Transactional
    public PaymentResource retryRefund(@Header("orderId") long orderId) {
        Payment payment = refundFailed(orderId);
        payment.retryRefund(now());
        sendAfterCommit(payment);
        return PaymentResource.of(payment);
    }

    /** An operator's statement that the customer got the money in another way. */
    public record Settlement(String note) {
    }

    /**
     * Records that a refund that the provider refused was settled by hand.
     *
     * @throws Problem 404 there is no payment, 409 it is not {@code RefundFailed}
     */
    @Transactional
    public PaymentResource settleRefund(@Header("orderId") long orderId, @Body Settlement settlement) {
        Payment payment = refundFailed(orderId);
        publish(payment, payment.refundSettledByHand(settlement.note(), now()));
        LOG.warn("The refund of {} won for order {} is recorded as settled by hand: {}", payment.amount(), orderId, payment.reason());
        return PaymentResource.of(payment);
    }

    private Payment refundFailed(long orderId) {
        Payment payment = requireShown(locked(orderId), orderId);
        if (payment.status() != PaymentStatus.RefundFailed) {
            throw new Problem(409, "No failed refund", "The payment is " + payment.shownStatus() + ", not RefundFailed.");
        }
        return payment;
    }

    /** @throws Problem 404 there is no payment, or none to show */
    private static Payment requireShown(Payment payment, long orderId) {
        if (payment == null || payment.shownStatus() == null) {
            throw Problem.notFound("payment of order", orderId);
        }
        return payment;
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
