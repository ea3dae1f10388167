package phone82.platform.persistence;

import org.apache.commons.lang3.exception.ExceptionUtils;

import java.sql.SQLTransientConnectionException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;

/**
 * Queries whose results are gauges. If one of them gets no connection, the values of all are unknown (NaN) for some seconds. Otherwise each would wait
 * for a connection while the database is unavailable, and Prometheus would not wait for them all.
 */
public class GaugeQueries {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private volatile long resumed = System.nanoTime();

    /** The seconds since a time in the database; zero if there is none, and while the clock is behind it. */
    public static double secondsSince(Timestamp time) {
        return time == null ? 0 : Math.max(0, Duration.between(time.toInstant(), Instant.now()).toMillis()) / 1000.0;
    }

    /** Returns the query, which is not made during a pause. */
    public <T> ToDoubleFunction<T> unlessUnavailable(ToDoubleFunction<T> query) {
        return source -> {
            if (System.nanoTime() - resumed < 0) {
                return Double.NaN;
            }
            try {
                return query.applyAsDouble(source);
            } catch (RuntimeException e) {
                if (ExceptionUtils.indexOfType(e, SQLTransientConnectionException.class) >= 0) {
                    resumed = System.nanoTime() + PAUSE.toNanos();
                }
                throw e;
            }
        };
    }
}
