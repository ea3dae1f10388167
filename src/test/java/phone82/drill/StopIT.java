package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.journey.RawHttp;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;
import phone82.journey.Shop;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.GATEWAY;

/** SIGTERM while clients still send requests. */
class StopIT {

    private static final String GET = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void openConnectionsAreAnsweredAndClosed() throws Exception {
        try (Processes phone82 = new Processes("stop", "--phone82.warm-up=0", "--phone82.operations.notice=5s")) {
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

    private static void assertLast(Connection connection) {
        Answer answer = connection.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(connection.answer()).as("the connection is closed").isNull();
    }
}
