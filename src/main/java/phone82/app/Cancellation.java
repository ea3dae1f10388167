package phone82.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.http.Problems;
import phone82.platform.identity.Caller;
import phone82.platform.saga.CancellationUnavailable;

import java.io.IOException;
import java.time.Duration;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Requests and answers of the cancellation saga. */
public class Cancellation implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(Cancellation.class);

    private final Orders orders;
    private final AdaptiveLimit limit;
    private final Duration quick;

    /**
     * @param limit of the cancellations in progress
     * @param quick time in which a cancellation succeeds that raises the limit; one that fails later, because another server does not answer, lowers it
     */
    Cancellation(Orders orders, AdaptiveLimit limit, Duration quick) {
        this.orders = orders;
        this.limit = limit;
        this.quick = quick;
    }

    /**
     * Occupies a place until the request is answered. No cancellation waits for a place: it would occupy a worker that orders need.
     *
     * @throws CancellationUnavailable no place is free
     */
    public void enter(Exchange exchange) throws InterruptedException {
        if (!limit.enter(Duration.ZERO, () -> true)) {
            throw new CancellationUnavailable();
        }
        long entered = System.nanoTime();
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                limit.leave();
                adjust(failure(done), System.nanoTime() - entered);
            }
        });
    }

    /** A refusal does not change the limit, and neither does a payment provider that takes long. */
    private void adjust(Throwable failure, long nanos) {
        boolean isQuick = nanos <= quick.toNanos();
        if (failure == null && isQuick) {
            limit.raise();
        } else if (failure != null && !isQuick && answer(failure) instanceof CancellationUnavailable) {
            limit.lower();
        }
    }

    private static Throwable failure(Exchange exchange) {
        return exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
    }

    private record Hold(String item, int qty, String owner) {
    }

    /** The request to store: hold the delivery of this order, even if store does not know the order yet. */
    public byte[] hold(@Header("id") long id) {
        Order order = orders.get(id);
        return Json.bytes(new Hold(order.item(), order.qty(), order.owner()));
    }

    /** Answers the customer after the saga failed: with the order if it is cancelled or may yet be, otherwise with the problem. */
    public void answerFailure(@Header("id") long id, @Variable(Caller.VARIABLE) Caller caller, Exchange exchange) {
        Throwable failure = failure(exchange);
        Throwable answer = answer(failure);
        if (!showsOrder(id, caller, answer instanceof CancellationUnavailable, exchange)) {
            if (answer instanceof Problem problem && problem.status() != 404) {
                // the client of the coordinator logs its failures, and a metric shows the places
                boolean isKnown = problem.status() == 409 || ObjectHelper.getException(CancellationUnavailable.class, failure) != null;
                LOG.atLevel(isKnown ? Level.INFO : Level.WARN).log("Order {} is not cancelled: {}", id, failure.toString());
            }
            Problems.write(exchange, answer);
        }
    }

    /**
     * Answers with the order if it is cancelled, perhaps because its payment failed meanwhile, or if the outcome is open.
     *
     * @param isOpen whether a cancellation in progress may still succeed: the coordinator's last answer is missing, or another request began it
     */
    private boolean showsOrder(long id, Caller caller, boolean isOpen, Exchange exchange) {
        Order order = orders.get(id);
        if (order == null || !caller.sees(order.owner()) || order.status() != OrderStatus.Cancelled && !(isOpen && order.status() == OrderStatus.Cancelling)) {
            return false;
        }
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, order.status() == OrderStatus.Cancelled ? 200 : 202);
        exchange.getMessage().setBody(OrderResource.of(order));
        return true;
    }

    /** The problem to answer with; a fault of the program is returned as it is. */
    private static Throwable answer(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem known) {
                return known;
            }
            if (cause instanceof HttpOperationFailedException answer && answer.getStatusCode() == 409) {
                return refusal(answer);
            }
            if (cause instanceof HttpOperationFailedException answer && answer.getStatusCode() == 404) {
                // pay does not know the payment of an accepted order, as after a restore, until the order's events are sent again
                return new CancellationUnavailable();
            }
        }
        return Problems.isTemporary(failure) ? new CancellationUnavailable() : failure;
    }

    /** Store may know of a shipment before app. */
    private static Problem refusal(HttpOperationFailedException answer) {
        JsonNode problem;
        try {
            problem = Json.read(answer.getResponseBody().getBytes(UTF_8));
        } catch (IOException e) {
            problem = MissingNode.getInstance();
        }
        return new Problem(409, problem.path("title").asText().equals(Orders.SHIPPED_ALREADY) ? Orders.SHIPPED_ALREADY : "Cannot be cancelled",
                problem.path("detail").asText("The order cannot be cancelled any more."));
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        limit.bindTo(metrics, "phone82.cancellation", "cancellations");
    }
}
