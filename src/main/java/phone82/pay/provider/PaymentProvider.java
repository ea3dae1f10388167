package phone82.pay.provider;

import java.io.IOException;
import java.util.Optional;

/**
 * The payment provider, a company outside phone82. Requests are idempotent: a repetition with the same key has no further effect and
 * always gets the same answer, so pay repeats a request until it knows the outcome. See {@code src/docs/payment-provider.md}.
 */
public interface PaymentProvider {

    /** The operations of the provider. */
    enum Operation {
        /** Reserves the amount; no money moves yet. */
        authorise,
        /** Takes the reserved amount. */
        capture,
        /** Cancels the reservation, and closes the reference: later authorisations are declined. */
        release,
        /** Refunds captured money. */
        refund
    }

    /**
     * One request to the provider.
     * @param key       identifies the request; a repetition has the same key
     * @param reference identifies the reservation at the provider; an order has more than one if the first expired
     * @param amount    won
     */
    record Request(String key, String reference, Operation operation, long orderId, String item, long amount) {
    }

    /** The outcome of a request, as far as pay knows it. */
    enum Outcome {
        SUCCEEDED,
        /** Permanently refused: the same request gets the same answer. */
        DECLINED,
        /** The provider has not decided yet; repeat the request. */
        PENDING,
        /** No readable answer: the provider may have acted. Repeat the request. */
        UNKNOWN,
        /** The request was not sent, so the provider has not acted. */
        NOT_SENT
    }

    /**
     * @param code    reason of a decline, for programs; may be null
     * @param message reason for people; may be null
     */
    record Answer(Request request, Outcome outcome, String code, String message) {

        /** Whether the provider declined the request for this reason. */
        public boolean isDeclined(String reason) {
            return outcome == Outcome.DECLINED && reason.equals(code);
        }

        /** The reason why the request did not succeed, for people. */
        public String reason() {
            return message != null ? message : code != null ? code : "no reason given";
        }
    }

    /**
     * The account of an order at the provider.
     *
     * @param refundable won that the provider would refund now
     * @param refundCode reason why it would not refund the whole amount; may be null
     */
    record Account(long orderId, long reserved, long captured, long refunded, long refundable, String refundCode) {
    }

    /**
     * Sends a request, or repeats one.
     *
     * @throws IOException no readable answer within the time limit; the provider may have acted
     */
    Answer perform(Request request) throws IOException;

    /**
     * Looks up an order; empty if the provider does not know it.
     * @throws IOException no readable answer within the time limit
     */
    Optional<Account> account(long orderId) throws IOException;
}
