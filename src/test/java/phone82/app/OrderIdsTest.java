package phone82.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OrderIdsTest {

    private static final int ORDERS = 16;
    private static final Duration PATIENCE = Duration.ofMillis(250);

    @Test
    void ordersDoNotQueueForADatabaseThatIsAway() throws Exception {
        HikariConfig one = new HikariConfig();
        one.setJdbcUrl("jdbc:hsqldb:mem:order-ids");
        one.setMaximumPoolSize(1);
        one.setConnectionTimeout(PATIENCE.toMillis());
        ExecutorService customers = Executors.newFixedThreadPool(ORDERS);
        try (HikariDataSource database = new HikariDataSource(one)) {
            JdbcTemplate jdbc = new JdbcTemplate(database);
            jdbc.execute("create sequence order_id start with 1 increment by 50");
            OrderIds ids = new OrderIds(jdbc, "call next value for order_id", PATIENCE);

            try (Connection taken = database.getConnection()) {
                long begin = System.nanoTime();
                for (Future<Long> id : customers.invokeAll(Collections.<Callable<Long>>nCopies(ORDERS, ids::next))) {
                    assertThatThrownBy(id::get).hasRootCauseInstanceOf(SQLTransientConnectionException.class);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE.multipliedBy(ORDERS / 2));
            }

            List<Long> given = IntStream.range(0, 120).mapToObj(i -> ids.next()).toList();
            assertThat(given).isEqualTo(LongStream.rangeClosed(1, 120).boxed().toList());
        } finally {
            customers.shutdownNow();
        }
    }
}
