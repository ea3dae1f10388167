package phone82.provider;

/**
 * A failure on demand.
 *
 * @param operation   authorise, capture, release, refund, lookup or any
 * @param count       how many calls it strikes; null: all until it is removed
 * @param skip        how many calls it lets pass first
 * @param millis      the least delay, ms
 * @param maxMillis   the longest delay, ms; null: {@code millis}
 * @param probability the share of calls that it strikes; null: 1
 */
public record Fault(String operation, Kind kind, Integer count, Integer skip, Long millis, Long maxMillis, Double probability) {

    /** The failures that a network and a provider have. */
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
        /** acts, and answers what nobody can read */
        garbage,
        /** declines for good */
        decline,
        /** none */
        none
    }

    static final Fault NONE = new Fault("any", Kind.none, null, null, null, null, null);

    boolean concerns(String called) {
        return operation.equals("any") || operation.equals(called);
    }
}
