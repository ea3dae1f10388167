package phone82.journey;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import phone82.Context;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Migrations that widen columns: existing data stays, and longer texts fit. */
class MigrationTest {

    private static final String EMOJI = "\ud83d\udcf1".repeat(100);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            STORE    | delivery    | insert into delivery (order_id, item, qty, status, traceparent, version) values (1, 'note20', 1, 'Shipped', 'x', 0)
            CUSTOMER | history     | insert into history (order_id, item, qty, amount, progress, updated_at) values (1, 'note20', 1, 1, 1, current_timestamp)
            APP      | orders      | insert into orders (id, item, qty, unit_price, amount, status, ordered_at, version) values (1, 'note20', 1, 1, 1, 'Paid', current_timestamp, 0)
            PROVIDER | reservation | insert into reservation (reference, order_id, item, authorised, captured, refunded, closed, attempts) values ('a', 1, 'note20', 1, 1, 0, false, 0)
            """)
    void oldItemsStayAndLongerOnesFit(Context context, String table, String row) {
        oldItemsStayAndLongerOnesFit(new DriverManagerDataSource("jdbc:hsqldb:mem:before-" + table + ";hsqldb.tx=mvcc", "sa", ""), context, table, row);
        List<String> server = Databases.onPostgreSql(Set.of(context)).options().stream().map(option -> option.substring(option.indexOf('=') + 1)).toList();
        oldItemsStayAndLongerOnesFit(new DriverManagerDataSource(server.get(0), server.get(1), server.get(2)), context, table, row);
    }

    private static void oldItemsStayAndLongerOnesFit(DriverManagerDataSource database, Context context, String table, String row) {
        FluentConfiguration flyway = Flyway.configure().dataSource(database).locations("filesystem:" + Path.of("src/main/resources/db", context.id()));
        flyway.target("19?").load().migrate();
        JdbcTemplate jdbc = new JdbcTemplate(database);
        jdbc.update(row.strip());

        flyway.target("20").load().migrate();

        assertThat(jdbc.queryForList("select item from " + table, String.class)).containsExactly("note20");
        jdbc.update("update " + table + " set item = ?", EMOJI);
        assertThat(jdbc.queryForList("select item from " + table, String.class)).containsExactly(EMOJI);
    }
}
