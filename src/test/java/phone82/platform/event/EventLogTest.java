package phone82.platform.event;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import phone82.platform.persistence.ClockJump;
import phone82.platform.persistence.OldRows;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

class EventLogTest {

    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void oldEventsAreDeletedWithOneStatementForEachStep() {
        DriverManagerDataSource database = new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID(), "SA", "");
        Flyway.configure().dataSource(database).locations("classpath:db/outbox").load().migrate();
        AtomicInteger statements = new AtomicInteger();
        JdbcTemplate jdbc = new JdbcTemplate(database) {
            @Override
            public int update(String sql, Object... arguments) {
                statements.incrementAndGet();
                return super.update(sql, arguments);
            }
        };
        int rows = 2 * OldRows.STEP + 500;
        List<Object[]> old = IntStream.range(0, rows).mapToObj(event -> new Object[]{String.valueOf(event), Timestamp.from(Instant.EPOCH)}).toList();
        jdbc.batchUpdate("insert into outbox (event_id, topic, subject, happened_at, traceparent, body, sent) values (?, 'phone82.app.Ordered', '7', ?, '', '{}', true)", old);

        new EventLog(jdbc, null, Duration.ofDays(31), () -> false, new ClockJump(() -> NOON, () -> 0), new SimpleMeterRegistry()).purge();

        assertThat(jdbc.queryForObject("select count(*) from outbox", Integer.class)).isZero();
        assertThat(statements).hasValue(3);
    }

    /** The events may be young. */
    @Test
    void nothingIsDeletedAfterTheClockHasJumpedAhead() {
        AtomicReference<Instant> time = new AtomicReference<>(NOON);
        EventLog log = new EventLog(null, null, Duration.ofDays(31), () -> false, new ClockJump(time::get, () -> 0), new SimpleMeterRegistry());
        time.set(NOON.plus(Duration.ofDays(1)));

        assertThatCode(log::purge).as("without a database").doesNotThrowAnyException();
    }
}
