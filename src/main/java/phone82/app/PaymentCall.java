package phone82.app;

import org.apache.camel.Body;
import phone82.platform.Json;
import phone82.platform.Problem;

/** What app says to pay, and what it tells the customer of the answer. */
public class PaymentCall {

    private final long retryAfterSeconds;

    /** @param retryAfterSeconds what a customer is asked to wait when pay cannot be had */
    public PaymentCall(long retryAfterSeconds) {
        this.retryAfterSeconds = retryAfterSeconds;
    }

    private record Request(long orderId, String item, int qty, long amount) {
    }

    public byte[] request(@Body Order order) {
        return Json.bytes(new Request(order.id(), order.item(), order.qty(), order.amount()));
    }

    public void declined() {
        throw new Problem(402, "Payment declined",
                "The payment was declined, so there is no order. Use another way to pay, or order less.");
    }

    public void unavailable() {
        throw new Problem(503, "Payment unavailable",
                "The payment cannot be made at the moment, so there is no order and nothing is charged. Try again in "
                        + retryAfterSeconds + " s.").header("Retry-After", retryAfterSeconds);
    }
}
