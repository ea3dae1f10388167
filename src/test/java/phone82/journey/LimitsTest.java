package phone82.journey;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits of the gateway's resources for one client. */
class LimitsTest {

    private static final String GET = "GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n";
    /** Without a login, forwarded requests are refused. */
    private static final String WITH_LOGIN = "--phone82.identity.issuer=http://localhost:1";

    /** Sends a piece of the rest of a request every 50 ms until the test ends. */
    private static AutoCloseable trickling(Connection connection, String piece) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(() -> connection.send(piece), 50, 50, TimeUnit.MILLISECONDS);
        return clock::shutdownNow;
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Nested
    class Connections {

        private static final int MOST = 20;

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY),
                "--phone82.http.send-seconds=1", "--phone82.http.idle-seconds=6", "--phone82.http.connections=" + MOST);

        private final RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));

        /** The gateway detects the end of a connection slightly later than its client. */
        @BeforeEach
        void awaitTheEndOfEarlierConnections() {
            Awaitility.await().until(() -> {
                try (Connection one = gateway.connect(); Connection other = gateway.connect()) {
                    one.send(GET);
                    other.send(GET);
                    return one.answer() != null && other.answer() != null;
                }
            });
        }

        @Test
        void aSlowHeadIsCutOff() throws Exception {
            try (Connection connection = gateway.connect()) {
                long start = System.nanoTime();
                connection.send("GET /openapi.json HTTP/1.1\r\nHost: shop\r\n");
                try (AutoCloseable more = trickling(connection, "X: y\r\n")) {
                    assertThat(connection.answer().problem()).isEqualTo(408);
                    assertThat(connection.answer()).isNull();
                }
                assertThat(since(start)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(8));
            }
        }

        @Test
        void aSlowBodyIsCutOff() throws Exception {
            for (String framing : List.of("Content-Length: 60000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n")) {
                try (Connection connection = gateway.connect()) {
                    long start = System.nanoTime();
                    connection.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n" + framing);
                    try (AutoCloseable more = trickling(connection, "1\r\nx\r\n")) {
                        assertThat(connection.answer().problem()).isEqualTo(408);
                        assertThat(connection.answer()).isNull();
                    }
                    assertThat(since(start)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(8));
                }
            }
        }

        @Test
        void anUnusedBodyIsNotReadForever() throws Exception {
            try (Connection connection = gateway.connect()) {
                connection.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n");
                assertThat(connection.answer().problem()).isEqualTo(413);
                long start = System.nanoTime();
                try (AutoCloseable more = trickling(connection, "x".repeat(10_000))) {
                    assertThat(connection.answer()).isNull();
                }
                assertThat(since(start)).isLessThan(Duration.ofSeconds(8));
            }
        }

        @Test
        @ExtendWith(OutputCaptureExtension.class)
        void aClientDisconnectIsNotLoggedAsAnError(CapturedOutput output) {
            for (int i = 0; i < 10; i++) {
                try (Connection connection = gateway.connect()) {
                    connection.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{");
                }
            }
            Awaitility.await().during(Duration.ofMillis(500)).until(() -> !output.getAll().contains("ERROR"));
        }

        @Test
        void everyRequestOfAConnectionHasItsOwnTimeLimit() throws Exception {
            try (Connection connection = gateway.connect()) {
                long start = System.nanoTime();
                while (since(start).toMillis() < 2500) {
                    connection.send(GET.substring(0, 30));
                    Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                    connection.send(GET.substring(30));
                    assertThat(connection.answer().status()).isEqualTo(200);
                }
            }
        }

        @Test
        void aSilentConnectionIsClosed() {
            try (Connection fresh = gateway.connect(); Connection used = gateway.connect()) {
                long start = System.nanoTime();
                used.send(GET);
                assertThat(used.answer().status()).isEqualTo(200);
                assertThat(fresh.answer()).isNull();
                assertThat(used.answer()).isNull();
                assertThat(since(start)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(12));
            }
        }

        @Test
        void oneConnectionTooManyIsClosedWithoutAffectingOthers() {
            RawHttp others = gateway.from("127.0.0.2");
            List<Connection> open = new ArrayList<>();
            try {
                for (int i = 0; i < MOST; i++) {
                    Connection connection = others.connect();
                    open.add(connection);
                    connection.send(GET);
                    assertThat(connection.answer().status()).isEqualTo(200);
                }
                for (int i = 0; i < 30; i++) {
                    long start = System.nanoTime();
                    assertThat(others.once(GET)).isNull();
                    // less than a silent connection lasts
                    assertThat(since(start)).isLessThan(Duration.ofSeconds(4));
                }
                for (Connection connection : open) {
                    connection.send(GET);
                    assertThat(connection.answer().status()).isEqualTo(200);
                }
                assertThat(gateway.once(GET).status()).as("as the liveness check, from the address of the server").isEqualTo(200);
                open.remove(0).close();
                Awaitility.await().until(() -> others.once(GET), answer -> answer != null && answer.status() == 200);
            } finally {
                open.forEach(Connection::close);
            }
        }

        @Test
        void tooManyPipelinedRequestsAreRefused() {
            try (Connection connection = gateway.connect()) {
                connection.send(GET.repeat(1000));
                List<Integer> statuses = new ArrayList<>();
                for (Answer answer = connection.answer(); answer != null; answer = connection.answer()) {
                    statuses.add(answer.status());
                }
                assertThat(statuses).hasSizeLessThanOrEqualTo(9).endsWith(429);
            }
        }
    }

    @Nested
    class Logins {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.identity=embedded",
                "--phone82.identity.port=" + Phone82Extension.freePort(), "--phone82.gateway.login-rate=3");

        @Test
        void returnsFromTheIssuerAreLimitedForEachAddress() {
            RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));
            String callback = "GET /callback?code=guessed&state=x HTTP/1.1\r\nHost: shop\r\n\r\n";
            List<Answer> answers = Stream.generate(() -> gateway.once(callback)).limit(60).toList();

            assertThat(answers).extracting(Answer::problem).startsWith(401).contains(429);
            assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSizeGreaterThan(5)
                    .allSatisfy(answer -> assertThat(answer.headers()).containsKey("retry-after").doesNotContainKey("set-cookie"));
            assertThat(gateway.from("127.0.0.2").once(callback).problem()).isEqualTo(401);
            assertThat(gateway.once("GET /phones HTTP/1.1\r\nHost: shop\r\n\r\n").problem()).isEqualTo(503);
        }
    }

    @Nested
    class Answers {

        // stays open: a repetition of a failed test uses it again
        static final Recorder BEHIND = new Recorder(new byte[4_000_000]);

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.app-url=" + BEHIND.url());

        @Test
        void aPipeliningClientThatDoesNotReadIsCutOff() {
            try (Connection connection = new RawHttp(PHONE82.port(Context.GATEWAY)).connect()) {
                connection.send("GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n".repeat(8));
                Awaitility.await().until(() -> BEHIND.arrived().size() >= 1);
                Awaitility.await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(5))
                        .untilAsserted(() -> assertThat(BEHIND.arrived().size()).as("answers fetched although the client does not read").isLessThan(4));
            }
        }
    }

    @Nested
    class Crowd {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.http.retries-per-second=2");

        @Test
        void isAskedToReturnOneAfterTheOther() {
            List<Integer> seconds = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Shop.Answer refused = PHONE82.gateway().get("/phones").expect(503);
                seconds.add(Integer.valueOf(refused.header("Retry-After")));
                assertThat(refused.body().get("detail").asText()).endsWith("Try again in " + refused.header("Retry-After") + " s.");
            }

            assertThat(seconds).first().isEqualTo(5);
            assertThat(seconds).last().satisfies(last -> assertThat(last).isBetween(12, 25));
        }
    }

    @Nested
    class Rate {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.rate=5", WITH_LOGIN);

        @Test
        void requestsAboveTheRateAreRefusedForASecond() {
            RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));
            List<Answer> answers = new ArrayList<>();
            answers.add(Awaitility.await().until(() -> gateway.once(GET), answer -> answer.status() == 200));
            for (int i = 0; i < 100; i++) {
                answers.add(gateway.once(GET.replace("Host: shop", "Host: shop\r\nX-Forwarded-For: 198.51.100." + i)));
            }

            assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSizeGreaterThan(5)
                    .allSatisfy(answer -> {
                        answer.problem();
                        assertThat(answer.headers()).containsEntry("retry-after", "1");
                    });
            Answer page = Awaitility.await().until(() -> gateway.once("GET / HTTP/1.1\r\nHost: shop\r\nAccept: text/html\r\n\r\n"), answer -> answer.status() == 429);
            assertThat(page.text()).contains("That was too much at once.", "href=\"\"").doesNotContain("<script");
            assertThat(page.headers()).containsEntry("retry-after", "1");
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> gateway.once(GET).status() == 200);
        }

        /** As orders, because the operator's page and the alerts count those. */
        @Test
        void refusedOrdersAreCountedAsOrders() {
            RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));
            Awaitility.await().until(() -> gateway.once("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\n\r\n").status() == 429);
            Awaitility.await().until(() -> gateway.once("GET /orders/7 HTTP/1.1\r\nHost: shop\r\n\r\n").status() == 429);

            Awaitility.await().untilAsserted(() -> assertThat(PHONE82.operations().metrics().lines().filter(line -> line.contains("requests_seconds_count{context=\"gateway\"")))
                    .anyMatch(line -> line.contains("method=\"POST\",status=\"429\",uri=\"/orders\""))
                    .anyMatch(line -> line.contains("method=\"GET\",status=\"429\",uri=\"none\"")));
        }
    }

    @Nested
    class RateBehindAProxy {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.rate=5",
                "--phone82.gateway.trusted-proxies=127.0.0.0/8,::1", WITH_LOGIN);

        @Test
        void everyForwardedClientHasItsOwnRate() {
            RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.once(GET.replace("Host: shop", "Host: shop\r\nX-Forwarded-For: 198.51.100." + i)).status()).isEqualTo(200);
            }
            List<Integer> one = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                one.add(gateway.once(GET.replace("Host: shop", "Host: shop\r\nX-Forwarded-For: 198.51.100." + i + ", 203.0.113.9")).status());
            }
            assertThat(one).contains(429);
        }
    }

    /** Otherwise a proxy on this machine makes every stranger an operator. */
    @Nested
    class WithoutLogin {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY));

        private final RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));

        @ParameterizedTest
        @ValueSource(strings = {"X-Forwarded-For: 203.0.113.7", "X-Forwarded-Host: shop.example.com", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "Forwarded: for=203.0.113.7",
                "Via: 1.1 proxy", "x-real-ip: 203.0.113.7"})
        void whatAProxyPassesOnIsRefused(String header) {
            for (String request : List.of("GET /session", "GET /", "DELETE /orders/1", "GET /openapi.json")) {
                Answer answer = gateway.once(request + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header + "\r\n\r\n");
                assertThat(answer.problem()).as(request).isEqualTo(403);
                assertThat(answer.text()).contains("phone82.identity.issuer", "the header " + header.substring(0, header.indexOf(':')));
            }
        }

        @Test
        void soIsWhatNginxSendsByDefault() {
            Answer answer = gateway.once("GET /session HTTP/1.0\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n");
            assertThat(answer.problem()).isEqualTo(403);
            assertThat(answer.text()).contains("HTTP/1.0", "phone82.identity.issuer");
        }

        @Test
        void aClientOnThisMachineNeedsNoLogin() {
            Answer session = gateway.once("GET /session HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n");
            assertThat(session.status()).isEqualTo(200);
            assertThat(session.text()).contains("\"demo\"");
        }
    }

    @Nested
    class NoRate {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.rate=0");

        @Test
        void noRequestIsRefused() {
            try (Connection connection = new RawHttp(PHONE82.port(Context.GATEWAY)).connect()) {
                for (int i = 0; i < 3000; i++) {
                    connection.send("GET /nothing HTTP/1.1\r\nHost: shop\r\n\r\n");
                    assertThat(connection.answer().status()).isEqualTo(404);
                }
            }
        }
    }
}
