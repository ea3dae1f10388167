package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

/** Hostile requests to every port: pages of other sites, foreign host names, clients that exhaust resources. */
class EdgeTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.gateway.rate=0");

    private static final String STRANGER = "127.0.0.2";
    private static final String ORDER = "{\"item\":\"note20\",\"qty\":1}";

    private static RawHttp at(Context context) {
        return new RawHttp(PHONE82.port(context));
    }

    private static String request(String requestLine, String... headers) {
        return requestLine + " HTTP/1.1\r\n" + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n";
    }

    private static String get(Context context, String host) {
        return request("GET " + known(context), "Host: " + host);
    }

    /** A path of the port that any client may read. */
    private static String known(Context context) {
        return switch (context) {
            case GATEWAY -> "/openapi.json";
            case COORDINATOR -> "/lra-coordinator";
            default -> "/pulse";
        };
    }

    /** The coordinator answers that the token is missing. */
    private static int served(Context context) {
        return context == Context.COORDINATOR ? 401 : 200;
    }

    private static String order(String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/json");
        all.add("Content-Length: " + ORDER.length());
        return request("POST /orders", all.toArray(String[]::new)) + ORDER;
    }

    @Test
    void inventedMethodsAddNoTimeSeries() {
        try (Connection connection = at(Context.GATEWAY).connect()) {
            askByMethods(connection, "FIRST", 10);
            long before = await().until(EdgeTest::timeSeries, number -> number > 0);
            askByMethods(connection, "INVENTED", 1_000);
            assertThat(timeSeries()).isEqualTo(before);
        }
        assertThat(PHONE82.operations().metrics()).contains("method=\"_OTHER\"").doesNotContain("INVENTED");
    }

    private static void askByMethods(Connection connection, String start, int number) {
        for (int i = 0; i < number; i++) {
            connection.send(request(start + i + " /orders", "Host: shop"));
            assertThat(connection.answer().status()).isEqualTo(405);
        }
    }

    private static long timeSeries() {
        return PHONE82.operations().metrics().lines().filter(line -> line.startsWith("http_server_requests") && line.contains("gateway") && line.contains("status=\"405\"")).count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin: http://evil.example", "Origin: null", "Origin: http://shop.evil.example", "Origin: http://shop:81",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: http://shop\r\nSec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example"})
    void aPageOfAnotherSiteIsRefused(String header) {
        long id = PHONE82.gateway().place(Shop.anOrder()).expect(201).id();
        String form = "Content-Type: text/plain\r\nContent-Length: 3\r\n" + header;

        for (Context context : List.of(Context.GATEWAY, Context.APP)) {
            assertThat(at(context).once(request("POST /orders/" + id + "/cancellation", "Host: shop", form) + "a=b").problem()).isEqualTo(403);
            assertThat(at(context).once(request("DELETE /orders/" + id, "Host: shop", header)).problem()).isEqualTo(403);
            assertThat(at(context).once(order("Host: shop", header)).problem()).isEqualTo(403);
        }
        for (Context context : List.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER)) {
            assertThat(at(context).once(request("POST /dead-letters/replay", "Host: shop", form) + "a=b").problem()).isEqualTo(403);
        }
        assertThat(at(Context.COORDINATOR).once(request("POST /lra-coordinator/start", "Host: shop", form) + "a=b").problem()).isEqualTo(403);
        assertThat(at(Context.PROVIDER).once(request("DELETE /faults", "Host: shop", header)).problem()).isEqualTo(403);
        assertThat(PHONE82.gateway().status("/orders/" + id)).isIn("Ordered", "Paid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host: shop\r\nOrigin: http://shop\r\nSec-Fetch-Site: same-origin", "Host: shop\r\nOrigin: https://shop",
            "Host: shop\r\nSec-Fetch-Site: none", "Host: Shop:8080\r\nOrigin: http://shop:8080", "Host: shop:443\r\nOrigin: https://shop",
            "Host: shop:80\r\nOrigin: http://shop"})
    void ourOwnPageMayOrder(String headers) {
        assertThat(at(Context.GATEWAY).once(order(headers)).status()).isEqualTo(201);
    }

    @Test
    void aLinkOnAnotherSiteMayLeadHere() {
        assertThat(at(Context.GATEWAY).once(request("GET /phones", "Host: shop", "Sec-Fetch-Site: cross-site")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, mode = EXCLUDE, names = "BROKER")
    void aForeignHostNameIsRefused(Context context) {
        for (String host : List.of("evil.example", "localhost.evil.example", "evillocalhost", "shop.evil.example", "127.0.0.1.evil.example",
                context.id() + ".com", context.id() + "-evil.ns.svc", "evil.example:" + PHONE82.port(context))) {
            assertThat(at(context).once(get(context, host)).problem()).as(host).isEqualTo(421);
            assertThat(at(context).once(request("GET http://" + host + known(context), "Host: shop")).problem()).as("absolute " + host).isEqualTo(421);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, mode = EXCLUDE, names = "BROKER")
    void ownNamesAndAllAddressesAreServed(Context context) throws UnknownHostException {
        for (String host : List.of("shop", "SHOP", "shop:80", "localhost", "localhost.", "localhost:" + PHONE82.port(context), "shop.localhost",
                "127.0.0.1", "127.0.0.2:1", "10.129.3.7:8080", "[::1]", "[fd00::1]:80", context.id(), context.id() + ":8080",
                context.id() + ".phones.svc", context.id() + ".phones.svc.cluster.local", InetAddress.getLocalHost().getHostName())) {
            assertThat(at(context).once(get(context, host)).status()).as(host).isEqualTo(served(context));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, mode = EXCLUDE, names = "BROKER")
    void anInvalidHostIsRefused(Context context) {
        for (String host : List.of("a%zz", "a%41", "a b", "shop/", "shop?x", "me@shop", "shop:", "shop:x", "shop:123456", "[::1", "[x]", ":80", "shop,shop", "\u00fc")) {
            long start = System.nanoTime();
            assertThat(at(context).once(get(context, host)).problem()).as(host).isEqualTo(400);
            if (!host.matches(".*[ /?].*")) {
                assertThat(at(context).once(request("GET http://" + host + "/pulse", "Host: shop")).problem()).as("absolute " + host).isEqualTo(400);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(host).isLessThan(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, mode = EXCLUDE, names = "BROKER")
    void anAbsoluteTargetIsServed(Context context) {
        for (String target : List.of("http://shop", "HTTP://localhost:1", "http://127.0.0.1:" + PHONE82.port(context))) {
            assertThat(at(context).once(request("GET " + target + known(context), "Host: shop")).status()).as(target).isEqualTo(served(context));
        }
        assertThat(at(context).once(request("GET http://shop?x", "Host: shop")).status()).isEqualTo(context == Context.GATEWAY ? 200 : 404);
    }

    @Test
    void theHostOfAnAbsoluteTargetOverridesTheHeader() {
        assertThat(at(Context.GATEWAY).once(request("GET http://shop/phones", "Host: evil.example")).status()).isEqualTo(200);
        assertThat(at(Context.GATEWAY).once(request("DELETE http://shop/orders/1", "Host: localhost", "Origin: http://localhost")).problem()).isEqualTo(403);
    }

    @Test
    void thousandsOfIdleConnectionsOfOneClientBlockNoOthers() {
        List<Connection> idle = new ArrayList<>();
        try {
            IntStream.range(0, 2_000).forEach(i -> idle.add(at(Context.GATEWAY).from(STRANGER).connect()));
            for (int i = 0; i < 50; i++) {
                assertThat(at(Context.GATEWAY).once(order("Host: shop")).status()).isEqualTo(201);
            }
        } finally {
            idle.forEach(Connection::close);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, mode = EXCLUDE, names = "BROKER")
    void hundredsOfIncompleteRequestsBlockNoClient(Context context) {
        List<Connection> half = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Connection connection = at(context).from(i % 2 == 0 ? STRANGER : "127.0.0.1").connect();
                half.add(connection);
                connection.send(i % 4 < 2 ? "GET " + known(context) + " HTTP/1.1\r\nHost: sh"
                        : request("POST /lra-coordinator/start", "Host: shop", "Content-Length: 10") + "x");
            }
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                assertThat(at(context).once(get(context, "shop")).status()).isEqualTo(served(context));
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            }
        } finally {
            half.forEach(Connection::close);
        }
    }

    @Test
    void theStreamsOfOneClientLeaveRoomForOthers() {
        String stream = request("GET /history/stream", "Host: shop");
        List<Connection> streams = new ArrayList<>();
        try {
            int taken = 0;
            for (int i = 0; i < 150; i++) {
                Connection connection = at(Context.GATEWAY).from(STRANGER).connect();
                streams.add(connection);
                connection.send(stream);
                Answer answer = connection.answer(true);
                assertThat(answer.status()).isIn(200, 429);
                taken += answer.status() == 200 ? 1 : 0;
            }
            assertThat(taken).isEqualTo(100);
            try (Connection other = at(Context.GATEWAY).connect()) {
                other.send(stream);
                Answer answer = other.answer(true);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.headers()).containsEntry("x-accel-buffering", "no");
            }
        } finally {
            streams.forEach(Connection::close);
        }
        await().untilAsserted(() -> assertThat(PHONE82.operations().metric("phone82_stream_readers")).isZero());
        try (Connection again = at(Context.GATEWAY).from(STRANGER).connect()) {
            again.send(stream);
            assertThat(again.answer(true).status()).isEqualTo(200);
        }
    }

    @Test
    void aSilentConnectionIsClosedSoon() {
        try (Connection silent = at(Context.GATEWAY).connect()) {
            long start = System.nanoTime();
            assertThat(silent.answer()).isNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }
}
