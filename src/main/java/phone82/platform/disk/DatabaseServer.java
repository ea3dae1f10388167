package phone82.platform.disk;

import org.hsqldb.Database;
import org.hsqldb.DatabaseManager;
import org.hsqldb.DatabaseType;
import org.hsqldb.DatabaseURL;
import org.hsqldb.jdbc.JDBCConnection;
import org.hsqldb.persist.HsqlProperties;
import org.hsqldb.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.tls.Tls;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.util.List;

/**
 * Runs HSQLDB's server with durable commits, and with TLS if the environment names a certificate as it does for a context. The password in
 * {@code STORE_PASSWORD}, or in the database's URL, is the valid one: HSQLDB itself uses it only when it creates the database.
 */
public final class DatabaseServer {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseServer.class);

    private DatabaseServer() {
    }

    /** @param given HSQLDB's own arguments, with {@code --database.0} for the only database */
    public static void main(String[] given) throws SQLException {
        String[] arguments = withPassword(given, System.getenv("STORE_PASSWORD"));
        String certificate = System.getenv("PHONE82_TLS_CERTIFICATE");
        if (certificate != null) {
            Tls.serve(certificate, System.getenv("PHONE82_TLS_KEY"));
        }
        String database = HsqlProperties.argArrayToProps(arguments, "server").getProperty("server.database.0");
        try (Connection first = connect("jdbc:hsqldb:" + database)) {
            DurableDatabase.useDurableFiles(first, new DurableFiles());
            Server.main(arguments);
        }
    }

    /** Completes the database's URL. The arguments of the process would show the password to everyone who can list the processes. */
    private static String[] withPassword(String[] arguments, String password) throws SQLException {
        String[] completed = arguments.clone();
        int url = List.of(arguments).indexOf("--database.0") + 1;
        if (url > 0 && !arguments[url].contains(";password=")) {
            if (password == null || password.contains(";")) {
                throw new SQLException("Set STORE_PASSWORD to a password without semicolon, which would end it in the database's URL.");
            }
            completed[url] += ";password=" + password;
        }
        return completed;
    }

    private static Connection connect(String url) throws SQLException {
        try {
            return DriverManager.getConnection(url);
        } catch (SQLInvalidAuthorizationSpecException e) {
            HsqlProperties login = DatabaseURL.parseURL(url, true, false);
            String password = login.getProperty("password", "");
            if (password.isEmpty() || password.startsWith("$(")) {
                throw new SQLException("the database's URL has no password, but " + password, e);
            }
            LOG.warn("The password of {} becomes that of the database's URL", login.getProperty("user"));
            changePassword(login);
            return DriverManager.getConnection(url);
        }
    }

    /** Needs no login, as the files of the database belong to this process. */
    private static void changePassword(HsqlProperties url) throws SQLException {
        Database open = DatabaseManager.lookupDatabaseObject(DatabaseType.DB_FILE, url.getProperty(DatabaseURL.url_database));
        try (Statement statement = new JDBCConnection(open.getSessionManager().getSysSession()).createStatement()) {
            statement.execute("alter user " + quoted(url.getProperty("user"), "\"") + " set password " + quoted(url.getProperty("password"), "'"));
        }
    }

    private static String quoted(String text, String quote) {
        return quote + text.replace(quote, quote + quote) + quote;
    }
}
