package phone82.journey;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Bad input of any kind gets a problem that says how to correct it, and nothing is stored. */
class BadInputTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all();

    private static int ordersBefore;

    private final Shop shop = PHONE82.gateway();

    @BeforeAll
    static void count() {
        ordersBefore = PHONE82.gateway().all("/orders").size();
    }

    @AfterAll
    static void nothingWasStored() {
        assertThat(PHONE82.gateway().all("/orders")).hasSize(ordersBefore);
        assertThat(PHONE82.gateway().all("/payments")).isEmpty();
        assertThat(PHONE82.gateway().all("/history")).isEmpty();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments(422, "{\"item\":\"note20\",\"qty\":-5}", "qty"),
                arguments(422, "{\"item\":\"note20\",\"qty\":0}", "qty"),
                arguments(422, "{\"item\":\"note20\"}", "qty"),
                arguments(422, "{\"item\":\"note20\",\"qty\":\"3\"}", "qty"),
                arguments(422, "{\"item\":\"note20\",\"qty\":2.9}", "qty"),
                arguments(422, "{\"item\":\"note20\",\"qty\":1e9}", "qty"),
                arguments(422, "{\"item\":\"note20\",\"qty\":null}", "qty"),
                arguments(422, "{\"item\":null,\"qty\":1}", "item"),
                arguments(422, "{\"item\":\"\",\"qty\":1}", "item"),
                arguments(422, "{\"item\":\"  \",\"qty\":1}", "item"),
                arguments(422, "{\"item\":\"" + "x".repeat(400) + "\",\"qty\":1}", "item"),
                arguments(422, "{\"item\":\"note20\",\"qty\":1,\"price\":-1}", "price"),
                arguments(422, "{\"item\":\"note20\",\"qty\":1,\"unitPrice\":1}", "unitPrice"),
                arguments(422, "{\"item\":\"note20\",\"qty\":1,\"status\":\"Shipped\"}", "status"),
                arguments(422, "{}", "item"),
                arguments(422, "[]", "body"),
                arguments(422, "\"note20\"", "body"),
                arguments(400, "{\"item\":\"note20\",\"qty\":1", null),
                arguments(400, "{\"item\":\"note20\",\"qty\":1} x", null),
                arguments(400, "{\"item\":\"note20\",\"qty\":1,\"qty\":2}", null),
                arguments(400, "", null));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBadBodyIsRefused(int status, String body, String field) {
        Answer refused = problem(shop.post("/orders", body), status);

        if (field != null) {
            assertThat(refused.body().get("errors")).anySatisfy(fault -> {
                assertThat(fault.get("field").asText()).isEqualTo(field);
                assertThat(fault.get("message").asText()).isNotBlank();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    void refusesUnknownOperations(int status, String method, String path, String contentType, String body) {
        problem(shop.send(method, path, contentType, body), status);
    }

    static Stream<Arguments> requests() {
        String order = "{\"item\":\"note20\",\"qty\":1}";
        return Stream.of(
                arguments(415, "POST", "/orders", "text/plain", order),
                arguments(415, "POST", "/orders", "application/x-www-form-urlencoded", "item=note20&qty=1"),
                arguments(415, "POST", "/orders", null, order),
                arguments(413, "POST", "/orders", "application/json", "{\"item\":\"" + "x".repeat(2_000_000) + "\",\"qty\":1}"),
                arguments(400, "GET", "/orders/abc", null, null),
                arguments(400, "GET", "/orders/0", null, null),
                arguments(400, "GET", "/orders/99999999999999999999", null, null),
                arguments(404, "GET", "/orders/123456789", null, null),
                arguments(404, "GET", "/payments/123456789", null, null),
                arguments(404, "GET", "/deliveries/123456789", null, null),
                arguments(404, "GET", "/history/123456789", null, null),
                arguments(400, "GET", "/orders?size=0", null, null),
                arguments(400, "GET", "/orders?size=201", null, null),
                arguments(400, "GET", "/orders?size=all", null, null),
                arguments(400, "GET", "/orders?after=x", null, null),
                arguments(400, "GET", "/history?status=Lost", null, null),
                arguments(400, "GET", "/deliveries?status=Lost", null, null),
                arguments(400, "GET", "/deliveries?status=shipped", null, null),
                arguments(400, "GET", "/deliveries?sort=orderId", null, null),
                arguments(400, "GET", "/deliveries?sort=dispatchAt&after=5", null, null),
                arguments(400, "GET", "/deliveries?item=%E2%80%8B", null, null),
                arguments(405, "PUT", "/orders", "application/json", order),
                arguments(405, "POST", "/payments", "application/json",
                        "{\"orderId\":1,\"item\":\"note20\",\"qty\":1,\"amount\":1}"),
                arguments(404, "GET", "/actuator", null, null),
                arguments(404, "GET", "/lra-participant/compensate", null, null),
                arguments(404, "GET", "/orders/1/2", null, null));
    }

    @Test
    void anEmptyListOfArchivedOrdersIsRefused() {
        problem(PHONE82.shop(Context.APP).post("/archive/end", "{\"orders\":[]}"), 422);
    }

    @Test
    void headersOfACallerAreNeitherEchoedNorObeyed() {
        Answer answer = shop.send(shop.request("/phones").header("CamelHttpResponseCode", "500").header("CamelHttpUri", "http://localhost:1")
                .header("Long-Running-Action", "http://localhost:1/lra").header("X-Anything", "1").GET()).expect(200);

        assertThat(answer.response().headers().map().keySet())
                .doesNotContain("x-anything", "long-running-action", "camelhttpuri", "camelhttpresponsecode");
    }

    private static Answer problem(Answer answer, int status) {
        answer.expect(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body().get("status").asInt()).isEqualTo(status);
        assertThat(answer.body().get("title").asText()).isNotBlank();
        assertThat(answer.body().get("detail").asText()).isNotBlank();
        assertThat(answer.body().toString()).doesNotContainIgnoringCase("java").doesNotContainIgnoringCase("exception")
                .doesNotContainIgnoringCase("camel").doesNotContainIgnoringCase("select ");
        return answer;
    }
}
