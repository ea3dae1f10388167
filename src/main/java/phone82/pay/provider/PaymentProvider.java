package phone82.pay.provider;

/**
 * The payment provider, a company outside phone82. Every call names the order, and repeating a call has the effect
 * of one: after a crash or a lost answer it is simply made again.
 */
public interface PaymentProvider {

    /**
     * What is to be paid.
     *
     * @param amount won
     */
    record Charge(long orderId, String item, long amount) {
    }

    /** Reserves the money; nothing moves yet. */
    void authorise(Charge charge) throws Refused, Unavailable;

    /** Takes the reserved money. */
    void capture(Charge charge) throws Refused, Unavailable;

    /** Lets go of a reservation; does nothing where there is none. */
    void release(Charge charge) throws Unavailable;

    /** Asks whether taken money can be given back; a yes holds until {@link #refund}, or for a day. */
    void agreeRefund(Charge charge) throws Refused, Unavailable;

    /** Gives the taken money back, as agreed. */
    void refund(Charge charge) throws Unavailable;

    /** The provider says no, for good: asking again gives the same answer. */
    class Refused extends Exception {
        public Refused(String reason) {
            super(reason, null, false, false);
        }
    }

    /** The provider cannot be had or did not answer; asking again may help. */
    class Unavailable extends Exception {
        public Unavailable(String message) {
            super(message, null, false, false);
        }
    }
}
