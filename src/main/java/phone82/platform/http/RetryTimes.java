package phone82.platform.http;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Says when each refused client may try again, so that only a limited number returns per second. A refusal is work, too: clients who all return
 * at once, or as soon as what failed is tried again, can keep a shop overloaded that could serve them one after the other.
 */
final class RetryTimes {

    private static final int LONGEST_SECONDS = 60;

    private final int perSecond;
    /** The seconds from now on, in a ring, with the number of clients that return in each. */
    private final long[] seconds = new long[LONGEST_SECONDS + 1];
    private final int[] clients = new int[LONGEST_SECONDS + 1];

    /** @param perSecond the number of clients that may return per second, as long as none has to wait for more than a minute */
    RetryTimes(int perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * The next second that is not full; any one within a minute if all are.
     *
     * @param least the shortest time after which a retry can succeed, in seconds
     * @return in how many seconds to try again
     */
    synchronized long next(long least) {
        long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
        for (long wait = least; wait <= LONGEST_SECONDS; wait++) {
            if (hasPlace(now + wait)) {
                return wait;
            }
        }
        return least < LONGEST_SECONDS ? ThreadLocalRandom.current().nextLong(least, LONGEST_SECONDS + 1) : least;
    }

    private boolean hasPlace(long second) {
        int place = Math.floorMod(second, seconds.length);
        if (seconds[place] != second) {
            seconds[place] = second;
            clients[place] = 0;
        }
        return clients[place]++ < perSecond;
    }
}
