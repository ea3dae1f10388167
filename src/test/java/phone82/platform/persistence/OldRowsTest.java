package phone82.platform.persistence;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Old rows are deleted, however many there are, and no others. */
class OldRowsTest {

    private static final Instant LIMIT = Instant.parse("2026-11-01T00:00:00Z");
    private static final int OLD = 2 * OldRows.STEP + 500;

    private final JdbcTemplate jdbc = new JdbcTemplate(new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID(), "SA", ""));
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @BeforeEach
    void createTable() {
        jdbc.execute("create table cancellation (id varchar(36) primary key, state varchar(20) not null, since timestamp(6) with time zone not null)");
        jdbc.execute("create index cancellation_since on cancellation (state, since)");
    }

    @Test
    void rowsBeforeATimeAreDeletedInSteps() {
        insert("Ended", OLD, LIMIT.minusSeconds(1));
        insert("Open", 10, LIMIT.minus(Duration.ofDays(1)));
        insert("Ended", 10, LIMIT);

        assertThat(new OldRows(jdbc, metrics, "cancellation", "since").deleteBefore(LIMIT)).isEqualTo(OLD + 10);

        assertThat(count("Ended")).isEqualTo(10);
        assertThat(count("Open")).isZero();
        assertThat(metrics.counter("phone82.rows.deleted", "table", "cancellation").count()).isEqualTo(OLD + 10);
    }

    @Test
    void rowsOfOtherStatusesStay() {
        IntStream.range(0, OLD).forEach(i -> insert("Ended", 1, LIMIT.minusSeconds(i + 1)));
        insert("Undone", 10, LIMIT.minusSeconds(1));
        insert("Open", 10, LIMIT.minusSeconds(1));

        assertThat(new OldRows(jdbc, metrics, "cancellation", "since", "state", List.of("Ended", "Undone")).deleteBefore(LIMIT)).isEqualTo(OLD + 10);

        assertThat(count("Ended")).isZero();
        assertThat(count("Undone")).isZero();
        assertThat(count("Open")).isEqualTo(10);
    }

    /** The rows may be young. */
    @Test
    void nothingIsDeletedAfterTheClockHasJumpedAhead() {
        insert("Ended", 10, LIMIT.minusSeconds(1));
        AtomicReference<Instant> time = new AtomicReference<>(LIMIT);
        OldRows rows = new OldRows(jdbc, metrics, "cancellation", "since", null, List.of(), new ClockJump(time::get, () -> 0));
        time.set(LIMIT.plus(Duration.ofDays(1)));

        assertThat(rows.deleteBefore(LIMIT)).isZero();

        assertThat(count("Ended")).isEqualTo(10);
    }

    private void insert(String state, int rows, Instant since) {
        jdbc.batchUpdate("insert into cancellation (id, state, since) values (?, ?, ?)",
                IntStream.range(0, rows).mapToObj(i -> new Object[]{UUID.randomUUID().toString(), state, Timestamp.from(since)}).toList());
    }

    private int count(String state) {
        return jdbc.queryForObject("select count(*) from cancellation where state = ?", Integer.class, state);
    }
}
