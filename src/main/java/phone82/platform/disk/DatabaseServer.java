package phone82.platform.disk;

import org.hsqldb.persist.HsqlProperties;
import org.hsqldb.server.Server;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** HSQLDB's own server, with its arguments, in which a commit that returns is on the disk. */
public final class DatabaseServer {

    private DatabaseServer() {
    }

    /** @param arguments with {@code --database.0}, the one database that is served */
    public static void main(String[] arguments) throws SQLException {
        String database = HsqlProperties.argArrayToProps(arguments, "server").getProperty("server.database.0");
        try (Connection first = DriverManager.getConnection("jdbc:hsqldb:" + database)) {
            DurableDatabase.useDurableFiles(first, new DurableFiles());
            Server.main(arguments);
        }
    }
}
