package phone82;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.EnumSet;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** A context that would not find the others does not start, and says which property to set. */
class PreflightTest {

    static Stream<Arguments> wrongPlaces() {
        return Stream.concat(
                Stream.of(Context.values()).flatMap(context -> context.places.stream().map(property -> arguments(context, property, "", "is empty"))),
                Stream.of("pay:8080", "http://pay:eight", "http://pay:8080/")
                        .map(place -> arguments(Context.APP, "phone82.app.pay-url", place, "is " + place + ", which is no URL")));
    }

    @ParameterizedTest
    @MethodSource("wrongPlaces")
    void aPlaceThatIsNoneIsNamed(Context context, String property, String place, String told) {
        assertThatThrownBy(() -> Phone82.start(EnumSet.of(context), "--" + property + "=" + place))
                .isInstanceOf(CannotStart.class).hasMessageStartingWith(context.id() + ": " + property + " " + told)
                .hasMessageEndingWith("set it to http://<host>:<port>.");
    }

    @Test
    void aProxyThatIsNoneIsNamed() {
        assertThatThrownBy(() -> Phone82.start(EnumSet.of(Context.GATEWAY), "--phone82.gateway.trusted-proxies=10.0.0.0/8,router"))
                .isInstanceOf(CannotStart.class).hasMessageStartingWith("gateway: phone82.gateway.trusted-proxies: router is neither");
    }
}
