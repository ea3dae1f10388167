package phone82.platform.event;

import jakarta.jms.IllegalStateException;
import jakarta.jms.MessageFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class RedeliveryLoggerTest {

    private final RedeliveryLogger log = new RedeliveryLogger();

    @Test
    void aSessionThatTheBrokerHasClosedMakesNoDeadLetter(CapturedOutput output) {
        for (int consumer = 0; consumer < 3; consumer++) {
            log.handleError(new RuntimeException(new IllegalStateException("Session is closed")));
        }

        assertThat(output.getOut().lines()).singleElement().asString().contains("WARN", "events are received again", "Session is closed").doesNotContain("dead letter");
    }

    @Test
    void anEventThatCannotBeReadBecomesOne(CapturedOutput output) {
        log.handleError(new RuntimeException(new MessageFormatException("no text")));

        assertThat(output.getOut()).contains("dead letter", "no text");
    }
}
