package phone82.journey;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;
import phone82.journey.Recorder.Arrived;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Request smuggling and similar attacks: the first server that receives such a request refuses it with a problem and passes nothing
 * on.
 */
class HostileRequestsTest {

    private static final String HOST = "Host: shop\r\n";
    private static final String BODY = "{\"item\":\"note20\",\"qty\":1}";
    private static final String CHUNKED = "19\r\n" + BODY + "\r\n0\r\n\r\n";
    private static final String SMUGGLED = "DELETE /orders/1 HTTP/1.1\r\n" + HOST + "\r\n";
    private static final String JSON = HOST + "Content-Type: application/json\r\n";

    /** A request that must be refused with one of the statuses, and after which nothing on the connection may be read. */
    private record Trick(String name, byte[] bytes, Set<Integer> statuses) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Trick trick(String name, String bytes, Integer... statuses) {
        return new Trick(name, bytes.getBytes(ISO_8859_1), statuses.length == 0 ? Set.of(400) : Set.of(statuses));
    }

    private static Trick head(String name, String lines) {
        return trick(name, "GET /phones HTTP/1.1\r\n" + lines + "\r\n");
    }

    private static Trick target(String name, String target, Integer... statuses) {
        return trick(name, "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n", statuses);
    }

    private static Trick order(String name, String headers, String body) {
        return trick(name, "POST /orders HTTP/1.1\r\n" + JSON + headers + "\r\n" + body);
    }

