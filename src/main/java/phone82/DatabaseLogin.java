package phone82;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;

/** Checks whether the context's database server accepts connections with the configured user. */
class DatabaseLogin implements BooleanSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseLogin.class);
    private static final String URL = "spring.datasource.url";
    private static final int LOGIN_SECONDS = 5;

    private final Context context;
    private final String url;
    private final String user;
    private final String password;

    DatabaseLogin(Context context, Environment environment) {
        this.context = context;
        url = environment.getRequiredProperty(URL);
        user = environment.getRequiredProperty("spring.datasource.username");
        password = environment.getRequiredProperty("spring.datasource.password");
    }

    /** Whether the database is a server rather than files of this process. */
    static boolean isExternal(Environment environment) {
        return !environment.getRequiredProperty(URL).startsWith("jdbc:hsqldb:file:");
    }

    /** The URL without its options, which may contain secrets. */
    String place() {
        return url.split("[?;]", 2)[0];
    }

    /** The name of the context's own property, for example {@code phone82.app.database.url}. */
    String property(String name) {
        return "phone82." + context.id() + ".database." + name;
    }

    /**
     * @return false while the server is unreachable
     * @throws CannotStart the server refuses the connection, or the URL is wrong
     */
    @Override
    public boolean getAsBoolean() {
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw new CannotStart(context.id() + ": " + place() + " is no URL of a database that phone82 supports; set " + property("url")
                    + " to jdbc:postgresql://<host>:<port>/<database> or jdbc:hsqldb:hsql://<host>:<port>/<database>.");
        }
        DriverManager.setLoginTimeout(LOGIN_SECONDS);
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            return connection != null;
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.startsWith("28") || state.equals("08004")) {
                throw new CannotStart(context.id() + ": the database at " + place() + " refuses user " + user + " (" + e.getMessage()
                        + "); set " + property("user") + " and " + property("password") + ".");
            }
            if (state.startsWith("08") || state.startsWith("53") || state.startsWith("57")) {
                LOG.debug("no connection to {}", place(), e);
                return false;
            }
            throw new CannotStart(context.id() + ": the database at " + place() + " cannot be used (" + e.getMessage()
                    + "); create it, or set " + property("url") + " to one that exists.");
        }
    }
}
