package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.journey.RawHttp;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;
import phone82.journey.Shop;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.GATEWAY;

/** SIGTERM while clients still send requests. */
class StopIT {

    private static final String GET = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void openConnectionsAreAnsweredAndClosed() throws Exception {
        try (Processes phone82 = new Processes("stop", "--phone82.warm-up=0", "--phone82.operations.notice=6s")) {
            phone82.start("gateway");
            RawHttp gateway = new RawHttp(phone82.port(GATEWAY));
            Shop operations = phone82.operations(GATEWAY);
            operations.get("/actuator/health/readiness").expect(200);
            try (Connection kept = gateway.connect()) {
                kept.send(GET);
                assertThat(kept.answer().headers()).doesNotContainKey("connection");

                phone82.handles().get("gateway").destroy();
                await().untilAsserted(() -> operations.get("/actuator/health/readiness").expect(503));
                operations.get("/actuator/health/liveness").expect(200);

                kept.send(GET);
                assertLast(kept);
                try (Connection late = gateway.connect()) {
                    late.send(GET);
                    assertLast(late);
                }
            }
            assertThat(phone82.terminate(Duration.ofSeconds(40), "gateway")).as("exit code of --help").containsEntry("gateway", 143);
            assertThat(phone82.run(0, "--help")).contains("Exit code: 143 after a clean stop by SIGTERM");
        }
    }

    /** A context that never answers stands for anything that does not end. */
    @Test
    void aStopThatTakesTooLongEndsTheProcess() throws Exception {
        try (ServerSocket app = new ServerSocket(0); Processes phone82 = new Processes("stop-within", "--phone82.warm-up=0",
                "--phone82.gateway.app-url=http://localhost:" + app.getLocalPort(), "--phone82.gateway.response-timeout=600000", "--phone82.operations.stop-within=2s")) {
            phone82.start("gateway");
            try (Connection waiting = new RawHttp(phone82.port(GATEWAY)).connect(); Socket asked = ask(app, waiting)) {
                assertThat(phone82.terminate(Duration.ofSeconds(15), "gateway")).containsEntry("gateway", 1);
            }
            assertThat(phone82.log()).contains("ERROR", "The process does not stop within 2 s");
        }
    }

    /** Returns when app has the request. */
    private static Socket ask(ServerSocket app, Connection client) throws IOException {
        client.send("GET /phones HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Socket asked = app.accept();
        assertThat(asked.getInputStream().read()).isEqualTo('G');
        return asked;
    }

    private static void assertLast(Connection connection) {
        Answer answer = connection.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(connection.answer()).as("the connection is closed").isNull();
    }
}