    /** Requests with an ambiguous end; the connection is closed after each of them. */
    static Stream<Trick> framing() {
        return Stream.of(
                order("Content-Length before Transfer-Encoding", "Content-Length: 25\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
                order("Transfer-Encoding before Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKED),
                order("Content-Length twice", "Content-Length: 25\r\nContent-Length: 25\r\n", BODY),
                order("two Content-Lengths", "Content-Length: 25\r\nContent-Length: 0\r\n", BODY),
                order("list of Content-Lengths", "Content-Length: 25, 25\r\n", BODY),
                order("positive Content-Length", "Content-Length: +25\r\n", BODY),
                order("negative Content-Length", "Content-Length: -25\r\n", BODY),
                order("hexadecimal Content-Length", "Content-Length: 0x19\r\n", BODY),
                order("fractional Content-Length", "Content-Length: 25.0\r\n", BODY),
                order("empty Content-Length", "Content-Length:\r\n", BODY),
                order("Content-Length in words", "Content-Length: 25 bytes\r\n", BODY),
                order("enormous Content-Length", "Content-Length: 99999999999999999999\r\n", BODY),
                order("Transfer-Encoding identity", "Transfer-Encoding: identity\r\n", BODY),
                order("Transfer-Encoding identity beside Content-Length", "Transfer-Encoding: identity\r\nContent-Length: 25\r\n", BODY),
                order("Transfer-Encoding chunked, identity", "Transfer-Encoding: chunked, identity\r\n", CHUNKED),
                order("Transfer-Encoding identity, chunked", "Transfer-Encoding: identity, chunked\r\n", CHUNKED),
                order("Transfer-Encoding gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n", CHUNKED),
                order("Transfer-Encoding chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n", CHUNKED),
                order("Transfer-Encoding chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
                order("Transfer-Encoding chunked, then identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", CHUNKED),
                order("Transfer-Encoding xchunked", "Transfer-Encoding: xchunked\r\n", CHUNKED),
                order("Transfer-Encoding chunkedx", "Transfer-Encoding: chunkedx\r\n", CHUNKED),
                order("Transfer-Encoding quoted", "Transfer-Encoding: \"chunked\"\r\n", CHUNKED),
                order("Transfer-Encoding with a parameter", "Transfer-Encoding: chunked;q=1\r\n", CHUNKED),
                order("Transfer-Encoding empty", "Transfer-Encoding:\r\n", CHUNKED),
                order("Transfer-Encoding after a vertical tab", "Transfer-Encoding: \u000bchunked\r\n", CHUNKED),
                order("Transfer-Encoding folded", "Transfer-Encoding:\r\n chunked\r\n", CHUNKED),
                order("Transfer-Encoding before a colon after a space", "Transfer-Encoding : chunked\r\n", CHUNKED),
                order("Transfer-Encoding before a colon after a tab", "Transfer-Encoding\t: chunked\r\n", CHUNKED),
                order("Transfer-Encoding after a space", " Transfer-Encoding: chunked\r\nContent-Length: 25\r\n", BODY),
                order("Transfer-Encoding in a folded line", "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 25\r\n", BODY),
                order("Transfer-Encoding after a bare CR", "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 25\r\n", BODY),
                order("Transfer-Encoding after a bare LF", "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 25\r\n", BODY),
                order("Content-Length after a bare LF", "X: y\nContent-Length: 25\r\n", BODY),
                order("Content-Length before a colon after a space", "Content-Length : 25\r\n", BODY),
                trick("Transfer-Encoding in HTTP/1.0", "POST /orders HTTP/1.0\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED),
                order("chunk size that is none", "Transfer-Encoding: chunked\r\n", "xx\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("negative chunk size", "Transfer-Encoding: chunked\r\n", "-19\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("hexadecimal chunk size with its sign", "Transfer-Encoding: chunked\r\n", "0x19\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("enormous chunk size", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff19\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("chunk size before a bare LF", "Transfer-Encoding: chunked\r\n", "19\n" + BODY + "\n0\n\n"),
                order("chunk extension with a bare CR", "Transfer-Encoding: chunked\r\n", "19;x\ry\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("chunk extension with a quoted line end", "Transfer-Encoding: chunked\r\n", "19;x=\"\r\n\"\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("chunk extension with a bare LF", "Transfer-Encoding: chunked\r\n", "19;x\ny\r\n" + BODY + "\r\n0\r\n\r\n"),
                order("chunk longer than its size", "Transfer-Encoding: chunked\r\n", "18\r\n" + BODY + "\r\n0\r\n\r\n"),
                head("hidden body of an old WebSocket", HOST + "Sec-WebSocket-Key1: x\r\nSec-WebSocket-Key2: y\r\n"),
                trick("lines that end with LF", "GET /phones HTTP/1.1\nHost: shop\n\n"),
                trick("head that ends with LF", "GET /phones HTTP/1.1\r\nHost: shop\r\n\n"),
                trick("head that ends with CR", "GET /phones HTTP/1.1\r\nHost: shop\r\n\r\r\n"),
                trick("empty line first", "\r\nGET /phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("space first", " GET /phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("control character first", "\u0001GET /phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("two spaces in the request line", "GET  /phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("tab in the request line", "GET\t/phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("form feed in the request line", "GET\f/phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("space after the version", "GET /phones HTTP/1.1 \r\nHost: shop\r\n\r\n"),
                trick("two targets", "GET /phones /orders HTTP/1.1\r\nHost: shop\r\n\r\n"),
                trick("HTTP/0.9", "GET /phones\r\n\r\n"),
                trick("HTTP/0.9 with its version", "GET /phones HTTP/0.9\r\nHost: shop\r\n\r\n"),
                trick("HTTP/1.2", "GET /phones HTTP/1.2\r\nHost: shop\r\n\r\n"),
                trick("HTTP/2.0", "GET /phones HTTP/2.0\r\nHost: shop\r\n\r\n"),
                trick("HTTP/1", "GET /phones HTTP/1\r\nHost: shop\r\n\r\n"),
                trick("http/1.1", "GET /phones http/1.1\r\nHost: shop\r\n\r\n"),
                trick("HTTP/01.1", "GET /phones HTTP/01.1\r\nHost: shop\r\n\r\n"),
                trick("another protocol", "GET /phones ICY/1.1\r\nHost: shop\r\n\r\n"),
                trick("HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000"),
                trick("TLS", "\u0016\u0003\u0001\u0000\u00f8\u0001\u0000\u0000\u00f4\u0003\u0003\r\n\r\n"),
                trick("binary method", "G\u0000T /phones HTTP/1.1\r\nHost: shop\r\n\r\n"),
                head("folded header", HOST + "X: a\r\n b\r\n"),
                head("header folded by a tab", HOST + "X: a\r\n\tb\r\n"),
                head("first header folded", " X: y\r\n" + HOST),
                head("space before a colon", HOST + "X : y\r\n"),
                head("header without a name", HOST + ": y\r\n"),
                head("header without a colon", HOST + "X\r\n"),
                head("space in a header's name", HOST + "X Y: z\r\n"),
                head("slash in a header's name", HOST + "X/Y: z\r\n"),
                head("umlaut in a header's name", HOST + "\u00dc: z\r\n"),
                head("NUL in a header's name", HOST + "X\u0000: z\r\n"),
                head("NUL in a header's value", HOST + "X: y\u0000z\r\n"),
                head("DEL in a header's value", HOST + "X: y\u007fz\r\n"),
                head("escape in a header's value", HOST + "X: \u001b[31m\r\n"),
                trick("request line too long", "GET /phones?x=" + "x".repeat(5000) + " HTTP/1.1\r\n" + HOST + "\r\n", 414),
                trick("header too long", "GET /phones HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(9000) + "\r\n\r\n", 431),
                trick("too many headers", "GET /phones HTTP/1.1\r\n" + HOST + "X: y\r\n".repeat(3000) + "\r\n", 431));
    }

    /** Requests with an unambiguous end that must be refused. */
    static Stream<Trick> others() {
        return Stream.of(
                head("no Host", ""),
                head("two Hosts", HOST + "Host: other\r\n"),
                head("Host twice", HOST + HOST),
                head("Host with a path", "Host: shop/orders\r\n"),
                head("Host with a user", "Host: somebody@shop\r\n"),
                head("Host of two words", "Host: shop other\r\n"),
                head("empty Host", "Host:\r\n"),
                head("Content-Type twice", HOST + "Content-Type: application/json\r\nContent-Type: text/plain\r\n"),
                head("User-Agent with an umlaut", HOST + "User-Agent: \u00dc\r\n"),
                head("traceparent twice", HOST + "traceparent: a\r\ntraceparent: b\r\n"),
                order("Idempotency-Key twice", "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 25\r\n", BODY),
                order("Idempotency-Key with an umlaut", "Idempotency-Key: \u00fc\r\nContent-Length: 25\r\n", BODY),
                order("Idempotency-Key that is empty", "Idempotency-Key:\r\nContent-Length: 25\r\n", BODY),
                trick("Expect garbage", "POST /orders HTTP/1.1\r\n" + JSON + "Expect: 200-ok\r\nContent-Length: 25\r\n\r\n" + BODY, 417),
                trick("Expect garbage without a body", "GET /phones HTTP/1.1\r\n" + HOST + "Expect: \r\n\r\n", 417),
                target("absolute target elsewhere", "http://elsewhere/phones", 421),
                target("absolute target with a user", "http://somebody@shop/phones"),
                target("absolute target without host", "http:///phones"),
                target("absolute target not in normal form", "http://shop//phones"),
                target("absolute target over TLS", "https://shop/phones"),
                target("file target", "file:///etc/passwd"),
                target("authority as target", "shop:80", 404),
                target("relative target", "phones", 404),
                target("query alone", "?phones"),
                target("empty segment first", "//phones"),
                target("host in the path", "//localhost:1/phones"),
                target("empty segment", "/orders//1"),
                target("dot segment", "/./phones"),
                target("parent segment", "/orders/../phones"),
                target("parent segment last", "/orders/.."),
                target("parents of the root", "/../../../etc/passwd"),
                target("escaped parent segment", "/orders/%2e%2e/phones"),
                target("half-escaped parent segment", "/orders/.%2E/phones"),
                target("escaped twice", "/%252e%252e/phones"),
                target("escaped slash", "/orders%2f1"),
                target("escaped slash in an id", "/orders/1%2Fcancellation"),
                target("escaped backslash", "/orders/%5c..%5cphones"),
                target("backslash", "/orders\\..\\phones"),
                target("escaped letter", "/%70hones"),
                target("escaped NUL", "/phones%00"),
                target("escaped line end", "/phones%0d%0aX:%20y"),
                target("bad escape in the path", "/phones%zz"),
                target("overlong UTF-8 in the path", "/orders/%c0%ae%c0%ae/phones"),
                target("path parameter", "/phones;x=y", 404),
                target("fragment", "/phones#x"),
                target("fragment in the query", "/orders?size=1#x"),
                target("raw UTF-8 in the path", "/phone\u00c3\u00bc"),
                target("raw UTF-8 in the query", "/history?item=\u00c3\u00bc"),
                target("bad escape in the query", "/history?item=%zz"),
                target("cut escape in the query", "/history?item=%4"),
                target("escape that is none", "/history?item=%"),
                target("escaped NUL in the query", "/history?item=%00"),
                target("escaped line end in the query", "/history?item=%0d%0aX:%20y"),
                target("bytes that are no UTF-8", "/history?item=%ff%fe"),
                target("overlong UTF-8", "/history?item=%c0%af"),
                target("surrogate in UTF-8", "/history?item=%ed%a0%80"),
                target("placeholder", "/{{phone82.app.port}}"),
                target("expression", "/${body}"),
                trick("CONNECT", "CONNECT shop:80 HTTP/1.1\r\n" + HOST + "\r\n", 400, 404, 405),
                trick("TRACE", "TRACE /phones HTTP/1.1\r\n" + HOST + "\r\n", 405),
                trick("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n", 404),
                trick("unknown method", "STEAL /orders/1 HTTP/1.1\r\n" + HOST + "\r\n", 405),
                trick("method in lower case", "get /phones HTTP/1.1\r\n" + HOST + "\r\n", 405),
                trick("method of 1000 letters", "X".repeat(1000) + " /phones HTTP/1.1\r\n" + HOST + "\r\n", 405),
                trick("method by header", "GET /orders/1/cancellation HTTP/1.1\r\n" + HOST + "X-HTTP-Method-Override: POST\r\n\r\n", 405));
    }

    static Stream<Trick> tricks() {
        return Stream.concat(framing(), others());
    }

    private static void refused(int port, Trick trick) {
        Answer answer = new RawHttp(port).once(trick.bytes);
        assertThat(answer).as("answer to %s", trick).isNotNull();
        assertThat(answer.problem()).as("%s: %s", trick, answer.text()).isIn(trick.statuses);
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class EveryPort {

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h");

        private long order;
        private List<Integer> before;

        @BeforeAll
        void anOrder() {
            order = PHONE82.gateway().place(Shop.anOrder()).expect(201).id();
            before = rows();
        }

        @AfterAll
        void assertNothingHasChanged() {
            assertThat(rows()).isEqualTo(before);
            assertThat(PHONE82.gateway().status("/orders/" + order)).isIn("Ordered", "Paid");
        }

        private static List<Integer> rows() {
            List<Integer> rows = new ArrayList<>();
            for (Context context : List.of(Context.APP, Context.PAY)) {
                JdbcTemplate jdbc = PHONE82.bean(context, JdbcTemplate.class);
                rows.add(jdbc.queryForObject("select count(*) from " + (context == Context.APP ? "orders" : "payment"), Integer.class));
            }
            JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
            rows.add(app.queryForObject("select count(*) from idempotency", Integer.class));
            rows.add(app.queryForObject("select count(*) from saga", Integer.class));
            return rows;
        }

        static Stream<Arguments> tricksToBoth() {
            return Stream.of(Context.GATEWAY, Context.APP)
                    .flatMap(context -> tricks().map(trick -> Arguments.of(context, trick)));
        }

        @ParameterizedTest
        @MethodSource("tricksToBoth")
        void aTrickIsRefused(Context context, Trick trick) {
            refused(PHONE82.port(context), trick);
        }

        static Stream<Arguments> framingToBoth() {
            return Stream.of(Context.GATEWAY, Context.APP)
                    .flatMap(context -> framing().map(trick -> Arguments.of(context, trick)));
        }

        @ParameterizedTest
        @MethodSource("framingToBoth")
        void nothingIsReadAfterARequestWithAnAmbiguousEnd(Context context, Trick trick) {
            try (Connection connection = new RawHttp(PHONE82.port(context)).connect()) {
                connection.send(trick.bytes);
                connection.send(SMUGGLED);
                connection.answer();
                assertThat(connection.answer()).as("a second answer").isNull();
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"GATEWAY", "APP"})
        void anUpgradeToHttp2IsNotOffered(Context context) {
            Answer answer = new RawHttp(PHONE82.port(context)).once("GET /phones HTTP/1.1\r\n" + HOST
                    + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
        }

        @ParameterizedTest
        @EnumSource(names = {"GATEWAY", "APP"})
        void anEmptyAnswerToHeadLeavesTheConnectionUsable(Context context) {
            try (Connection connection = new RawHttp(PHONE82.port(context)).connect()) {
                connection.send("HEAD /phones HTTP/1.1\r\n" + HOST + "\r\n");
                assertThat(connection.answer(true).status()).isEqualTo(200);
                connection.send("HEAD /nothing HTTP/1.1\r\n" + HOST + "\r\n");
                assertThat(connection.answer(true).status()).isEqualTo(404);
                connection.send("GET /phones HTTP/1.1\r\n" + HOST + "\r\n");
                assertThat(connection.answer().status()).isEqualTo(200);
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"GATEWAY", "APP"})
        void aRequestInManyPiecesIsARequest(Context context) {
            try (Connection connection = new RawHttp(PHONE82.port(context)).connect()) {
                for (int round = 0; round < 2; round++) {
                    for (byte b : ("POST /orders HTTP/1.1\r\n" + JSON + "X: \u00fc \t y\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "2\r\n{}\r\n0\r\n\r\n").getBytes(UTF_8)) {
                        connection.send(new byte[]{b});
                    }
                    assertThat(connection.answer().problem()).isEqualTo(422);
                }
            }
        }
    }

    /** The gateway alone: the part of a request that would reach the contexts behind it. */
    @Nested
    class BehindTheGateway {

        // stays open: a repetition of a failed test uses it again
        static final Recorder BEHIND = new Recorder("{}".getBytes(UTF_8));

        @RegisterExtension
        static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.app-url=" + BEHIND.url(),
                "--phone82.gateway.pay-url=" + BEHIND.url(), "--phone82.gateway.store-url=" + BEHIND.url(),
                "--phone82.gateway.customer-url=" + BEHIND.url());

        private final RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));

        @BeforeEach
        void forget() {
            BEHIND.arrived().clear();
        }

        static Stream<Trick> tricksOfAllKinds() {
            // app checks the Idempotency-Key, not the gateway
            return tricks().filter(trick -> !trick.name.equals("Idempotency-Key that is empty"));
        }

        @ParameterizedTest
        @MethodSource("tricksOfAllKinds")
        void noTrickIsPassedOn(Trick trick) {
            refused(PHONE82.port(Context.GATEWAY), trick);
            assertThat(BEHIND.arrived()).isEmpty();
        }

        @Test
        void internalHeadersFromClientsAreRemoved() {
            String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
            gateway.once("POST /orders?CamelHttpPath=/payments&Long-Running-Action=x&X-Real-IP=1 HTTP/1.1\r\n" + JSON
                    + "CamelHttpPath: /payments\r\nCamelHttpUri: http://localhost:1\r\nCamelHttpMethod: PUT\r\n"
                    + "Long-Running-Action: http://localhost:1\r\nLong-Running-Action-Recovery: http://localhost:1\r\n"
                    + "X-Client-IP: 1\r\nX-Original-URL: /payments\r\n"
                    + "traceparent: " + trace + "\r\nIdempotency-Key: k\r\nCookie: a=b\r\nAuthorization: Basic YTpi\r\n"
                    + "Content-Length: 25\r\n\r\n" + BODY);

            Arrived arrived = BEHIND.arrived().get(0);
            assertThat(BEHIND.arrived()).hasSize(1);
            assertThat(arrived.request()).startsWith("POST /orders");
            assertThat(arrived.body()).isEqualTo(BODY);
            assertThat(arrived.headers().getFirst("traceparent")).isEqualTo(trace);
            assertThat(arrived.headers().get("Idempotency-Key")).containsExactly("k");
            assertThat(arrived.headers().getFirst("Authorization")).startsWith("Bearer ");
            assertThat(arrived.headers().keySet()).isSubsetOf("Host", "Connection", "Content-length", "Transfer-encoding", "Content-type", "Accept-encoding",
                    "User-agent", "Traceparent", "Idempotency-key", "Accept", "Authorization");
        }

        @Test
        void aQueryParameterNeitherBecomesNorHidesAHeader() {
            gateway.once("POST /orders?Idempotency-Key=other&Content-Type=text/plain HTTP/1.1\r\n" + JSON + "Idempotency-Key: mine\r\n"
                    + "Content-Length: 25\r\n\r\n" + BODY);
            gateway.once("POST /orders?Idempotency-Key=other HTTP/1.1\r\n" + JSON + "Content-Length: 25\r\n\r\n" + BODY);

            assertThat(BEHIND.arrived().get(0).headers().get("Idempotency-Key")).containsExactly("mine");
            assertThat(BEHIND.arrived().get(0).headers().get("Content-Type")).containsExactly("application/json");
            assertThat(BEHIND.arrived().get(1).headers()).doesNotContainKey("Idempotency-key");
        }

        @Test
        void anInvalidTraceIsReplaced() {
            for (String garbage : List.of("", "traceparent: \r\n", "traceparent: 00-0-0-0\r\n", "traceparent: " + "x".repeat(500) + "\r\n",
                    "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\r\n")) {
                gateway.once("GET /phones HTTP/1.1\r\n" + HOST + garbage + "\r\n");
            }

            assertThat(BEHIND.arrived()).hasSize(5).extracting(arrived -> arrived.headers().getFirst("traceparent"))
                    .doesNotHaveDuplicates().allSatisfy(trace -> assertThat(trace).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01"));
        }

        @Test
        void aValidQueryIsPassedOnUnchanged() {
            String query = "item=%EC%95%88%20a+b%26c&status=Shipped;x='()*!$,/?:@&&a==";
            gateway.once("GET /history?" + query + " HTTP/1.1\r\n" + HOST + "\r\n");

            assertThat(BEHIND.arrived()).singleElement().extracting(Arrived::request).isEqualTo("GET /history?" + query);
        }

        @Test
        void pipelinedRequestsAreAnsweredInSequence() {
            try (Connection connection = gateway.connect()) {
                connection.send(("GET /phones HTTP/1.1\r\n" + HOST + "\r\n" + "GET /nothing HTTP/1.1\r\n" + HOST + "\r\n").repeat(4));
                for (int i = 0; i < 4; i++) {
                    assertThat(connection.answer().status()).isEqualTo(200);
                    assertThat(connection.answer().problem()).isEqualTo(404);
                }
            }
        }
    }
}
