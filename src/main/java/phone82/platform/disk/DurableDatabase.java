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
 * An embedded HSQLDB with durable commits. Opened in any other way, HSQLDB would only log a warning if the disk is full.
 */
public class DurableDatabase extends SimpleDriverDataSource {

    private static final String URL = "jdbc:hsqldb:file:";
    private static final Logger LOG = LoggerFactory.getLogger(DurableDatabase.class);

    /**
     * Rows of a new database take a multiple of this many bytes. With HSQLDB's 32 a freed place hardly ever fits another row, and each row that
     * finds none makes HSQLDB sort its list of free places twice, in 256 kB of new arrays each time.
     */
    private static final int ROW_UNIT = 256;
    private static final int BLOCK_MEGABYTES = 2;
    /** Rows that stay in memory for longer become old garbage, as {@code src/docs/measurements/cost.md} shows. */
    private static final int CACHED_ROWS = 1000;

    private final DurableFiles files = new DurableFiles();

    public DurableDatabase(String url) {
        super(new JDBCDriver(), url);
    }

    public static boolean isEmbedded(String url) {
        return url.startsWith(URL);
    }

    /** Returns the folder of its files. */
    public static Path folder(String url) {
        return Path.of(url.substring(URL.length()).split(";", 2)[0]).toAbsolutePath().getParent();
    }

    /** Returns why nothing can be committed at the moment, or null. */
    public String waitsFor() {
        return files.waitsFor();
    }

    /** From now on a failed write throws an exception. */
    public void stopWaiting() {
        files.close();
    }

    @Override
    protected synchronized Connection getConnectionFromDriver(Properties user) throws SQLException {
        Connection connection = super.getConnectionFromDriver(user);
        try {
            useDurableFiles(connection, files);
            return EmbeddedConnection.of(connection, files);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Replaces HSQLDB's file access, with which the first connection opened the database; a checkpoint reopens the files. */
    static void useDurableFiles(Connection connection, DurableFiles files) throws SQLException {
        Database database = ((Session) connection.unwrap(JDBCConnection.class).getSession()).getDatabase();
        if (database.logger.fileAccess == files) {
            return;
        }
        FileAccess own = database.logger.fileAccess;
        database.logger.appLog = new Failures(database.getPath());
        database.logger.fileAccess = files;
        try (Statement statement = connection.createStatement()) {
            // writes to a memory-mapped file report no errors
            statement.execute("set files nio false");
            boolean isNew = !database.logger.hasCache();
            if (isNew) {
                statement.execute("set files scale " + ROW_UNIT);
            }
            // the URL's value is for new databases only
            statement.execute("set files cache rows " + CACHED_ROWS);
            // otherwise the space of deleted rows is hardly used again
            statement.execute("set files space " + BLOCK_MEGABYTES);
            if (!isNew && !database.logger.getCache().spaceManager.isMultiSpace()) {
                LOG.info("The tables of {} are copied once, so that the space of deleted rows is used again from now on", database.getPath());
                statement.execute("checkpoint defrag");
            } else {
                statement.execute("checkpoint");
            }
        } catch (SQLException | RuntimeException e) {
            database.logger.fileAccess = own;
            throw e;
        }
    }

    /**
     * HSQLDB's application log. If the table file cannot be written, HSQLDB's state in memory is unreliable. The disk has everything that
     * was committed, and the next start reads it; so the process ends.
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
                LOG.error("The tables of {} cannot be written ({}: {}). The process ends, and its next start reads the data from the disk; free some space there", database, message, failure.getMessage());
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
