package phone82.provider;

/**
 * A failure on demand.
 *
 * @param operation   authorise, capture, release, refund, lookup or any
 * @param count       number of calls that it affects; null: all until it is removed
 * @param skip        number of calls that it lets pass first
 * @param millis      shortest delay, ms
 * @param maxMillis   longest delay, ms; null: {@code millis}
 * @param probability share of the calls that it affects; null: 1
 */
public record Fault(String operation, Kind kind, Integer count, Integer skip, Long millis, Long maxMillis, Double probability) {

    /** Kinds of failures of a network and a provider. */
    public enum Kind {
        /** 503 without acting */
        refuse,
        /** 500 without acting */
        error,
        /** the connection is closed without acting */
        close,
        /** no answer, without acting */
        hang,
        /** acts, then closes the connection */
        lose,
        /** acts, and answers after a delay */
        delay,
        /** acts, and sends an unreadable answer */
        garbage,
        /** declines permanently */
        decline,
        /** none */
        none
    }

    static final Fault NONE = new Fault("any", Kind.none, null, null, null, null, null);

    boolean concerns(String called) {
        return operation.equals("any") || operation.equals(called);
    }
}
