package phone82.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A limit on the work in progress that adapts to the servers that do it: quick work raises it, work that takes too long lowers it. */
final class AdaptiveLimit {

    private static final double MORE = 0.25;
    private static final double FEWER = 0.7;

    private final int least;
    private final int most;
    private final Duration together;
    private final ReentrantLock lock = new ReentrantLock(true);
    /** The conditions of those who wait for a place, in turn. */
    private final Deque<Condition> waiting = new ArrayDeque<>();
    private double places;
    private int taken;
    private long lowered = System.nanoTime();

    /**
     * @param least    lower bound of the limit
     * @param first    limit after the start
     * @param most     upper bound of the limit
     * @param together within this time the limit is lowered only once, because what is slow at the same time is slow for the same reason
     */
    AdaptiveLimit(int least, int first, int most, Duration together) {
        this.least = least;
        this.most = most;
        this.together = together;
        places = first;
    }

    /**
     * Occupies a place; who waits for one gets it in turn.
     *
     * @param patience  longest wait for a place
     * @param isLimited whether the limit applies at the moment
     * @return whether a place became free in time
     */
    boolean enter(Duration patience, BooleanSupplier isLimited) throws InterruptedException {
        long nanos = patience.toNanos();
        lock.lockInterruptibly();
        Condition turn = lock.newCondition();
        waiting.add(turn);
        try {
            while ((taken >= (int) places || waiting.peek() != turn) && isLimited.getAsBoolean()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = turn.awaitNanos(nanos);
            }
            taken++;
            return true;
        } finally {
            waiting.remove(turn);
            wakeNext();
            lock.unlock();
        }
    }

    /** There may be several free places, or no limit any more: each that enters or gives up wakes the next one. */
    private void wakeNext() {
        if (!waiting.isEmpty()) {
            waiting.peek().signal();
        }
    }

    void leave() {
        update(() -> {
            taken--;
            wakeNext();
        });
    }

    /** Raises the limit, because a piece of work was done quickly. */
    void raise() {
        update(() -> {
            places = Math.min(most, places + MORE);
            wakeNext();
        });
    }

    /** Lowers the limit, because a piece of work took too long. */
    void lower() {
        update(() -> {
            long now = System.nanoTime();
            if (now - lowered > together.toNanos()) {
                lowered = now;
                places = Math.max(least, places * FEWER);
            }
        });
    }

    /**
     * Adds the metrics {@code <name>.places} and {@code <name>.taken}.
     *
     * @param work what occupies the places, in the plural
     */
    void bindTo(MeterRegistry metrics, String name, String work) {
        Gauge.builder(name + ".places", () -> locked(() -> (int) places)).description(work + " that may be in progress at the same time").register(metrics);
        Gauge.builder(name + ".taken", () -> locked(() -> taken)).description(work + " in progress").register(metrics);
    }

    int waiting() {
        return locked(waiting::size);
    }

    private void update(Runnable change) {
        locked(() -> {
            change.run();
            return null;
        });
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
