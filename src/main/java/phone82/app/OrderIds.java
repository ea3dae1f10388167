package phone82.app;

import java.time.Clock;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Generates order ids that are never reused: the millisecond of the order (41 bits) and a random number of this instance (12 bits).
 * They need no database, grow with time, do not reveal the number of orders, and stay below 2^53, so that JavaScript keeps every digit.
 */
class OrderIds {

    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
    private static final int INSTANCE_BITS = 12;
    private static final int INSTANCES = 1 << INSTANCE_BITS;
    private static final long END = 1L << 41;

    /** How far ids may be ahead of the clock, in milliseconds: several orders in one millisecond, or a clock that was corrected a little. */
    private static final long AHEAD = 1000;

    private final Clock clock;
    /** Odd, so that every number is used before one repeats; random, so that two instances with the same number diverge at once. */
    private final int stride;
    private int instance;
    private long last;

    OrderIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.instance = random.nextInt(INSTANCES);
        this.stride = random.nextInt(INSTANCES) | 1;
    }

    synchronized long next() {
        long now = Math.max(1, clock.millis() - EPOCH.toEpochMilli());
        if (now > last) {
            last = now;
        } else if (last - now < AHEAD) {
            last++;
        } else {
            // the clock was set back: the ids from here on have another instance number
            last = now;
            changeInstance();
        }
        if (last >= END) {
            throw new IllegalStateException("no order id for " + clock.instant() + "; set the clock");
        }
        return last << INSTANCE_BITS | instance;
    }

    /** Another id in place of one that another instance has used. The instance number changes, or the next ids would collide, too. */
    synchronized long insteadOf(long taken) {
        if ((taken & INSTANCES - 1) == instance) {
            changeInstance();
        }
        return next();
    }

    private void changeInstance() {
        instance = instance + stride & INSTANCES - 1;
    }

    /** Returns the lowest id that an order from a time on can have; until then ids may be ahead of the clock. */
    static long from(Instant time) {
        return time.toEpochMilli() + AHEAD + 1 - EPOCH.toEpochMilli() << INSTANCE_BITS;
    }

    /** The time in an id. It is the time of the order, so lists by id are lists by time. */
    static Instant time(long id) {
        return EPOCH.plusMillis(id >> INSTANCE_BITS);
    }
}
