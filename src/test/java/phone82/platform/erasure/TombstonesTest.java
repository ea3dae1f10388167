package phone82.platform.erasure;

import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import phone82.platform.persistence.ClockJump;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code ErasureTest} shows the rest. */
class TombstonesTest {

    private final DataSource database = new DriverManagerDataSource("jdbc:hsqldb:mem:" + UUID.randomUUID(), "SA", "");
    private final AtomicReference<Runnable> afterNextQuery = new AtomicReference<>(() -> { });
    private final JdbcTemplate jdbc = new JdbcTemplate(database) {
        @Override
        public <T> List<T> query(String sql, RowMapper<T> mapper) {
            List<T> rows = super.query(sql, mapper);
            afterNextQuery.getAndSet(() -> { }).run();
            return rows;
        }
    };

    @Test
    void anOlderResultDoesNotReplaceANewerOne() throws Exception {
        new ResourceDatabasePopulator(new ClassPathResource("db/inbox/V50__erased.sql")).execute(database);
        Tombstones tombstones = new Tombstones(jdbc, false, Duration.ofDays(1), ClockJump.HERE);
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch erased = new CountDownLatch(1);
        afterNextQuery.set(() -> {
            read.countDown();
            await().until(() -> erased.getCount() == 0);
        });
        Thread timer = new Thread(tombstones::purge);
        timer.start();
        read.await();

        tombstones.add("kim", 9, "erased-1");
        Thread request = new Thread(tombstones::load);
        request.start();
        await().until(() -> request.getState() == Thread.State.BLOCKED || request.getState() == Thread.State.TERMINATED);
        erased.countDown();
        timer.join();
        request.join();

        assertThat(tombstones.cover("kim", 8)).isTrue();
        assertThat(tombstones.cover("kim", 9)).as("a later order").isFalse();
    }
}
