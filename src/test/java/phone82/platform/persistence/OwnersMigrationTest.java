package phone82.platform.persistence;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import java.io.IOException;
import java.time.Duration;
import javax.sql.DataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Migration of data of a release without logins: its rows have no owner. */
class OwnersMigrationTest {

    private static final String ORDER = "insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) "
            + "values (7, 'note20', 1, 1199000, 1199000, 'Shipped', current_timestamp, 0)";
    private static final String KEY = "insert into idempotency (idempotency_key, fingerprint, order_id, used_at) values (?, 'f', 7, current_timestamp)";

    @Test
    void onHsqldb() {
        assertMigratesRowsWithoutAnOwner(new DriverManagerDataSource("jdbc:hsqldb:mem:owners;hsqldb.tx=mvcc", "SA", ""));
    }

    @Test
    void onPostgres() throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start()) {
            assertMigratesRowsWithoutAnOwner(postgres.getPostgresDatabase());
        }
    }

    private static void assertMigratesRowsWithoutAnOwner(DataSource database) {
        JdbcTemplate jdbc = new JdbcTemplate(database);
        flyway(database, "4");
        jdbc.update(ORDER);
        jdbc.update(KEY, "42");

        flyway(database, "latest");

        assertThat(jdbc.queryForMap("select owner, item from orders where id = 7")).containsEntry("item", "note20").containsEntry("owner", null);
        assertThat(jdbc.queryForMap("select owner, order_id from idempotency where idempotency_key = '42'")).containsEntry("owner", "").containsEntry("order_id", 7L);
        // an instance of that release still runs during the migration
        jdbc.update(KEY, "43");
        jdbc.update("insert into idempotency (owner, idempotency_key, fingerprint, order_id, used_at) values ('ann', '42', 'f', 8, current_timestamp)");
        assertThat(jdbc.queryForObject("select count(*) from idempotency", Long.class)).isEqualTo(3);
    }

    private static void flyway(DataSource database, String target) {
        Flyway.configure().dataSource(database).target(target)
                .locations("classpath:db/inbox", "classpath:db/outbox", "classpath:db/saga", "classpath:db/app").load().migrate();
    }
}
