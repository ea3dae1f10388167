package phone82;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.platform.identity.KeyFolder;

import java.nio.file.Path;
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

    @Test
    void aBrokerWithDemoPasswordsIsForThisMachineAlone() {
        assertThatThrownBy(() -> forEverybody(Context.BROKER, "--phone82.pay.broker-password=secret"))
                .isInstanceOf(CannotStart.class).hasMessage("broker: the passwords of app, customer, operator, store are demo passwords or empty, "
                        + "which is for 127.0.0.1 alone, not for 0.0.0.0; set phone82.<user>.broker-password of each, for the broker and for the user.");
    }

    @ParameterizedTest
    @EnumSource(names = {"COORDINATOR", "STORE", "PAY", "APP", "GATEWAY"})
    void whoCallsOthersNeedsAKey(Context context) {
        assertThatThrownBy(() -> forEverybody(context, "--phone82.provider.api-key=secret")).isInstanceOf(CannotStart.class)
                .hasMessage(context.id() + ": phone82.identity.key is empty, which is for 127.0.0.1 alone, not for 0.0.0.0; set it to the private key of "
                        + context.id() + ", or phone82.identity.folder to a folder of keys.");
    }

    @Test
    void whoIsCalledNeedsTheKeysOfTheOthers() {
        assertThatThrownBy(() -> forEverybody(Context.CUSTOMER)).isInstanceOf(CannotStart.class)
                .hasMessageStartingWith("customer: phone82.identity.trusted-keys is empty, which is for 127.0.0.1 alone");
    }

    @Test
    void aKeyOfAnotherContextIsRefused() {
        String key = new KeyFolder(Path.of("target/data/preflight/identity")).require("app").toJSONString();

        assertThatThrownBy(() -> forEverybody(Context.STORE, "--phone82.identity.key=" + key, "--phone82.identity.trusted-keys={\"keys\":[]}"))
                .isInstanceOf(CannotStart.class).hasMessageStartingWith("store: its keys cannot be used: phone82.identity.key is not the private key of store");
        assertThatThrownBy(() -> forEverybody(Context.CUSTOMER, "--phone82.identity.trusted-keys={\"keys\":[" + key + "]}"))
                .isInstanceOf(CannotStart.class).hasMessageContaining("phone82.identity.trusted-keys: each key must be a public one");
    }

    @ParameterizedTest
    @EnumSource(names = {"GATEWAY", "APP", "PAY", "STORE", "CUSTOMER"})
    void aShopWithoutAnIssuerIsForThisMachineAlone(Context context) {
        String[] secrets = {"--phone82.identity.folder=target/data/preflight/identity", "--phone82.provider.api-key=secret", "--phone82.pay.provider=http"};
        assertThatThrownBy(() -> forEverybody(context, secrets)).isInstanceOf(CannotStart.class).hasMessage(context.id()
                + ": phone82.identity.issuer is empty, so nobody has to log in, which is for 127.0.0.1 alone, not for 0.0.0.0; set phone82.identity.issuer "
                + "to the URL of an OpenID Connect issuer, the same for gateway, app, pay, store and customer.");
        assertThatThrownBy(() -> forEverybody(context, Stream.concat(Stream.of(secrets), Stream.of("--phone82.identity=embedded")).toArray(String[]::new)))
                .isInstanceOf(CannotStart.class).hasMessageContaining("phone82.identity is embedded, so everybody can be anybody, which is for 127.0.0.1 alone");
    }

    private static void forEverybody(Context context, String... options) {
        Phone82.start(EnumSet.of(context), Stream.concat(Stream.of(options), Stream.of("--phone82.bind=0.0.0.0", "--management.server.address=127.0.0.1",
                "--management.server.port=0", "--phone82.data=target/data/preflight", "--phone82." + context.id() + ".port=0")).toArray(String[]::new)).close();
    }
}
