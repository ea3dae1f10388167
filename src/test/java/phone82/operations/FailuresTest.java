package phone82.operations;

import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.journey.RawHttp.Answer;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.audit.Audit.Query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Who may break something for a demonstration, and where. */
class FailuresTest {

    private static final String PASSWORD = "secret";
    private static final String BREAK = "{\"active\": true}";
    private static final String JSON = "Content-Type: application/json";
    private static final String LOGIN = OperatorsPort.authorization("Basic", "operator", PASSWORD);

    @TempDir
    Path folder;

    private OperatorsPort port;

    @AfterEach
    void stop() {
        if (port != null) {
            port.close();
        }
    }

    private void start(String... options) {
        port = process("app", options);
    }

    private OperatorsPort process(String context, String... options) {
        // no provider listens at port 1
        return new OperatorsPort(List.of(context), Stream.concat(Stream.of("--phone82.operations.password=" + PASSWORD, "--phone82.data=" + folder,
                "--phone82.provider.port=1"), Stream.of(options)).toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--phone82.operations.demo=false", "--phone82.identity.issuer=http://localhost:1", "--phone82.identity=embedded",
            "--phone82.operations.peers=http://127.0.0.1:1", "--management.server.address=0.0.0.0", "--phone82.bind=0.0.0.0"})
    void nothingCanBeBrokenOutsideADemonstration(String option) {
        start(option);

        for (String path : List.of("/failures", "/failures/provider-fails", "/failures/store-receives-nothing")) {
            Answer refused = port.post(path, BREAK, LOGIN, JSON);
            assertThat(refused.problem()).isEqualTo(403);
            assertThat(refused.text()).contains("phone82.operations.demo=true");
        }
        assertThat(get("/failures").text()).isEqualTo("{\"enabled\":false,\"failures\":[],\"others\":[]}");
        await().untilAsserted(() -> assertThat(port.audited()).contains("operator operations-set-failure provider-fails 403"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--management.server.address=0.0.0.0", "--phone82.bind=0.0.0.0", "--phone82.operations.peers=http://app:9090"})
    void aDemonstrationIsRefusedWhereOthersAreReached(String option) {
        assertThatThrownBy(() -> start("--phone82.operations.demo=true", option)).rootCause().hasMessageStartingWith("phone82.operations.demo is for one machine");
    }

    @Test
    void aDemonstrationCanBeAskedForWithAnIssuer() {
        start("--phone82.operations.demo=true", "--phone82.identity=embedded");

        assertThat(get("/failures").text()).contains("{\"enabled\":true,", "{\"id\":\"store-receives-nothing\"}");
    }

    @Test
    void onlyAnOperatorsOwnPageBreaksSomething() {
        start();

        assertThat(port.post("/failures/provider-fails", BREAK, JSON).problem()).isEqualTo(401);
        assertThat(port.post("/failures/provider-fails", BREAK, LOGIN).problem()).isEqualTo(415);
        assertThat(port.post("/failures/provider-fails", BREAK, LOGIN, "Content-Type: text/plain").problem()).isEqualTo(415);
        assertThat(port.post("/failures/provider-fails", BREAK, LOGIN, JSON, "Origin: http://evil.example").problem()).isEqualTo(403);
        assertThat(port.post("/failures/provider-fails", BREAK, LOGIN, JSON, "Sec-Fetch-Site: same-site").problem()).isEqualTo(403);
        assertThat(port.raw().once("GET /failures/provider-fails HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + LOGIN + "\r\n\r\n").problem()).isEqualTo(405);
    }

    @Test
    void aRequestIsChecked() {
        start();

        for (String body : List.of("", "{", "null", "{\"active\":null}", "{\"active\":{}}")) {
            assertThat(port.post("/failures/provider-fails", body, LOGIN, JSON).problem()).as(body).isEqualTo(400);
        }
        assertThat(port.post("/failures", BREAK, LOGIN, JSON).problem()).isEqualTo(400);
        assertThat(port.post("/failures/everything", BREAK, LOGIN, JSON).problem()).isEqualTo(404);
    }

    @Test
    void whatDoesNotAnswerCannotBeBroken() {
        start();

        Answer provider = port.post("/failures/provider-fails", BREAK, LOGIN, JSON);
        assertThat(provider.problem()).isEqualTo(503);
        assertThat(provider.text()).contains("Start the context provider.");
        Answer store = port.post("/failures/store-receives-nothing", BREAK, LOGIN, JSON);
        assertThat(store.problem()).isEqualTo(503);
        assertThat(store.text()).contains("runs store");
        assertThat(port.post("/failures", "{\"active\":false}", LOGIN, JSON).status()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(port.audited()).contains("operator operations-break provider-fails 503", "operator operations-undo null 200"));
    }

    @Test
    void aRouteOfAnotherProcessIsStoppedAndStarted() throws Exception {
        start();
        try (OperatorsPort store = process("store"); DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getCamelContextExtension().setName("store");
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:events").id("store-receive-events").log("received");
                }
            });
            camel.start();

            Answer broken = port.post("/failures/store-receives-nothing", BREAK, LOGIN, JSON);
            assertThat(broken.text()).contains("{\"id\":\"store-receives-nothing\",\"active\":true}", "{\"id\":\"store-ships-nothing\"}", "{\"id\":\"provider-fails\"}");
            assertThat(camel.getRouteController().getRouteStatus("store-receive-events")).isEqualTo(ServiceStatus.Stopped);

            Answer undone = port.post("/failures", "{\"active\":false}", LOGIN, JSON);
            assertThat(undone.text()).contains("{\"id\":\"store-receives-nothing\",\"active\":false}");
            assertThat(camel.getRouteController().getRouteStatus("store-receive-events")).isEqualTo(ServiceStatus.Started);
            assertThat(store.bean(Audit.class).read(new Query(null, null, null, null, 100))).extracting(Entry::action).contains("jmx stop()", "jmx start()");
        }
    }

    /** Otherwise the page would make failed logins there until operators have to wait. */
    @Test
    void aProcessWithAnotherPasswordIsAskedOnce() throws IOException {
        start();
        try (OperatorsPort store = new OperatorsPort(List.of("store"), "--phone82.operations.password=another", "--phone82.data=" + folder)) {
            Files.writeString(folder.resolve("operations/store"), store.operations().url() + "\nof a process before it\n");
            for (int i = 0; i < 2 * LoginThrottle.FREE; i++) {
                assertThat(get("/failures").text()).contains("{\"id\":\"store-receives-nothing\"}");
            }
            assertThat(store.raw().once("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + LOGIN + "\r\n\r\n").status())
                    .as("wrong, but not too often").isEqualTo(401);
        }
    }

    private Answer get(String path) {
        return port.get(path, "Host: localhost", LOGIN);
    }
}
