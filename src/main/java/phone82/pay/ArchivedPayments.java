package phone82.pay;

import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.archive.ArchiveEffect;
import phone82.platform.persistence.Placeholders;

import java.util.List;

/** The total of the archived payments, by which the money of archived orders stays accounted for. */
public class ArchivedPayments implements ArchiveEffect {

    private final JdbcTemplate jdbc;

    ArchivedPayments(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param held won that were captured and not refunded
     * @param last the highest id among them; zero if there is none
     */
    public record Total(long orders, long held, long last) {
    }

    @Override
    public void deleting(List<Long> orders) {
        String among = " from payment where order_id in (" + Placeholders.of(orders) + ")";
        jdbc.query("select count(*), coalesce(sum(case when status = 'Completed' then amount else 0 end), 0), coalesce(max(order_id), 0)" + among, row -> {
            jdbc.update("update archived set orders = orders + ?, held = held + ?, last_id = greatest(last_id, ?) where one = 1", row.getLong(1), row.getLong(2), row.getLong(3));
        }, orders.toArray());
    }

    public Total show() {
        return jdbc.queryForObject("select orders, held, last_id from archived where one = 1", (row, n) -> new Total(row.getLong(1), row.getLong(2), row.getLong(3)));
    }
}
