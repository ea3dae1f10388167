package phone82.platform.disk;

import org.hsqldb.Database;
import org.hsqldb.Session;
import org.hsqldb.jdbc.JDBCConnection;
import org.hsqldb.jdbc.JDBCDriver;
import org.hsqldb.lib.FileAccess;
import org.hsqldb.lib.SimpleLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * An HSQLDB within this process, on files of its own, in which a commit that returns is on the disk. Whoever opens it by another
 * way opens a database that takes a full disk for a warning.
 */
public class DurableDatabase extends SimpleDriverDataSource {

    private static final String URL = "jdbc:hsqldb:file:";
    private static final Logger LOG = LoggerFactory.getLogger(DurableDatabase.class);

    private final DurableFiles files = new DurableFiles();

    public DurableDatabase(String url) {
        super(new JDBCDriver(), url);
    }

    public static boolean isEmbedded(String url) {
        return url.startsWith(URL);
    }

    /** Where its files are. */
    public static Path folder(String url) {
        return Path.of(url.substring(URL.length()).split(";", 2)[0]).toAbsolutePath().getParent();
    }

    /** Why nothing can be committed at the moment, or null. */
    public String waitsFor() {
        return files.waitsFor();
    }

    /** From now on what cannot be written fails. */
    public void stopWaiting() {
        files.close();
    }

    @Override
    protected synchronized Connection getConnectionFromDriver(Properties user) throws SQLException {
        Connection connection = super.getConnectionFromDriver(user);
        try {
            useDurableFiles(connection, files);
            return CompiledStatements.keptBy(connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The first connection has opened the database with files of HSQLDB's own; a checkpoint opens them anew. */
    static void useDurableFiles(Connection connection, DurableFiles files) throws SQLException {
        Database database = ((Session) connection.unwrap(JDBCConnection.class).getSession()).getDatabase();
        if (database.logger.fileAccess == files) {
            return;
        }
        FileAccess own = database.logger.fileAccess;
        database.logger.appLog = new Failures(database.getPath());
        database.logger.fileAccess = files;
        try (Statement statement = connection.createStatement()) {
            // a file of tables that is mapped into memory has no errors that could be caught
            statement.execute("set files nio false");
            statement.execute("checkpoint");
        } catch (SQLException | RuntimeException e) {
            database.logger.fileAccess = own;
            throw e;
        }
    }

    /**
     * What HSQLDB tells its own log. When the file of its tables cannot be written, what it has in memory is not to be trusted any
     * more; on the disk there is all that was committed, and the next start reads it.
     */
    private static final class Failures extends SimpleLog {

        private final String database;

        Failures(String database) {
            super(null, LOG_NONE, false);
            this.database = database;
        }

        @Override
        public synchronized void logContext(Throwable failure, String message, int level) {
            if (level == LOG_ERROR && failure instanceof IOException) {
                LOG.error("The tables of {} cannot be written ({}: {}). The process ends, so that its next start reads what is on the disk; "
                        + "make room there", database, message, failure.getMessage());
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
