package phone82.platform.disk;

import org.hsqldb.Session;
import org.hsqldb.jdbc.JDBCConnection;
import org.junit.jupiter.api.Test;
import org.springframework.test.util.ReflectionTestUtils;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The statements that HSQLDB itself keeps compiled. */
class EmbeddedConnectionTest {

    private static final String SQL = "select count(*) from information_schema.system_sessions where session_id > ?";

    @Test
    void aStatementThatIsClosedStaysCompiledUntilItsConnectionIsClosed() throws SQLException {
        try (Connection plain = open(); Connection keeping = EmbeddedConnection.of(open(), new DurableFiles())) {
            run(plain);
            assertThat(compiled(plain)).isZero();
            for (int i = 0; i < 3; i++) {
                run(keeping);
            }
            assertThat(compiled(keeping)).isEqualTo(1);
        }
    }

    @Test
    void anInvalidStatementFailsAsUsual() throws SQLException {
        try (Connection keeping = EmbeddedConnection.of(open(), new DurableFiles())) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> keeping.prepareStatement("select nothing from nowhere")).isInstanceOf(SQLException.class).hasMessageContaining("NOWHERE");
            }
        }
    }

    @Test
    void endlessDifferentStatementsDoNotFillTheMemory() throws SQLException {
        try (Connection keeping = EmbeddedConnection.of(open(), new DurableFiles())) {
            for (int i = 0; i < 1000; i++) {
                keeping.prepareStatement(SQL + " and " + i + " = " + i).close();
            }
            assertThat(compiled(keeping)).isEqualTo(300);
        }
    }

    private static Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:hsqldb:mem:compiled", "SA", "");
    }

    private static void run(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setLong(1, -1);
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isPositive();
            }
        }
    }

    private static int compiled(Connection connection) throws SQLException {
        Session session = (Session) connection.unwrap(JDBCConnection.class).getSession();
        Object compiled = ReflectionTestUtils.getField(ReflectionTestUtils.getField(session, "statementManager"), "csidMap");
        return (Integer) ReflectionTestUtils.invokeMethod(compiled, "size");
    }
}
