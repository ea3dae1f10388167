package phone82.platform.observability;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;

class CorrelationTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final String WELL_FORMED = "00-[0-9a-f]{32}-[0-9a-f]{16}-01";

    @AfterEach
    void end() {
        Correlation.end();
    }

    @Test
    void continuesTheTraceOfTheCaller() {
        assertThat(Correlation.begin(SENT)).isEqualTo(SENT);
        assertThat(Correlation.current()).isEqualTo(SENT);
        assertThat(Correlation.id(SENT)).isEqualTo(TRACE);
        assertThat(MDC.get("traceId")).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {
            "",
            "order-7",
            "00-" + TRACE + "-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-" + TRACE + "-0000000000000000-01",
            "00-" + TRACE + "-00f067aa0ba902b7-01\n"})
    void aTraceThatIsMissingOrMalformedIsReplaced(String sent) {
        assertThat(Correlation.begin(sent)).matches(WELL_FORMED).isNotEqualTo(sent).isEqualTo(Correlation.current());
    }

    @Test
    void everyNewTraceIsDifferent() {
        assertThat(Correlation.begin(null)).isNotEqualTo(Correlation.begin(null));
    }

    @Test
    void workWithoutATraceStartsOneAndKeepsIt() {
        assertThat(Correlation.current()).matches(WELL_FORMED).isEqualTo(Correlation.current());
    }

    @Test
    void theOrderIsClearedWithItsTrace() {
        Correlation.begin(SENT);
        Correlation.about("7");
        assertThat(MDC.get("orderId")).isEqualTo("7");
        Correlation.begin(null);
        assertThat(MDC.get("orderId")).isNull();
        Correlation.about("8");
        Correlation.end();
        assertThat(MDC.get("orderId")).isNull();
    }

    @Test
    void anEndedTraceIsCleared() {
        Correlation.begin(SENT);
        Correlation.end();
        assertThat(MDC.get("traceId")).isNull();
        assertThat(Correlation.current()).isNotEqualTo(SENT);
    }
}
