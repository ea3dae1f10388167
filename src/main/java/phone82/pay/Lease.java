package phone82.pay;

import java.time.Duration;

/**
 * How long an attempt at an intent belongs to one worker; then another worker, perhaps of another instance, repeats it.
 *
 * @param time  from the claim on
 * @param spare how much of it may pass before the call to the provider begins
 */
record Lease(Duration time, Duration spare) {

    /** An attempt that a crash has cut off waits so long. */
    private static final Duration LEAST = Duration.ofSeconds(5);
    private static final Duration LEAST_SPARE = Duration.ofSeconds(1);

    /**
     * The lease that covers the longest attempt: a call and the look-up that may follow it.
     *
     * @param connect       limit for getting a connection, and for opening one
     * @param authorisation limit for the answer to an authorisation
     * @param other         limit for any other answer; a look-up has half of it
     */
    static Lease covering(Duration connect, Duration authorisation, Duration other) {
        Duration answer = authorisation.compareTo(other) > 0 ? authorisation : other;
        Duration attempt = connect.multipliedBy(4).plus(answer).plus(other.dividedBy(2));
        Duration enough = attempt.plus(LEAST_SPARE);
        Duration time = enough.compareTo(LEAST) > 0 ? enough : LEAST;
        return new Lease(time, time.minus(attempt));
    }
}
