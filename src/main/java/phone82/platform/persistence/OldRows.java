package phone82.platform.persistence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.jdbc.core.JdbcTemplate;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;

/**
 * Deletes old rows in steps, each in its own transaction. One transaction for months of rows would exhaust the memory and block others by its
 * locks.
 */
public final class OldRows {

    /** Rows that one statement deletes, and somewhat more if several have the same time. */
    public static final int STEP = 1000;

    private final JdbcTemplate jdbc;
    private final String table;
    private final String time;
    private final String status;
    private final List<String> statuses;
    private final Counter deleted;
    private final ClockJump jump;

    /** @param time the column with the time from which the age counts; it needs an index */
    public OldRows(JdbcTemplate jdbc, MeterRegistry metrics, String table, String time) {
        this(jdbc, metrics, table, time, null, List.of());
    }

    /** @param status a column; only rows with these values are deleted. It needs an index, best with {@code time} as the second column */
    public OldRows(JdbcTemplate jdbc, MeterRegistry metrics, String table, String time, String status, List<String> statuses) {
        this(jdbc, metrics, table, time, status, statuses, ClockJump.HERE);
    }

    OldRows(JdbcTemplate jdbc, MeterRegistry metrics, String table, String time, String status, List<String> statuses, ClockJump jump) {
        this.jump = jump;
        this.jdbc = jdbc;
        this.table = table;
        this.time = time;
        this.status = status;
        this.statuses = statuses;
        this.deleted = counter(metrics, table);
    }

    /** The counter of the rows of a table that were deleted because of their age. */
    public static Counter counter(MeterRegistry metrics, String table) {
        return Counter.builder("phone82.rows.deleted").tag("table", table).description("rows that were deleted because of their age").register(metrics);
    }

    /** Deletes the rows from before this time, unless the clock has just jumped ahead, and returns their number. */
    public int deleteBefore(Instant oldest) {
        if (jump.isRecent()) {
            return 0;
        }
        int all = status == null ? deleteBefore(oldest, "", "")
                : statuses.stream().mapToInt(each -> deleteBefore(oldest, status + " = '" + each + "' and ", status + ", ")).sum();
        deleted.increment(all);
        return all;
    }

    private int deleteBefore(Instant oldest, String condition, String order) {
        int all = 0;
        int step;
        do {
            List<Timestamp> times = jdbc.queryForList("select " + time + " from " + table + " where " + condition + time + " < ? order by " + order + time
                    + " limit " + STEP, Timestamp.class, Timestamp.from(oldest));
            step = times.isEmpty() ? 0 : jdbc.update("delete from " + table + " where " + condition + time + " <= ?", times.get(times.size() - 1));
            all += step;
        } while (step >= STEP);
        return all;
    }
}
