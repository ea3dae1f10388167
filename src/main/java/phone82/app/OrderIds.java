package phone82.app;

import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Takes the ids of orders from the database in blocks, so that an order, above all a refused one, needs no statement for its id. */
class OrderIds {

    /** As the sequence of the database counts. */
    private static final int BLOCK = 50;

    private final JdbcTemplate jdbc;
    private final String nextBlock;
    private final Duration patience;
    private final Lock lock = new ReentrantLock();
    private long next;
    private long end;

    /**
     * @param nextBlock the statement that takes the next number of the sequence
     * @param patience  how long an order waits for another one that takes the next block
     */
    OrderIds(JdbcTemplate jdbc, String nextBlock, Duration patience) {
        this.jdbc = jdbc;
        this.nextBlock = nextBlock;
        this.patience = patience;
    }

    /** @throws CannotGetJdbcConnectionException when the next block cannot be had */
    long next() {
        if (!entered()) {
            throw new CannotGetJdbcConnectionException("no id", new SQLTransientConnectionException("another order waits for the database"));
        }
        try {
            if (next == end) {
                next = jdbc.queryForObject(nextBlock, Long.class);
                end = next + BLOCK;
            }
            return next++;
        } finally {
            lock.unlock();
        }
    }

    private boolean entered() {
        try {
            return lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
