package phone82.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.resilience4j.bulkhead.Bulkhead;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Header;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Json;
import phone82.platform.Problem;
import phone82.platform.http.Problems;

import java.io.IOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What app says to the others in a cancellation, and what it tells the customer of its outcome. */
public class Cancellation {

    private static final Logger LOG = LoggerFactory.getLogger(Cancellation.class);

    private final Orders orders;
    private final Bulkhead places;

    /** @param places what as many as may be under way at once go through */
    public Cancellation(Orders orders, Bulkhead places) {
        this.orders = orders;
        this.places = places;
    }

    /** Takes a place until the customer has an answer. Camel's throttle would do, but a route that has one cannot be drawn. */
    public void enter(Exchange exchange) {
        places.acquirePermission();
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                places.onComplete();
            }
        });
    }

    private record Hold(String item, int qty, String owner) {
    }

    /** What store holds back, also where it has not heard of the order yet. */
    public byte[] hold(@Header("id") long id) {
        Order order = orders.get(id);
        return Json.bytes(new Hold(order.item(), order.qty(), order.owner()));
    }

    /** The saga ended with a failure: tells the truth that is known now. */
    public void explain(@Header("id") long id, Exchange exchange) {
        Throwable failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (!exchange.getProperty("agreed", false, boolean.class) || !endsCancelled(id, exchange)) {
            if (!(failure instanceof Problem problem && problem.status() == 404)) {
                LOG.info("Order {} is not cancelled: {}", id, failure.toString());
            }
            Problems.write(exchange, problem(failure));
        }
    }

    /** Where all agreed and only the coordinator's last answer is missing, the order is cancelled or will be. */
    private boolean endsCancelled(long id, Exchange exchange) {
        OrderResource order = OrderResource.of(orders.get(id));
        if (order.status() != OrderStatus.Cancelled && order.status() != OrderStatus.Cancelling) {
            return false;
        }
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, order.status() == OrderStatus.Cancelled ? 200 : 202);
        exchange.getMessage().setBody(order);
        return true;
    }

    private static Problem problem(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem known) {
                return known;
            }
            if (cause instanceof HttpOperationFailedException answer && answer.getStatusCode() == 409) {
                return new Problem(409, "Cannot be cancelled", detail(answer));
            }
        }
        return new Problem(503, "Cancellation unavailable",
                "The order cannot be cancelled at the moment; nothing has changed. Try again in 5 s.").header("Retry-After", 5);
    }

    private static String detail(HttpOperationFailedException answer) {
        try {
            JsonNode problem = Json.read(answer.getResponseBody().getBytes(UTF_8));
            return problem.path("detail").asText("The order cannot be cancelled any more.");
        } catch (IOException e) {
            return "The order cannot be cancelled any more.";
        }
    }
}
