package phone82.pay;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static phone82.pay.PaymentStatus.Authorised;
import static phone82.pay.PaymentStatus.Authorising;
import static phone82.pay.PaymentStatus.Cancelling;
import static phone82.pay.PaymentStatus.Capturing;
import static phone82.pay.PaymentStatus.Completed;
import static phone82.pay.PaymentStatus.Declined;
import static phone82.pay.PaymentStatus.Expired;
import static phone82.pay.PaymentStatus.RefundFailed;
import static phone82.pay.PaymentStatus.Refunded;
import static phone82.pay.PaymentStatus.Refunding;
import static phone82.pay.PaymentStatus.Rejected;
import static phone82.pay.PaymentStatus.Releasing;
import static phone82.pay.PaymentStatus.Voided;

class PaymentStatusTest {

    private static final Map<PaymentStatus, Set<PaymentStatus>> ALLOWED = Map.ofEntries(
            entry(Authorising, Set.of(Authorising, Authorised, Capturing, Releasing, Declined, Voided, Cancelling)),
            entry(Authorised, Set.of(Capturing, Releasing, Cancelling)),
            entry(Capturing, Set.of(Completed, Authorising, Releasing, Cancelling)),
            entry(Completed, Set.of(Cancelling)),
            entry(Cancelling, Set.of(Authorising, Authorised, Capturing, Completed, Expired, Releasing, Refunding)),
            entry(Releasing, Set.of(Voided, Expired, Authorising, Capturing, Refunding, Cancelling)),
            entry(Refunding, Set.of(Refunded, RefundFailed)),
            entry(RefundFailed, Set.of(Refunding, Refunded)),
            entry(Expired, Set.of(Authorising, Cancelling)),
            entry(Voided, Set.of()),
            entry(Refunded, Set.of()),
            entry(Declined, Set.of()),
            entry(Rejected, Set.of()));

    @ParameterizedTest
    @EnumSource
    void permitsOnlyTheListedTransitions(PaymentStatus from) {
        assertThat(PaymentStatus.values()).filteredOn(from::canBecome).as("where PaymentStatus.NEXT lets %s go; expected is what this test allows", from)
                .containsExactlyInAnyOrderElementsOf(ALLOWED.getOrDefault(from, Set.of()));
    }

    @ParameterizedTest
    @EnumSource
    void theDiagramShowsTheSameTransitions(PaymentStatus from) throws IOException {
        Pattern transition = Pattern.compile("(?m)^ +" + from + " --> (\\w+)");
        assertThat(transition.matcher(Files.readString(Path.of("src/docs/payment-provider.md"))).results().map(match -> match.group(1)))
                .as("the arrows from %s in the diagram of src/docs/payment-provider.md", from)
                .containsExactlyInAnyOrderElementsOf(ALLOWED.getOrDefault(from, Set.of()).stream().map(PaymentStatus::name).toList());
    }
}
