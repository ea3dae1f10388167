package phone82.platform.disk;

import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A connection to an embedded HSQLDB.
 * <ul>
 * <li>It keeps its compiled statements. HSQLDB discards a compiled statement when the last {@code PreparedStatement} that uses it is
 * closed, and compiling takes longer than executing. So one of each is kept open as long as the connection.
 * <li>After a commit that could not be written, it creates no statement and commits nothing more: HSQLDB shows other connections the
 * changes of that commit, although the next start may not have them.
 * </ul>
 */
final class EmbeddedConnection implements InvocationHandler {

    /** Limits the memory for statements with parameter lists of many lengths. */
    private static final int MOST = 300;

    private static final Set<String> GUARDED = Set.of("createStatement", "prepareStatement", "prepareCall", "commit");

    /** The SQL states of: the connection does not exist, it is unknown whether the transaction has taken effect. */
    private static final String NO_CONNECTION = "08003";
    private static final String UNKNOWN_OUTCOME = "08007";

    private final Connection connection;
    private final DurableFiles files;
    private final Set<Object> kept = new HashSet<>();

    private EmbeddedConnection(Connection connection, DurableFiles files) {
        this.connection = connection;
        this.files = files;
    }

    static Connection of(Connection connection, DurableFiles files) {
        return (Connection) Proxy.newProxyInstance(EmbeddedConnection.class.getClassLoader(), new Class<?>[]{Connection.class},
                new EmbeddedConnection(connection, files));
    }

    /** The SQL text, with any further arguments. */
    private static Object key(Object[] arguments) {
        return arguments.length == 1 ? arguments[0] : Arrays.deepToString(arguments);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            if (files.haveFailed() && GUARDED.contains(method.getName())) {
                throw new SQLException("A commit could not be written when this database stopped; restart it.", NO_CONNECTION);
            }
            if (method.getName().equals("prepareStatement") && kept.size() < MOST && kept.add(key(arguments))) {
                method.invoke(connection, arguments);
            }
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UncheckedIOException unwritten) {
                throw new SQLException(unwritten.getMessage(), UNKNOWN_OUTCOME, unwritten);
            }
            throw e.getCause();
        }
    }
}
