package phone82.platform.disk;

import org.hsqldb.persist.HsqlProperties;
import org.hsqldb.server.Server;
import phone82.platform.tls.Tls;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Runs HSQLDB's server with durable commits, and with TLS if the environment names a certificate as it does for a context. */
public final class DatabaseServer {

    private DatabaseServer() {
    }

    /** @param arguments HSQLDB's own, with {@code --database.0} for the only database */
    public static void main(String[] arguments) throws SQLException {
        String certificate = System.getenv("PHONE82_TLS_CERTIFICATE");
        if (certificate != null) {
            Tls.serve(certificate, System.getenv("PHONE82_TLS_KEY"));
        }
        String database = HsqlProperties.argArrayToProps(arguments, "server").getProperty("server.database.0");
        try (Connection first = DriverManager.getConnection("jdbc:hsqldb:" + database)) {
            DurableDatabase.useDurableFiles(first, new DurableFiles());
            Server.main(arguments);
        }
    }
}
