package phone82.platform.disk;

import org.hsqldb.persist.HsqlProperties;
import org.hsqldb.server.Server;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Runs HSQLDB's server with durable commits. */
public final class DatabaseServer {

    private DatabaseServer() {
    }

    /** @param arguments HSQLDB's own, with {@code --database.0} for the only database */
    public static void main(String[] arguments) throws SQLException {
        String database = HsqlProperties.argArrayToProps(arguments, "server").getProperty("server.database.0");
        try (Connection first = DriverManager.getConnection("jdbc:hsqldb:" + database)) {
            DurableDatabase.useDurableFiles(first, new DurableFiles());
            Server.main(arguments);
        }
    }
}
