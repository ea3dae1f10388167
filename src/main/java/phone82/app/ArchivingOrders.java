package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.api.Problem;
import phone82.platform.archive.ArchiveEffect;
import phone82.platform.persistence.Placeholders;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;

/**
 * The orders that are being archived. App is the first context that deletes an order, so that nobody can change it any more, and remembers
 * it until the others have deleted it, too.
 */
public class ArchivingOrders implements ArchiveEffect {

    private final JdbcTemplate jdbc;
    private final Intake intake;

    ArchivingOrders(JdbcTemplate jdbc, Intake intake) {
        this.jdbc = jdbc;
        this.intake = intake;
    }

    /** @param below orders from before the requested time have lower ids; positive, as an id is */
    public record Archiving(List<Long> orders, long below) {
    }

    /** The orders that are deleted in all contexts. */
    public record Archived(List<Long> orders) {
    }

    /** @param before time in milliseconds since 1970; null: without {@code below} */
    public Archiving show(@Header("before") Long before) {
        return new Archiving(jdbc.queryForList("select order_id from archiving order by order_id limit 200", Long.class),
                before == null ? 0 : Math.max(1, OrderIds.from(Instant.ofEpochMilli(before))));
    }

    @Override
    public void require(Instant before) {
        if (jdbc.queryForObject("select count(*) from idempotency where used_at < ?", Long.class, Timestamp.from(before)) > 0) {
            throw new Problem(409, "Keys are kept", "Idempotency keys of that age are not deleted yet. Archive orders that are older, or wait.");
        }
    }

    @Override
    public void deleting(List<Long> orders) {
        requireNoBackup();
        orders.forEach(order -> jdbc.update("insert into archiving (order_id) values (?)", order));
    }

    /** Forgets orders, and returns the others. */
    public Archiving end(@Body Archived archived) {
        requireNoBackup();
        jdbc.update("delete from archiving where order_id in (" + Placeholders.of(archived.orders()) + ")", archived.orders().toArray());
        return show(null);
    }

    /** The copies of a backup are taken one after the other: app's must name each order that is missing in a later or an earlier one. */
    private void requireNoBackup() {
        if (!intake.isOpen()) {
            throw new Problem(503, "Temporarily unavailable", "A backup is in progress. Repeat the command when it is complete.");
        }
    }
}
