package phone82.provider;

/**
 * The provider's decision about a request.
 * @param code reason if the request has not succeeded; null if it has
 */
record Decision(Outcome outcome, String code) {

    static final Decision SUCCEEDED = new Decision(Outcome.succeeded, null);

    static Decision declined(String code) {
        return new Decision(Outcome.declined, code);
    }

    static Decision pending(String code) {
        return new Decision(Outcome.pending, code);
    }
}
