package phone82.platform.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says when each refused client may try again, so that only a limited number returns per second. A refusal is work, too: clients who all return
 * at once, or as soon as what failed is tried again, can keep a shop overloaded that could serve them one after the other.
 */
final class RetryTimes {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final long pauseNanos;
    private final AtomicLong latest = new AtomicLong(System.nanoTime());

    /** @param perSecond the number of clients that may return per second, as long as none has to wait for more than a minute */
    RetryTimes(int perSecond) {
        pauseNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /**
     * The next free time.
     *
     * @param least the shortest time after which a retry can succeed, in seconds
     * @return in how many seconds to try again
     */
    long next(long least) {
        long now = System.nanoTime();
        long first = now + TimeUnit.SECONDS.toNanos(least);
        long time = latest.updateAndGet(previous -> {
            long following = previous + pauseNanos;
            return following - first < 0 || following - now > LONGEST.toNanos() ? first : following;
        });
        return Math.max(least, Math.round((time - now) / 1e9));
    }
}
