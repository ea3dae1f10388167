package phone82.platform;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;

import java.sql.Connection;
import java.sql.SQLException;

/** The connections to a context's database. Whoever waits for one keeps no other worker from its work. */
public class ConnectionPool extends HikariDataSource {

    @Override
    public Connection getConnection() throws SQLException {
        HikariPoolMXBean pool = getHikariPoolMXBean();
        return pool != null && pool.getIdleConnections() > 0 ? super.getConnection() : Waiting.during(super::getConnection);
    }
}
