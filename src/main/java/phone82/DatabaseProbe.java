package phone82;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;

/** Asks the database server of a context whether the context can work with it. */
class DatabaseProbe implements BooleanSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);
    private static final String URL = "spring.datasource.url";
    private static final int LOGIN_SECONDS = 5;

    private final Context context;
    private final String url;
    private final String user;
    private final String password;

    DatabaseProbe(Context context, Environment environment) {
        this.context = context;
        url = environment.getRequiredProperty(URL);
        user = environment.getRequiredProperty("spring.datasource.username");
        password = environment.getRequiredProperty("spring.datasource.password");
    }

    /** Whether the database is another process, and not files that this process alone works with. */
    static boolean isElsewhere(Environment environment) {
        return !environment.getRequiredProperty(URL).startsWith("jdbc:hsqldb:file:");
    }

    /** The URL without its options, which may hold secrets. */
    String place() {
        return url.split("[?;]", 2)[0];
    }

    /** The name of the context's own property, for example {@code phone82.app.database.url}. */
    String property(String name) {
        return "phone82." + context.id() + ".database." + name;
    }

    /**
     * @return false while nobody answers
     * @throws CannotStart when the answer is no
     */
    @Override
    public boolean getAsBoolean() {
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) {
            throw new CannotStart(context.id() + ": " + place() + " is no URL of a database that phone82 knows; set " + property("url")
                    + " to jdbc:postgresql://<host>:<port>/<database> or jdbc:hsqldb:hsql://<host>:<port>/<database>.");
        }
        DriverManager.setLoginTimeout(LOGIN_SECONDS);
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            return connection != null;
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (state.startsWith("28") || state.equals("08004")) {
                throw new CannotStart(context.id() + ": the database at " + place() + " does not let user " + user + " in (" + e.getMessage()
                        + "); set " + property("user") + " and " + property("password") + ".");
            }
            if (state.startsWith("08") || state.startsWith("53") || state.startsWith("57")) {
                LOG.debug("no connection to {}", place(), e);
                return false;
            }
            throw new CannotStart(context.id() + ": the database at " + place() + " cannot be used (" + e.getMessage()
                    + "); create it, or set " + property("url") + " to one that is there.");
        }
    }
}
