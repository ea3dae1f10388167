package phone82;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import phone82.app.Catalogue;
import phone82.journey.Phone82Extension;
import phone82.platform.http.HttpServer;
import phone82.platform.identity.KeyFolder;
import phone82.platform.persistence.MigrationFailed;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The checks before a start: a context with missing or wrong settings does not start and reports which property to set. */
class PreflightTest {

    static Stream<Arguments> places() {
        return Stream.of(Context.values()).flatMap(context -> context.urlProperties.stream().map(property -> arguments(context, property)));
    }

    @ParameterizedTest
    @MethodSource("places")
    void anEmptyAddressIsReported(Context context, String property) {
        assertThatThrownBy(() -> Phone82.start(EnumSet.of(context), "--" + property + "="))
                .isInstanceOf(CannotStart.class).hasMessage(property + " (command line) is empty; allowed: http(s)://<host>[:<port>].");
    }

    @Test
    void everyContextHasATurn() {
        assertThat(Phone82.TURNS.stream().flatMap(Set::stream)).containsExactlyInAnyOrder(Context.values());
    }

    @Test
    void payNeedsAProvider() {
        assertThatThrownBy(() -> start(Context.PAY, "--phone82.pay.provider-url="))
                .isInstanceOf(CannotStart.class).hasMessage("pay: phone82.pay.provider-url is empty; set it to http://<host>:<port>.");
    }

    @Test
    void aMigrationThatFailsIsReported() {
        assertThat(CannotStart.from(Context.STORE, new MigrationFailed("V55__lists.sql", new SQLException("no space left"))))
                .hasMessage("store: the migration V55__lists.sql failed (no space left); remove the cause and start again, which completes it.");
    }

    @Test
    void aFolderWithoutRoutesIsReported(@TempDir Path empty) {
        assertThatThrownBy(() -> start(Context.APP, "--phone82.routes=file:" + empty)).isInstanceOf(CannotStart.class)
                .hasMessage("app: there are no routes in " + empty + "/app; set phone82.routes to the folder that has app/*.camel.yaml in it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/null/data", "/proc/data"})
    void aFolderThatCannotBeWrittenIsReported(String folder) {
        assertThatThrownBy(() -> start(Context.BROKER, "--phone82.data=" + folder)).isInstanceOf(CannotStart.class)
                .hasMessageMatching("broker: data folder " + folder + "/broker cannot be used \\([\\w '-]+\\); make it writable, or set phone82.data to another folder\\.");
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, names = {"BROKER", "PAY"})
    void anUnfinishedRestoreIsReported(Context context, @TempDir Path data) throws Exception {
        Files.createFile(data.resolve("restore.unfinished"));

        assertThatThrownBy(() -> start(context, "--phone82.data=" + data)).isInstanceOf(CannotStart.class)
                .hasMessage(context.id() + ": a restore into " + data + " is in progress or was cut off; wait for it, or repeat it.");
    }

    @Test
    void allContextsThatCannotStartAreReported(@TempDir Path data) throws Exception {
        Files.createFile(data.resolve("restore.unfinished"));

        assertThatThrownBy(() -> Phone82.start(EnumSet.of(Context.CUSTOMER, Context.PROVIDER, Context.STORE), "--management.server.port=0", "--phone82.data=" + data))
                .satisfies(first -> assertThat(Stream.concat(Stream.of(first), Stream.of(first.getSuppressed())).map(Throwable::getMessage))
                        .hasSize(3).allMatch(line -> line.contains("restore")));
    }

