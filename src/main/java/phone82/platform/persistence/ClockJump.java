package phone82.platform.persistence;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Notices that the clock of this machine jumps ahead. For an hour nothing is deleted then because of its age, so that the clock can be corrected: what a
 * wrong clock takes for old may still be needed.
 */
public final class ClockJump {

    /** The clock of this JVM. */
    public static final ClockJump HERE = new ClockJump(InstantSource.system(), System::nanoTime);

    private static final Logger LOG = LoggerFactory.getLogger(ClockJump.class);

    /** Between two calls a clock may be adjusted by less than this. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofHours(1);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private Instant lastTime;
    private long lastNanos;
    private boolean hasJumped;
    private long jumpNanos;

    /** @param nanos a time in ns that no correction of the clock changes */
    public ClockJump(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        lastTime = clock.instant();
        lastNanos = nanos.getAsLong();
    }

    /** Whether the clock has jumped ahead within the last hour, as far as earlier calls show. */
    public synchronized boolean isRecent() {
        Instant time = clock.instant();
        long now = nanos.getAsLong();
        Duration ahead = Duration.between(lastTime, time).minusNanos(now - lastNanos);
        lastTime = time;
        lastNanos = now;
        if (ahead.compareTo(TOLERANCE) > 0) {
            hasJumped = true;
            jumpNanos = now;
            LOG.warn("The clock has jumped ahead by {} s. For an hour nothing is deleted because of its age; correct the clock if it is wrong", ahead.toSeconds());
        } else if (hasJumped && now - jumpNanos >= PAUSE.toNanos()) {
            hasJumped = false;
        }
        return hasJumped;
    }
}
