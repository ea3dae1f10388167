package phone82.pay.provider;

import java.io.IOException;
import java.util.Optional;

/**
 * The payment provider, a company outside phone82. Repeating a request with the same key has the effect of one and gets the
 * same answer, for ever; so pay repeats a request until it knows the outcome. See {@code src/docs/payment-provider.md}.
 */
public interface PaymentProvider {

    /** What the provider can be asked to do. */
    enum Operation {
        /** Reserves the amount; no money moves yet. */
        authorise,
        /** Takes the reserved amount. */
        capture,
        /** Gives up the reservation, and closes the reference to any authorisation that arrives later. */
        release,
        /** Gives captured money back. */
        refund
    }

    /**
     * One request to the provider.
     *
     * @param key       names the request; a repetition has the same one
     * @param reference names the reservation at the provider; an order has more than one if the first expired
     * @param amount    won
     */
    record Request(String key, String reference, Operation operation, long orderId, String item, long amount) {
    }

    /** How a request ended, as far as pay can know. */
    enum Outcome {
        SUCCEEDED,
        /** Refused for good: the same request gets the same answer. */
        DECLINED,
        /** The provider has not decided yet; repeat the request. */
        PENDING,
        /** No answer that can be read: the provider may have acted. Repeat the request. */
        UNKNOWN,
        /** The request was not sent, so the provider has not acted. */
        NOT_SENT
    }

    /**
     * @param code    of a decline, for programs; may be null
     * @param message for people; may be null
     */
    record Answer(Request request, Outcome outcome, String code, String message) {

        /** Whether the provider declined the request for this reason. */
        public boolean isDeclined(String reason) {
            return outcome == Outcome.DECLINED && reason.equals(code);
        }

        /** Why the request did not succeed, for people. */
        public String reason() {
            return message != null ? message : code != null ? code : "no reason given";
        }
    }

    /**
     * What the provider holds of an order.
     *
     * @param refundable won that it would give back now
     * @param refundCode why it would not give back all; may be null
     */
    record Account(long orderId, long reserved, long captured, long refunded, long refundable, String refundCode) {
    }

    /**
     * Makes a request, or repeats one.
     *
     * @throws IOException without an answer that can be read within the time limit; the provider may have acted
     */
    Answer perform(Request request) throws IOException;

    /**
     * Looks up an order; empty if the provider does not know it.
     *
     * @throws IOException without an answer that can be read within the time limit
     */
    Optional<Account> account(long orderId) throws IOException;
}
