package phone82.pay;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class PaymentStatusTest {

    @ParameterizedTest
    @EnumSource
    void permitsOnlyTheTransitionsOfTheDiagram(PaymentStatus from) throws IOException {
        Pattern transition = Pattern.compile("(?m)^ +" + from + " --> (\\w+)");
        assertThat(Stream.of(PaymentStatus.values()).filter(from::canBecome).map(PaymentStatus::name))
                .as("where PaymentStatus.NEXT lets %s go; expected are the arrows in the diagram of src/docs/payment-provider.md", from)
                .containsExactlyInAnyOrderElementsOf(transition.matcher(Files.readString(Path.of("src/docs/payment-provider.md"))).results().map(match -> match.group(1)).toList());
    }
}
