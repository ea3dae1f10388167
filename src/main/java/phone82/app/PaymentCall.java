package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.log.BreakerLog;
import phone82.platform.log.RareWarnings;
import phone82.platform.observability.Correlation;

import java.time.Duration;

/** The request to pay for an authorisation, and the answers to the customer. */
public class PaymentCall {

    private static final Logger LOG = LoggerFactory.getLogger(PaymentCall.class);

    private static final int DECLINED = 402;
    /** Pay has another payment under the order's id. */
    static final int CONFLICT = 409;
    /** The customer's bank did not decide; neither pay nor the provider failed. */
    static final int UNDECIDED = 424;

    private final RareWarnings warnings = new RareWarnings(LOG, Duration.ofMinutes(1));
    /** By {@code System.nanoTime()}. */
    private volatile long retriesAt = System.nanoTime();

    /** @param open how long the breaker stays open before its next trial call */
    public PaymentCall(CircuitBreaker breaker, Duration open) {
        breaker.getEventPublisher().onStateTransition(event -> {
            if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                retriesAt = System.nanoTime() + open.toNanos();
            }
        });
        BreakerLog.of(breaker, LOG, "pay fails or answers too late, so orders are refused until it answers; look at pay and the payment provider",
                "pay answers, and orders are accepted");
    }

    private record Request(long orderId, String item, int qty, long amount, String owner) {
    }

    /** The request. By its payment key, pay distinguishes a retry from another order with the same id. */
    public byte[] request(@Body Order order, Exchange exchange) {
        // those of the customer's request would change the address of this one
        exchange.getMessage().removeHeaders("CamelHttp*");
        exchange.getMessage().setHeader("Payment-Key", order.paymentKey());
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        Correlation.about(String.valueOf(order.id()));
        return Json.bytes(new Request(order.id(), order.item(), order.qty(), order.amount(), order.owner()));
    }

    /** @throws IdTaken pay's payment under this id belongs to another order, so this one must neither use nor release it */
    public void requireOwnId(@Variable("order") Order order, @Header(Exchange.HTTP_RESPONSE_CODE) int status) {
        if (status == CONFLICT) {
            LOG.warn("Pay has another payment for order id {}; the id is not used", order.id());
            throw new IdTaken(order.id());
        }
    }

    /** App has an order with this id, although pay no longer knows the id. */
    public void idTaken(@Body Order order) {
        LOG.warn("Order {} exists already; the new order is refused", order.id());
        throw new IdTaken(order.id());
    }

    /** Logs why pay did not answer, or not as its contract says. */
    public void failed(@Body Order order, @ExchangeException Exception cause) {
        // pay always refuses a rehearsal
        if (order.id() > 0) {
            warnings.warn("pay", "Pay does not authorise payments: {}", cause.toString());
        }
    }

    /** Refuses the order after an answer that is no failure of pay: the provider declined, or did not decide in time. */
    public void refused(@Header(Exchange.HTTP_RESPONSE_CODE) int status) {
        if (status == DECLINED) {
            throw new Problem(DECLINED, "Payment declined",
                    "The payment was declined, so this request places no order. Use another way to pay, or order less.");
        }
        unavailable();
    }

    /** Refuses the order; a retry can succeed after the rest of the breaker's open time. */
    public void unavailable() {
        long retryAfterSeconds = Math.max(1, (Duration.ofNanos(retriesAt - System.nanoTime()).toMillis() + 999) / 1000);
        throw new Problem(503, "Payment unavailable",
                "The payment cannot be made at the moment, so this request places no order and charges nothing.").retryAfter(retryAfterSeconds);
    }
}
