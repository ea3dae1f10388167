package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;

import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Conformance with RFC 9110 for all clients. */
class HttpConformanceTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.gateway.rate=0");

    private static final String HOST = "Host: shop\r\n";
    private static final String ORDER = "{\"item\":\"note20\",\"qty\":1}";

    private final RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));

    private Answer get(String path, String... headers) {
        return gateway.once("GET " + path + " HTTP/1.1\r\n" + HOST + String.join("", headers) + "\r\n");
    }

    private Answer order(String headers) {
        return gateway.once("POST /orders HTTP/1.1\r\n" + HOST + headers + "Content-Length: " + ORDER.length() + "\r\n\r\n" + ORDER);
    }

    private long anOrder() {
        return PHONE82.gateway().place(Shop.anOrder()).expect(201).id();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/phones", "/orders", "/orders/1", "/history", "/openapi.json", "/nothing"})
    void headIsAnsweredLikeGetWithoutBody(String path) {
        anOrder();
        try (Connection connection = gateway.connect()) {
            connection.send("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n");
            Answer got = connection.answer();
            connection.send(("HEAD " + path + " HTTP/1.1\r\n" + HOST + "\r\n").repeat(2) + "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n");
            for (int i = 0; i < 2; i++) {
                Answer head = connection.answer(true);
                assertThat(head.status()).isEqualTo(got.status());
                assertThat(head.headers().get("content-type")).isEqualTo(got.headers().get("content-type"));
                assertThat(head.headers()).doesNotContainKey("transfer-encoding");
            }
            Answer again = connection.answer();
            assertThat(again.status()).isEqualTo(got.status());
            assertThat(again.body()).isNotEmpty();
        }
    }

    @Test
    void headOfTheStreamEnds() {
        try (Connection connection = gateway.connect()) {
            connection.send("HEAD /history/stream HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(connection.answer(true).headers()).containsEntry("content-type", "text/event-stream");
            assertThat(connection.answer()).isNull();
        }
        await().untilAsserted(() -> assertThat(PHONE82.operations().metric("phone82_stream_readers")).isZero());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            -                        | -
            gzip                     | gzip
            GZIP                     | gzip
            x-gzip                   | gzip
            deflate, gzip;q=0.5      | gzip
            *                        | gzip
            br, *;q=0.1              | gzip
            gzip;q=0                 | -
            gzip; q=0.000            | -
            gzip;q=0, *              | -
            *;q=0                    | -
            identity, gzip;q=0.5     | -
            gzipped                  | -
            br                       | -
            gzip;q=x                 | -
            """)
    void aPageHasAnAcceptedContentCoding(String accepted, String coding) {
        Answer page = get("/", accepted == null ? "" : "Accept-Encoding: " + accepted + "\r\n");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers().get("content-encoding")).isEqualTo(coding);
    }

    @Test
    void aCachedPageIsNotSentAgain() {
        String tag = get("/").headers().get("etag");
        assertThat(tag).as("that of both encodings").startsWith("W/\"").isEqualTo(get("/", "Accept-Encoding: gzip\r\n").headers().get("etag"));
        String opaque = tag.substring(2);
        for (String known : List.of(tag, opaque, "\"other\", " + tag, "\"other\"," + tag + " , \"x\"", "*", "\"other\"\r\nIf-None-Match: " + tag)) {
            assertThat(get("/", "If-None-Match: " + known + "\r\n").status()).as(known).isEqualTo(304);
        }
        for (String unknown : List.of("\"other\"", "W/\"other\"", "w/" + opaque, tag.replace("\"", ""))) {
            assertThat(get("/", "If-None-Match: " + unknown + "\r\n").status()).as(unknown).isEqualTo(200);
        }
    }

    /** RFC 9110, 13.2.1. */
    @Test
    void aConditionDoesNotChangeTheStatusOfAMissingPage() {
        String html = "Accept: text/html\r\n";
        Answer missing = get("/nothing", html);
        assertThat(missing.status()).isEqualTo(404);
        for (String known : List.of("*", missing.headers().getOrDefault("etag", "*"))) {
            assertThat(get("/nothing", html, "If-None-Match: " + known + "\r\n").status()).as(known).isEqualTo(404);
        }
    }

    @Test
    void theApiAnswersItsPathsAlsoToAClientThatPrefersPages() {
        Set<String> pages = Set.of("/orders", "/orders/{id}");
        List<String> paths = get("/openapi.json").json().get("paths").propertyStream()
                .filter(path -> path.getValue().has("get") && !pages.contains(path.getKey()) && !path.getKey().endsWith("/stream")).map(Map.Entry::getKey).toList();
        assertThat(paths).contains("/idempotency-keys/{key}", "/phones");

        for (String path : paths) {
            assertThat(get(path.replaceAll("\\{[^}]+}", "1"), "Accept: text/html, */*;q=0.5\r\n").headers().get("content-type")).as(path).contains("json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders", "/orders/1", "/payments/1", "/deliveries", "/history/1", "/nothing"})
    void privateAnswersAreNotCached(String path) {
        anOrder();
        assertThat(get(path).headers()).containsEntry("cache-control", "no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/history?item=", "/history/stream?orderId=1&x="})
    void aSemicolonIsPartOfAValue(String query) {
        String item = "usb;c";
        PHONE82.gateway().place(Shop.anOrder().of(item)).expect(201);
        if (query.contains("stream")) {
            assertThat(get("/history/stream?orderId=1;2").problem()).isEqualTo(400);
        } else {
            await().untilAsserted(() -> assertThat(get(query + item).json().path("items")).isNotEmpty()
                    .allSatisfy(row -> assertThat(row.path("item").asText()).isEqualTo(item)));
        }
    }

    /** The cases, through the gateway and directly at app. */
    @ParameterizedTest
    @CsvFileSource(resources = "/http-conformance.csv", nullValues = "-", delimiter = '|', quoteCharacter = '`')
    void aRequestIsAnsweredByTheStandard(String request, String header, String body, int status, String expected) {
        for (Context context : List.of(Context.GATEWAY, Context.APP)) {
            String content = body == null ? "" : body.equals("order") ? ORDER : body;
            Answer answer = answered(context, request.replace("{id}", String.valueOf(request.contains("{") ? anOrder() : 0)) + " HTTP/1.1\r\n" + HOST
                    + (header == null ? "" : header + "\r\n") + (content.isEmpty() && !request.startsWith("POST") ? "" : "Content-Length: " + content.length() + "\r\n")
                    + "\r\n" + content);
            // a cancellation may continue after its answer
            assertThat(answer.status() == 202 ? 200 : answer.status()).as("%s: %s", context, answer).isEqualTo(status);
            if (expected != null) {
                String[] field = expected.split(": ");
                assertThat(answer.headers()).as(context.id()).containsEntry(field[0], field[1]);
            }
        }
    }

    private static Answer answered(Context context, String request) {
        try (Connection connection = new RawHttp(PHONE82.port(context)).connect()) {
            connection.send(request);
            return connection.answer(request.startsWith("HEAD"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate, gzip", "br"})
    void aCompressedBodyIsRefusedWithItsReason(String coding) {
        Answer answer = order("Content-Type: application/json\r\nContent-Encoding: " + coding + "\r\n");
        assertThat(answer.problem()).isEqualTo(415);
        assertThat(answer.json().get("detail").asText()).contains("Content-Encoding");
        assertThat(answer.headers()).containsEntry("accept-encoding", "identity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /orders/%d/cancellation", "DELETE /orders/%d"})
    void anEmptyFormIsNoBody(String request) {
        String form = HOST + "Content-Type: application/x-www-form-urlencoded\r\n";
        assertThat(gateway.once(request.formatted(anOrder()) + " HTTP/1.1\r\n" + form + "Content-Length: 0\r\n\r\n").status()).isIn(200, 202);
        assertThat(gateway.once(request.formatted(anOrder()) + " HTTP/1.1\r\n" + form + "\r\n").status()).isIn(200, 202);
        assertThat(gateway.once(request.formatted(anOrder()) + " HTTP/1.1\r\n" + form + "Content-Length: 3\r\n\r\na=b").problem()).isEqualTo(415);
    }

    @Test
    void readersThatDisconnectAtOnceAreNotCounted() {
        for (int i = 0; i < 300; i++) {
            try (Connection connection = gateway.connect()) {
                connection.send("GET /history/stream HTTP/1.1\r\n" + HOST + "\r\n");
            }
        }
        await().untilAsserted(() -> assertThat(PHONE82.operations().metric("phone82_stream_readers")).isZero());
        // more than one client may have: the gateway has released them, too
        try (Connection connection = gateway.connect()) {
            connection.send("GET /history/stream HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(connection.answer(true).status()).isEqualTo(200);
        }
    }
}
