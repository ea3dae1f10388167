package phone82.platform.persistence;

import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Logs each migration of tables that may have rows, because it can take minutes. */
public class MigrationLog extends BaseCallback {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationLog.class);

    private Boolean isUpdate;
    private long start;

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
        if (isUpdate == null) {
            isUpdate = hasRun(context);
        }
        if (!isUpdate) {
            return;
        }
        String script = context.getMigrationInfo().getScript();
        if (event == Event.BEFORE_EACH_MIGRATE) {
            start = System.nanoTime();
            LOG.info("The tables are changed by {}; with many rows this takes minutes", script);
        } else {
            LOG.info("{} is complete after {} s", script, Duration.ofNanos(System.nanoTime() - start).toSeconds());
        }
    }

    private static boolean hasRun(Context context) {
        Connection connection = context.getConnection();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from \"" + context.getConfiguration().getTable() + "\" where \"version\" is not null")) {
            rows.next();
            return rows.getInt(1) > 0;
        } catch (SQLException e) {
            throw new IllegalStateException("the history of the migrations cannot be read", e);
        }
    }
}
