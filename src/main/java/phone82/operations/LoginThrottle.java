package phone82.operations;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import phone82.platform.api.Problem;

import java.net.InetAddress;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Slows down password guessing: after five failures an address has to wait before each further attempt, every time twice as long. A success
 * does not reset the count; otherwise an operator at the same address would keep resetting it for an attacker.
 */
class LoginThrottle {

    static final int FREE = 5;

    private static final Duration LONGEST = Duration.ofMinutes(1);
    /** Counted from the first attempt. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(15);
    private static final int ADDRESSES = 10_000;

    private final Cache<InetAddress, Failures> failures = Caffeine.newBuilder().maximumSize(ADDRESSES).expireAfterWrite(FORGOTTEN).build();

    private static final class Failures {

        private int number;
        private long closedUntil = System.nanoTime() - 1;
    }

    /**
     * Makes the attempt unless the address has to wait. Attempts from one address are made one after the other.
     *
     * @return whether it succeeded
     * @throws Problem 429 if the address has to wait
     */
    boolean attempt(InetAddress address, BooleanSupplier login) {
        Failures counted = failures.get(address, first -> new Failures());
        synchronized (counted) {
            Duration wait = Duration.ofNanos(counted.closedUntil - System.nanoTime());
            if (!wait.isNegative()) {
                long seconds = wait.toSeconds() + 1;
                throw new Problem(429, "Too many failed logins", "There were too many failed logins from here.").retryAfter(seconds);
            }
            if (login.getAsBoolean()) {
                return true;
            }
            counted.number++;
            if (counted.number >= FREE) {
                long seconds = Math.min(LONGEST.toSeconds(), 1L << Math.min(counted.number - FREE, 6));
                counted.closedUntil = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            }
            return false;
        }
    }
}
