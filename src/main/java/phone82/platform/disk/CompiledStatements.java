package phone82.platform.disk;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * An HSQLDB connection that keeps its compiled statements. HSQLDB discards a compiled statement when the last {@code PreparedStatement}
 * that uses it is closed, and compiling takes longer than executing. So one of each is kept open as long as the connection.
 */
final class CompiledStatements implements InvocationHandler {

    /** Limits the memory for statements with parameter lists of many lengths. */
    private static final int MOST = 300;

    private final Connection connection;
    private final Set<String> kept = new HashSet<>();

    private CompiledStatements(Connection connection) {
        this.connection = connection;
    }

    static Connection keptBy(Connection connection) {
        return (Connection) Proxy.newProxyInstance(CompiledStatements.class.getClassLoader(), new Class<?>[]{Connection.class},
                new CompiledStatements(connection));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            if (method.getName().equals("prepareStatement") && kept.size() < MOST && kept.add(Arrays.deepToString(arguments))) {
                method.invoke(connection, arguments);
            }
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
