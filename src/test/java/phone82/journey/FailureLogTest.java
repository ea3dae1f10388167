package phone82.journey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;

import java.util.EnumSet;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.journey.Shop.anOrder;

/** What an operator reads in the log about failures. */
@ExtendWith(OutputCaptureExtension.class)
class FailureLogTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP, Context.PAY, Context.PROVIDER));

    private final Shop app = PHONE82.shop(Context.APP);
    private final Provider provider = PHONE82.provider();

    @AfterEach
    void restoreTheProvider() {
        provider.removeFaults();
    }

    @Test
    void theCauseOfAFailedPaymentCallIsLoggedOnceInTenSeconds(CapturedOutput log) {
        provider.setFaults("{\"operation\":\"authorise\",\"kind\":\"refuse\",\"count\":3}");

        for (int i = 0; i < 3; i++) {
            app.place(anOrder()).expect(503);
        }

        assertThat(lines(log, "PaymentCall: Pay does not authorise")).singleElement().asString().contains("/payments with statusCode: 503");
    }

    private static List<String> lines(CapturedOutput log, String text) {
        return log.getOut().lines().filter(line -> line.contains(text)).toList();
    }
}
