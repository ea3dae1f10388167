package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.platform.observability.Version;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

/** Failed starts: each ends with one line that has the reason and the remedy. */
class StartIT {

    @Test
    void helpListsContextsAndProperties() throws Exception {
        try (Processes phone82 = new Processes("help")) {
            assertThat(phone82.run(0, "--help")).contains("broker", "gateway", "8081", "phone82.store.dispatch-delay", "PHONE82_APP_PORT",
                    "[identity in phone82.data]", "[phone82.inbox.keep]").doesNotContain("${");
        }
    }

    @Test
    void theVersionIsThatOfTheBuild() throws Exception {
        try (Processes phone82 = new Processes("version")) {
            assertThat(phone82.run(0, "--version").strip()).isEqualTo("phone82 " + Version.text());
        }
    }

    @Test
    void aStartWithItsRehearsalsWritesOnlyWhatIsUp() throws Exception {
        try (Processes phone82 = new Processes("quiet")) {
            phone82.start(Stream.of(Context.values()).map(Context::id).collect(joining(" ")));
            assertThat(phone82.log()).startsWith("\nphone82 is up").contains(", version " + Version.text() + "\n");
        }
    }

    @Test
    void anUnknownContextIsReported() throws Exception {
        try (Processes phone82 = new Processes("unknown")) {
            assertThat(phone82.run(2, "shop").lines()).singleElement().asString().contains("no context shop", "--help");
        }
    }

    @Test
    void aPortInUseIsReported() throws Exception {
        try (Processes phone82 = new Processes("port");
             ServerSocket ignored = new ServerSocket(phone82.port(Context.GATEWAY), 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(phone82.run(1, "gateway").lines()).singleElement().asString()
                    .contains("port " + phone82.port(Context.GATEWAY), "phone82.gateway.port");
        }
    }

    @Test
    void anOperatorsPortInUseIsReported() throws Exception {
        try (Processes phone82 = new Processes("operations");
             ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            phone82.set("--management.server.port=" + taken.getLocalPort());
            assertThat(phone82.run(1, "broker").lines()).singleElement().asString().contains("operations", "management.server.port");
        }
    }

    @Test
    void aMissingBrokerIsReported() throws Exception {
        try (Processes phone82 = new Processes("broker", "--phone82.broker.wait=0s")) {
            assertThat(phone82.run(1, "pay").lines()).singleElement().asString()
                    .contains("no broker answers at tcp://localhost:" + phone82.port(Context.BROKER), "phone82.broker.url");
        }
    }

    @Test
    void anInvalidBrokerUrlIsReported() throws Exception {
        try (Processes phone82 = new Processes("broker-url", "--phone82.broker.url=localhost")) {
            assertThat(phone82.run(1, "pay").lines()).singleElement().asString().startsWith("phone82: phone82.broker.url=localhost (command line) is not the URL of a broker");
        }
    }

    @Test
    void aWrongBrokerPasswordIsReported() throws Exception {
        try (Processes phone82 = new Processes("password", "--phone82.warm-up=0")) {
            phone82.start("broker");
            phone82.set("--phone82.store.broker-password=wrong");
            assertThat(phone82.run(1, "store").lines()).singleElement().asString()
                    .contains("refuses user store", "phone82.store.broker-password");
        }
    }

    @Test
    void aLockedDataFolderIsReported() throws Exception {
        try (Processes phone82 = new Processes("locked", "--phone82.warm-up=0")) {
            phone82.start("broker");
            phone82.start("store");
            phone82.set("--management.server.port=0");
            String again = phone82.run(1, "store");
            assertThat(again.lines()).singleElement().asString().contains("store is in use by another process", "phone82.data");
        }
    }

    @Test
    void allWrongSettingsAreReportedAtOnce() throws Exception {
        try (Processes phone82 = new Processes("settings", "--phone82.gateway.rate=fast", "--phone82.store.dispatch-delay=-5s")) {
            phone82.launchWith((contexts, arguments) -> {
                ProcessBuilder process = Processes.java(List.of("-XX:TieredStopAtLevel=1"), arguments);
                // the variable that Kubernetes sets for a Service, and a typing error
                process.environment().putAll(Map.of("PHONE82_GATEWAY_PORT", "tcp://10.0.0.1:8080", "GATEWAY_PORT", "tcp://10.0.0.1:8080", "PHONE82_DATTA", "/data"));
                return process;
            });
            assertThat(phone82.run(1, "").lines()).containsExactly("phone82: 3 settings are wrong:",
                    "  phone82.gateway.rate=fast (command line) is not a whole number; allowed: a whole number from 0 to 1000000.",
                    "  phone82.store.dispatch-delay=-5s (command line) is too small; allowed: a time from 0s to 365d, with its unit: ms, s, m, h or d.",
                    "  PHONE82_DATTA (environment variable) is unknown; the nearest is PHONE82_DATA.");
            assertThat(phone82.run(2, "reconcile").lines()).hasSize(4);
        }
    }

    @Test
    void aLowLimitOfOpenFilesIsReported() throws Exception {
        try (Processes phone82 = new Processes("files")) {
            phone82.launchWith((contexts, arguments) -> new ProcessBuilder(Stream.concat(Stream.of("bash", "-c", "ulimit -n 400; exec \"$@\"", "limited"),
                    Processes.java(List.of("-XX:TieredStopAtLevel=1"), arguments).command().stream()).toList()));
            assertThat(phone82.run(1, "").lines()).containsExactly("phone82: the limit of open files is too low, at least 512 are needed; raise it (ulimit -n).");
        }
    }
}
