package phone82.platform.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Every log message is one line; only a stack trace has more, and each of them is its own. */
class LogEscapingTest {

    private static final String FORGED = "\r\n12:00:00.000 ERROR forged\u001b[2J\u2028\u202e";
    private static final String HARMLESS = "\\r\\n12:00:00.000 ERROR forged\\u001b[2J\\u2028\\u202e";

    private final Logger logger = (Logger) LoggerFactory.getLogger(LogEscapingTest.class);
    private final ListAppender<ILoggingEvent> first = new ListAppender<>();
    private final ListAppender<ILoggingEvent> second = new ListAppender<>();
    private final PatternLayout layout = new PatternLayout();

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        for (ListAppender<ILoggingEvent> appender : List.of(first, second)) {
            appender.setContext(logger.getLoggerContext());
            appender.start();
            logger.addAppender(appender);
        }
        layout.setContext(logger.getLoggerContext());
        layout.setPattern("%level %X{orderId:--} %msg%n%throwable");
        layout.start();
        // runs at each start of a context in this JVM
        new LogEscaping().onApplicationEvent(null);
        new LogEscaping().onApplicationEvent(null);
    }

    @AfterEach
    void leave() {
        logger.detachAndStopAllAppenders();
        MDC.clear();
    }

    @Test
    void inputForgesNoLogLineInAnyAppender() {
        MDC.put("orderId", "1" + FORGED);
        logger.warn("Refused {}", "mallory" + FORGED);

        assertThat(first.list).singleElement().satisfies(event -> assertThat(layout.doLayout(event))
                .isEqualTo("WARN 1" + HARMLESS + " Refused mallory" + HARMLESS + System.lineSeparator()));
        assertThat(second.list).hasSize(1);
    }

    @Test
    void anExceptionForgesNoLogLine() {
        Exception cause = new IllegalArgumentException("no event" + FORGED);
        cause.addSuppressed(new IllegalStateException("closed" + FORGED));
        logger.warn("failed", new RuntimeException(FORGED, cause));

        assertThat(layout.doLayout(first.list.get(0)).lines()).contains("WARN - failed", "java.lang.RuntimeException: " + HARMLESS,
                        "Caused by: java.lang.IllegalArgumentException: no event" + HARMLESS,
                        "\tSuppressed: java.lang.IllegalStateException: closed" + HARMLESS)
                .filteredOn(line -> line.contains("forged")).hasSize(3);
    }

    @Test
    void aLongTextIsTruncated() {
        logger.warn("x".repeat(10_000));

        assertThat(first.list.get(0).getFormattedMessage()).isEqualTo("x".repeat(4000) + "... (6000 characters more)");
    }

    @Test
    void ordinaryTextIsUnchanged() {
        logger.warn("주문 {} is\tpaid", 1, new IllegalStateException("x"));

        assertThat(layout.doLayout(first.list.get(0))).startsWith("WARN - 주문 1 is\tpaid" + System.lineSeparator()
                + "java.lang.IllegalStateException: x" + System.lineSeparator() + "\tat phone82.");
    }
}
