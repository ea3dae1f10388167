package phone82.platform.persistence;

import org.junit.jupiter.api.Test;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.ToDoubleFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GaugeQueriesTest {

    private final GaugeQueries queries = new GaugeQueries();
    private final ToDoubleFunction<String> healthy = queries.unlessUnavailable(source -> 7);

    @Test
    void aQueryWithoutAConnectionMakesTheOthersUnknown() {
        assertThat(healthy.applyAsDouble("")).isEqualTo(7);

        assertThatThrownBy(() -> failing(new CannotGetJdbcConnectionException("none is free", new SQLTransientConnectionException()))).isInstanceOf(RuntimeException.class);

        assertThat(healthy.applyAsDouble("")).isNaN();
    }

    @Test
    void aWrongQueryLeavesTheOthersAlone() {
        assertThatThrownBy(() -> failing(new BadSqlGrammarException("count", "select", new SQLException()))).isInstanceOf(RuntimeException.class);

        assertThat(healthy.applyAsDouble("")).isEqualTo(7);
    }

    private double failing(RuntimeException failure) {
        return queries.<String>unlessUnavailable(source -> {
            throw failure;
        }).applyAsDouble("");
    }
}
