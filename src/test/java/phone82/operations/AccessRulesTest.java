package phone82.operations;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.journey.RawHttp.Answer;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.operations.OperatorsPort.authorization;

/** Which host names, origins and schemes the operator's port accepts. No login fails here: its throttle would refuse later ones. */
class AccessRulesTest {

    private static final String PASSWORD = "open: sesame";
    private static final String OPERATOR = authorization("Basic", "operator", PASSWORD);
    private static final OperatorsPort PORT = new OperatorsPort(List.of("app"), "--phone82.operations.hosts=ops.example.org",
            "--phone82.data=target/data/access-rules", "--phone82.operations.password=" + PASSWORD);

    @AfterAll
    static void stop() {
        PORT.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:9090", "localhost:1", "127.0.0.1", "127.0.0.1:9090", "[::1]:9090", "ops.example.org", "OPS.example.org:443"})
    void thisHostsOwnNamesAreServed(String host) {
        assertThat(PORT.get("/actuator/health", "Host: " + host).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:9090", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "10.0.0.1",
            "[::2]"})
    void aForeignNameThatResolvesToThisHostIsRefused(String host) {
        for (String path : List.of("/", "/actuator/health", "/actuator/health/liveness", "/actuator/prometheus", "/actuator/jolokia", "/hawtio/", "/nothing")) {
            assertThat(PORT.get(path, "Host: " + host, OPERATOR).problem()).as(path).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "evil.example:localhost", "localhost@evil.example", "user@localhost", "localhost:9090:9090"})
    void anInvalidHostIsMalformed(String host) {
        assertThat(PORT.get("/actuator/health", "Host: " + host, OPERATOR).problem()).isEqualTo(400);
    }

    @Test
    void aRequestWithoutHostIsServedAndOneWithTwoHostsIsNot() {
        assertThat(PORT.raw().once("GET /actuator/health/readiness HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
        assertThat(PORT.get("/actuator/health", "Host: localhost", "Host: evil.example").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"same-origin,200", "none,200", "same-site,403", "cross-site,403", "anything,403", "'',403"})
    void requestsFromPagesOfOtherSitesAreRefused(String site, int expected) {
        for (String path : List.of("/", "/actuator/health", "/actuator/prometheus", "/hawtio/")) {
            assertThat(PORT.get(path, "Host: localhost", "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: navigate", OPERATOR).status()).as(path).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"http://localhost:9090,200", "https://LOCALHOST:9090,200", "http://localhost:8080,403", "http://127.0.0.1:9090,403", "http://evil,403", "null,403", "'',403",
            "http://localhost:9090.evil,403", "http://localhost:9090@evil,403"})
    void theOriginMustBeThisHost(String origin, int expected) {
        assertThat(PORT.get("/", "Host: localhost:9090", "Origin: " + origin, OPERATOR).status()).isEqualTo(expected);
    }

    @Test
    void noOtherOriginIsAllowedByCors() {
        Answer answer = PORT.raw().once("OPTIONS /actuator/jolokia HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil\r\nAccess-Control-Request-Method: POST\r\n"
                + OPERATOR + "\r\nConnection: close\r\n\r\n");
        assertThat(answer.problem()).isEqualTo(403);
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(PORT.get("/", "Host: localhost", OPERATOR).headers()).containsEntry("x-frame-options", "DENY").containsEntry("cross-origin-resource-policy", "same-origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "basic", "BASIC", "bAsIc"})
    void theSchemeCanBeWrittenInAnyCase(String scheme) {
        assertThat(PORT.get("/", "Host: localhost", authorization(scheme, "operator", PASSWORD)).status()).isEqualTo(200);
    }
}
