package phone82.platform.persistence;

import org.apache.commons.lang3.function.Failable;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Migrates an HSQLDB, which commits each statement of a script by itself, while Flyway records the script only at its end. A script that
 * was interrupted fails at the next start, because some of its tables or columns exist already; then it is completed: it runs once more, and
 * errors about objects that exist already, or that the script itself removes, are ignored. Every script must allow that.
 */
public class HsqldbMigration implements FlywayMigrationStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(HsqldbMigration.class);

    /** The SQL states of: object exists, primary key exists. */
    private static final Set<String> EXISTS = Set.of("42504", "42532");
    /** In a script that removes something, a statement before that may fail so when it is repeated. */
    private static final String NO_SUCH_OBJECT = "42501";
    private static final Pattern REMOVES = Pattern.compile("\\b(drop|rename)\\b", Pattern.CASE_INSENSITIVE);
    /** Also the state of a unique index that the rows do not allow. */
    private static final String ROW_EXISTS = "23505";

    /** @throws MigrationFailed if a script fails for another reason than that it was interrupted */
    @Override
    public void migrate(Flyway flyway) {
        changesTables(flyway);
    }

    /** Migrates, and returns whether a table has changed. */
    static boolean changesTables(Flyway flyway) {
        boolean changed = false;
        while (true) {
            try {
                return flyway.migrate().migrationsExecuted > 0 || changed;
            } catch (FlywayException e) {
                MigrationInfo failed = Stream.of(flyway.info().all()).filter(each -> each.getState() == MigrationState.FAILED).findFirst().orElseThrow(() -> e);
                complete(flyway.getConfiguration(), failed);
                changed = true;
            }
        }
    }

    private static void complete(Configuration flyway, MigrationInfo failed) {
        LOG.info("The migration {} was interrupted, or failed; it is run again", failed.getScript());
        try (Connection connection = flyway.getDataSource().getConnection()) {
            List<String> statements = statements(script(flyway, failed));
            boolean removes = statements.stream().anyMatch(statement -> REMOVES.matcher(statement).find());
            for (String statement : statements) {
                run(connection, statement, removes);
            }
            try (PreparedStatement history = connection.prepareStatement("update \"" + flyway.getTable() + "\" set \"success\" = true where \"version\" = ?")) {
                history.setString(1, failed.getVersion().getVersion());
                history.executeUpdate();
            }
        } catch (SQLException e) {
            throw new MigrationFailed(failed.getScript(), e);
        }
        LOG.info("The migration {} is complete", failed.getScript());
    }

    private static void run(Connection connection, String sql, boolean removes) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            if (!isDone(sql, e.getSQLState(), removes)) {
                throw e;
            }
            LOG.debug("Done already: {} ({})", sql, e.getMessage());
        }
    }

    private static boolean isDone(String sql, String state, boolean removes) {
        return EXISTS.contains(state) || removes && NO_SUCH_OBJECT.equals(state) || ROW_EXISTS.equals(state) && sql.toLowerCase(Locale.ROOT).startsWith("insert");
    }

    private static Resource script(Configuration flyway, MigrationInfo migration) {
        DefaultResourceLoader loader = new DefaultResourceLoader(flyway.getClassLoader());
        return Stream.of(flyway.getLocations())
                .map(folder -> loader.getResource((folder.isClassPath() ? "classpath:" : "file:") + folder.getPath() + "/" + migration.getScript()))
                .filter(Resource::exists).findFirst()
                .orElseThrow(() -> new FlywayException("there is no script " + migration.getScript() + " any more"));
    }

    static List<String> statements(Resource script) {
        String sql = Failable.get(() -> script.getContentAsString(UTF_8)).lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
        return Stream.of(sql.split(";")).map(String::strip).filter(statement -> !statement.isEmpty()).toList();
    }
}