    @Test
    void aPortInUseIsReported() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> start(Context.GATEWAY, "--phone82.gateway.port=" + other.getLocalPort())).isInstanceOf(CannotStart.class)
                    .hasMessage("gateway: port " + other.getLocalPort() + " on 127.0.0.1 cannot be opened (Address already in use); stop the program that listens there, "
                            + "or set phone82.gateway.port or phone82.port-offset to move it.");
        }
    }

    /** The program there would be the issuer. */
    @Test
    void aPortOfTheEmbeddedIssuerThatIsInUseIsReported() throws Exception {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> start(Context.GATEWAY, "--phone82.gateway.port=0", "--phone82.identity=embedded", "--phone82.identity.port=" + other.getLocalPort()))
                    .isInstanceOf(CannotStart.class).hasMessage("gateway: port " + other.getLocalPort() + " on 127.0.0.1 cannot be opened (Address already in use); stop "
                            + "the program that listens there, or set phone82.identity.port or phone82.port-offset to move it.");
        }
    }

    @Test
    void theCopyOfARestoreThatWasCutOffIsDeleted(@TempDir Path data) throws Exception {
        Files.createDirectories(data.resolve("pay.draft"));
        Files.writeString(data.resolve("pay.draft/db.script"), "incomplete");

        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> start(Context.PAY, "--phone82.data=" + data, "--phone82.pay.port=" + other.getLocalPort())).isInstanceOf(CannotStart.class)
                    .hasMessageContaining("cannot be opened");
        }

        assertThat(data.resolve("pay.draft")).doesNotExist();
    }

    @Test
    void aWrongLibrarySettingIsReportedInOneLine() {
        assertThatThrownBy(() -> start(Context.GATEWAY, "--phone82.gateway.port=0", "--camel.main.shutdown-timeout=never")).isInstanceOf(CannotStart.class)
                .hasMessageStartingWith("gateway: cannot start (").hasMessageContaining("never").hasMessageNotContainingAny("\n", "Exception", "org.");
    }

    /** Without this check Camel would start and report ready. */
    @Test
    void aContextWithoutItsRoutesDoesNotStart() {
        assertThatThrownBy(() -> start(Context.GATEWAY, "--phone82.gateway.port=0", "--camel.main.routes-include-pattern=classpath:routes/shared/errors.camel.yaml"))
                .isInstanceOf(CannotStart.class).hasMessageStartingWith("gateway: cannot start (the context has no routes; set phone82.routes");
    }

    private static void start(Context context, String... options) {
        Phone82.start(EnumSet.of(context), Stream.concat(Stream.of(options), Stream.of("--management.server.port=0", "--phone82.warm-up=0")
                .filter(option -> Stream.of(options).noneMatch(given -> given.startsWith(option.split("=")[0])))).toArray(String[]::new)).close();
    }

    @Test
    void anInvalidPriceListIsReported() {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("phone82.catalogue.demo-price", "0",
                "phone82.catalogue.phones[0].item", "note20", "phone82.catalogue.phones[0].price", "1")));
        RuntimeException refusal = catchThrowableOfType(RuntimeException.class, () -> binder.bind("phone82.catalogue", Catalogue.class));
        assertThat(CannotStart.from(Context.APP, refusal)).isInstanceOf(CannotStart.class)
                .hasMessage("app: phone82.catalogue.demo-price is 0; set it to 1 won or more.");
    }

    @Test
    void aVariantOfAnUnknownModelIsReported() {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("phone82.catalogue.phones[0].item", "fold", "phone82.catalogue.phones[0].name", "Fold",
                "phone82.catalogue.phones[0].price", "1", "phone82.catalogue.phones[0].model", "fold7", "phone82.catalogue.models[0].model", "fold")));
        RuntimeException refusal = catchThrowableOfType(RuntimeException.class, () -> binder.bind("phone82.catalogue", Catalogue.class));
        assertThat(CannotStart.from(Context.APP, refusal)).isInstanceOf(CannotStart.class)
                .hasMessage("app: phone82.catalogue.phones: fold is of the model fold7, which phone82.catalogue.models does not have; add it there.");
    }

    @Test
    void demoPasswordsAreAcceptedForALocalBrokerOnly() {
        assertThatThrownBy(() -> startOnAllAddresses(Context.BROKER, "--phone82.pay.broker-password=secret"))
                .isInstanceOf(CannotStart.class).hasMessage("broker: the passwords of app, customer, operator, store are demo passwords or empty, "
                        + "which is allowed on 127.0.0.1 only, not on 0.0.0.0; set phone82.<user>.broker-password of each, for the broker and for the user.");
    }

    @ParameterizedTest
    @EnumSource(names = {"COORDINATOR", "STORE", "PAY", "APP", "GATEWAY"})
    void aCallingContextNeedsAKey(Context context) {
        assertThatThrownBy(() -> startOnAllAddresses(context, "--phone82.provider.api-key=secret")).isInstanceOf(CannotStart.class)
                .hasMessage(context.id() + ": phone82.identity.key is empty, which is allowed on 127.0.0.1 only, not on 0.0.0.0; set it to the private key of "
                        + context.id() + ", or phone82.identity.folder to a folder of keys.");
    }

    @Test
    void aCalledContextNeedsTheKeysOfItsCallers() {
        assertThatThrownBy(() -> startOnAllAddresses(Context.CUSTOMER)).isInstanceOf(CannotStart.class)
                .hasMessageStartingWith("customer: phone82.identity.trusted-keys is empty, which is allowed on 127.0.0.1 only");
    }

    @Test
    void aKeyOfAnotherContextIsRefused() {
        String key = new KeyFolder(Path.of("target/data/preflight/identity")).require("app").toJSONString();

        assertThatThrownBy(() -> startOnAllAddresses(Context.STORE, "--phone82.identity.key=" + key, "--phone82.identity.trusted-keys={\"keys\":[]}"))
                .isInstanceOf(CannotStart.class).hasMessageStartingWith("store: its keys cannot be used: phone82.identity.key is not the private key of store");
        assertThatThrownBy(() -> startOnAllAddresses(Context.CUSTOMER, "--phone82.identity.trusted-keys={\"keys\":[" + key + "]}"))
                .isInstanceOf(CannotStart.class).hasMessageContaining("phone82.identity.trusted-keys: each key must be a public one");
    }

    @ParameterizedTest
    @EnumSource(names = {"GATEWAY", "APP", "PAY", "STORE", "CUSTOMER"})
    void aShopWithoutAnIssuerListensOnThisMachineOnly(Context context) {
        String[] secrets = {"--phone82.identity.folder=target/data/preflight/identity", "--phone82.provider.api-key=secret"};
        assertThatThrownBy(() -> startOnAllAddresses(context, secrets)).isInstanceOf(CannotStart.class).hasMessage(context.id()
                + ": phone82.identity.issuer is empty, so no login is required, which is allowed on 127.0.0.1 only, not on 0.0.0.0; set phone82.identity.issuer "
                + "to the URL of an OpenID Connect issuer, the same for gateway, app, pay, store and customer.");
        assertThatThrownBy(() -> startOnAllAddresses(context, Stream.concat(Stream.of(secrets), Stream.of("--phone82.identity=embedded")).toArray(String[]::new)))
                .isInstanceOf(CannotStart.class).hasMessageContaining("phone82.identity is embedded, so every user can pick any identity, which is allowed on 127.0.0.1 only");
    }

    static Stream<Arguments> publicNames() {
        return Stream.of(Context.GATEWAY, Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER).flatMap(context -> Stream.of(
                arguments(context, "phone82.identity.public-url", "https://shop.example.com", "https://shop.example.com"),
                arguments(context, "phone82." + context.id() + ".hosts", "localhost, [::1],shop.localhost,127.0.0.1,shop,shop.example.com", "shop.example.com"),
                arguments(context, "phone82." + context.id() + ".hosts", "*", "*")));
    }

    /** Its proxy is on the same machine. */
    @ParameterizedTest
    @MethodSource("publicNames")
    void aShopWithAPublicNameNeedsAnIssuer(Context context, String property, String value, String name) {
        assertThatThrownBy(() -> startOn("127.0.0.1", context, "--phone82.broker.wait=0s", "--" + property + "=" + value)).isInstanceOf(CannotStart.class)
                .hasMessage(context.id() + ": phone82.identity.issuer is empty, so no login is required, which is allowed on 127.0.0.1 only, not at " + name + " ("
                        + property + "); set phone82.identity.issuer to the URL of an OpenID Connect issuer, the same for gateway, app, pay, store and customer.");
        assertThatThrownBy(() -> startOn("127.0.0.1", context, "--phone82.broker.wait=0s", "--" + property + "=" + value, "--phone82.identity=embedded"))
                .isInstanceOf(CannotStart.class).hasMessageContaining("phone82.identity is embedded, so every user can pick any identity, which is allowed on 127.0.0.1 only");
    }

    @Test
    void sessionsAreNotSealedWithAKeyThatEverybodyKnows() {
        String[] options = {"--phone82.identity.folder=target/data/preflight/identity", "--phone82.identity.issuer=http://localhost:1",
                "--phone82.identity.session-keys=" + "A".repeat(43) + ",ZGVtby1kZW1vLWRlbW8tZGVtby1kZW1vLWRlbW8tZGU"};
        String refusal = "gateway: phone82.identity.session-keys has a demo key, which is allowed on 127.0.0.1 only, not %s; set it to a random one.";

        assertThatThrownBy(() -> startOnAllAddresses(Context.GATEWAY, options)).isInstanceOf(CannotStart.class).hasMessage(refusal, "on 0.0.0.0");
        assertThatThrownBy(() -> startOn("127.0.0.1", Context.GATEWAY, Stream.concat(Stream.of(options), Stream.of("--phone82.gateway.hosts=shop.example.com"))
                .toArray(String[]::new))).isInstanceOf(CannotStart.class).hasMessage(refusal, "at shop.example.com (phone82.gateway.hosts)");
    }

    /** A system property that is unknown may be meant for other code in the JVM, so it is not refused. */
    @Test
    void nothingButItsOwnSettingOpensAPortToOtherMachines() throws IOException {
        Phone82Extension phone82 = Phone82Extension.only(Set.of(Context.GATEWAY));
        System.setProperty("phone82.gateway.bind", "0.0.0.0");
        try {
            phone82.start("PreflightTest");
            assertThat(phone82.bean(Context.GATEWAY, HttpServer.class).address().getAddress().isLoopbackAddress()).isTrue();
        } finally {
            System.clearProperty("phone82.gateway.bind");
            phone82.stop();
        }
    }

    private static void startOnAllAddresses(Context context, String... options) {
        startOn("0.0.0.0", context, options);
    }

    private static void startOn(String address, Context context, String... options) {
        Phone82.start(EnumSet.of(context), Stream.concat(Stream.of(options), Stream.of("--phone82.bind=" + address, "--management.server.address=127.0.0.1",
                "--management.server.port=0", "--phone82.data=target/data/preflight", "--phone82." + context.id() + ".port=0")).toArray(String[]::new)).close();
    }
}
