package phone82.platform.http;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.orm.jpa.JpaSystemException;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ProblemsTest {

    private static Exchange exchange() {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("problems", new Problems());
        return new DefaultExchange(camel);
    }

    @ParameterizedTest
    @CsvSource({"08006, 503", "57P01, 503", "57014, 503", "53300, 503", "58030, 503", "25006, 503", "23505, 500", ", 500"})
    void anUnavailableDatabaseIsNoInternalError(String state, int status) {
        Exchange exchange = exchange();

        Problems.write(exchange, new IllegalStateException("cannot commit", new SQLException("no table PAYMENT", state)));

        assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(status);
        assertThat(exchange.getMessage().getHeader("Retry-After")).isEqualTo(status == 503 ? 5L : null);
        assertThat(exchange.getMessage().getBody(String.class)).doesNotContain("PAYMENT");
    }

    @ParameterizedTest
    @CsvSource({"500, true", "503, true", "429, true", "400, false", "401, false", "404, false", "409, false"})
    void onlyAServerThatIsUnavailableFailsTemporarily(int status, boolean temporary) {
        HttpOperationFailedException refusal = new HttpOperationFailedException("http://pay", status, "", null, Map.of(), "");

        assertThat(Problems.isTemporary(new CamelExecutionException("failed", null, refusal))).isEqualTo(temporary);
    }

    @Test
    void anEvictedConnectionIsNoInternalError() throws SQLException {
        Exchange exchange = exchange();
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:hsqldb:mem:problems");
            Connection broken = pool.getConnection();
            broken.close();
            SQLException rollback = catchThrowableOfType(SQLException.class, broken::rollback);

            Problems.write(exchange, new JpaSystemException(new RuntimeException("Unable to rollback", rollback)));
        }

        assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(503);
    }
}
