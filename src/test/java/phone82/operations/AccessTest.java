package phone82.operations;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.journey.RawHttp;
import phone82.journey.RawHttp.Answer;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static phone82.operations.OperatorsPort.authorization;

/** Access to the operator's port: failed logins, passwords, addresses and incomplete requests. */
@ExtendWith(OutputCaptureExtension.class)
class AccessTest {

    private static final String PASSWORD = "open: sesame";

    private OperatorsPort port;
    private Operations operations;

    @BeforeEach
    void start() {
        start("--phone82.operations.password=" + PASSWORD);
    }

    private void start(String... options) {
        port = new OperatorsPort(List.of("app"), Stream.concat(Stream.of("--phone82.operations.hosts=ops.example.org", "--phone82.data=target/data/access"),
                Stream.of(options)).toArray(String[]::new));
        operations = port.operations();
    }

    @AfterEach
    void stop() {
        port.close();
    }

    /** A cluster probes a pod at its address, and Prometheus scrapes it there. */
    @Test
    void theReceivingAddressIsServedAsHost() throws IOException {
        stop();
        start("--management.server.address=127.0.0.3");
        URI here = operations.url();

        assertThat(status(here, here.getAuthority())).isEqualTo(200);
        assertThat(status(here, "127.0.0.4:9090")).isEqualTo(403);
    }

    private static int status(URI at, String host) throws IOException {
        try (Socket socket = new Socket(at.getHost(), at.getPort())) {
            socket.getOutputStream().write(("GET /actuator/prometheus HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
            return Integer.parseInt(new String(socket.getInputStream().readAllBytes(), UTF_8).split(" ", 3)[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"operator,wrong", "admin,open: sesame", "operator,''", "operator,'open: sesame '", "Operator,open: sesame", "operator,demo-operator"})
    void otherCredentialsAreRefused(String user, String password) {
        Answer refused = get("/", "Host: localhost", authorization("Basic", user, password));
        assertThat(refused.problem()).isEqualTo(401);
        assertThat(refused.headers().get("www-authenticate")).startsWith("Basic realm=");
        assertThat(get("/actuator/health", "Host: localhost", authorization("Basic", user, password)).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer abc", "Basic", "Basic ", "Basic ???", "Basic b3BlcmF0b3I=", "x"})
    void aMalformedLoginIsRefused(String authorization) {
        assertThat(get("/", "Host: localhost", "Authorization: " + authorization).problem()).isEqualTo(401);
    }

    @Test
    void repeatedFailedLoginsWaitLongerEachTime(CapturedOutput log) {
        for (int i = 0; i < LoginThrottle.FREE; i++) {
            assertThat(get("/", "Host: localhost", authorization("Basic", "operator", "guess" + i)).status()).isEqualTo(401);
        }
        Answer refused = get("/", "Host: localhost", operator());
        assertThat(refused.problem()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("retry-after", "1");
        assertThat(get("/actuator/health", "Host: localhost", operator()).status()).as("health answers guesses no sooner").isEqualTo(429);
        assertThat(get("/actuator/health", "Host: localhost").status()).as("a probe is no guess").isEqualTo(200);

        await().untilAsserted(() -> assertThat(get("/", "Host: localhost", operator()).status()).isEqualTo(200));
        assertThat(get("/", "Host: localhost", authorization("Basic", "operator", "guess")).status()).isEqualTo(401);
        assertThat(get("/", "Host: localhost", operator()).headers()).containsEntry("retry-after", "2");
        assertThat(log.getOut().lines().filter(line -> line.contains("Login of operator from 127.0.0.1 failed"))).hasSize(LoginThrottle.FREE + 1);
    }

    /** A stranger at the same address, for example through a port-forward, must not keep operators and commands out. */
    @Test
    void randomPasswordsDoNotWaitForTheGuessesOfOthers() {
        String peers = port.bean(Operators.class).passwordForPeers();
        guessUntilRefused();
        assertThat(get("/", "Host: localhost", authorization("Basic", "operator", peers)).status()).isEqualTo(200);
        stop();
        start("--phone82.operations.password=");
        guessUntilRefused();

        assertThat(get("/", "Host: localhost", authorization("Basic", "operator", port.bean(Operators.class).password())).status()).isEqualTo(200);
    }

    private void guessUntilRefused() {
        await().pollInterval(Duration.ZERO).until(() -> get("/", "Host: localhost", authorization("Basic", "operator", "guess")).status() == 429);
    }

    @Test
    void theLogOfAFailedLoginIsEscapedAndHasNoPassword(CapturedOutput log) {
        get("/", "Host: localhost", authorization("Basic", "eve\r\n12.00 INFO all is well\u001b[2J\u2028\u202e", "typed-by-mistake"));

        assertThat(log.getOut().lines().filter(line -> line.contains("Login of"))).singleElement().asString()
                .contains("eve\\r\\n12").contains("\\u001b[2J\\u2028\\u202e from 127.0.0.1 failed");
        assertThat(log.getOut()).doesNotContain("typed-by-mistake");
    }

    @Test
    void aPasswordIsGeneratedForEachStartUnlessOneIsSet() {
        Operators one = new Operators("operator", "");
        Operators other = new Operators("operator", null);
        assertThat(one.password()).hasSizeGreaterThanOrEqualTo(20).isNotEqualTo(other.password());
        assertThat(operations.login()).isEmpty();

        stop();
        start("--phone82.operations.password=");
        String login = operations.login().orElseThrow();
        assertThat(login).startsWith("user operator, password ");
        assertThat(get("/", "Host: localhost", authorization("Basic", "operator", login.substring("user operator, password ".length()))).status()).isEqualTo(200);
        assertThat(get("/", "Host: localhost", authorization("Basic", "operator", other.password())).status()).isEqualTo(401);
    }

    @Test
    void aPortInUseIsReplacedUnlessItWasConfigured() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            stop();
            start("--management.server.port=", "--phone82.operations.port=" + taken.getLocalPort());
            assertThat(operations.address().getPort()).isNotEqualTo(taken.getLocalPort());
            assertThat(get("/actuator/health/liveness", "Host: localhost").status()).isEqualTo(200);

            assertThatThrownBy(() -> start("--management.server.port=" + taken.getLocalPort())).hasRootCauseInstanceOf(BindException.class)
                    .rootCause().hasMessageContaining(":" + taken.getLocalPort());
        }
    }

    /** A request line without an end, a head without an end, a body that is never sent. */
    @Test
    void hundredsOfIncompleteRequestsBlockNoClient() {
        List<String> halves = List.of("GET /actuator/hea", "GET /actuator/health HTTP/1.1\r\nHost: localhost\r\nX-",
                "POST /actuator/jolokia HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n" + operator() + "\r\n\r\n{");
        List<RawHttp.Connection> half = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                RawHttp.Connection connection = port.raw().connect();
                half.add(connection);
                connection.send(halves.get(i % halves.size()));
            }
            for (int i = 0; i < 5; i++) {
                long begin = System.nanoTime();
                assertThat(get("/actuator/health/liveness", "Host: localhost").status()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            }
        } finally {
            half.forEach(RawHttp.Connection::close);
        }
    }

    private Answer get(String path, String... headers) {
        return port.get(path, headers);
    }

    private static String operator() {
        return authorization("Basic", "operator", PASSWORD);
    }
}
