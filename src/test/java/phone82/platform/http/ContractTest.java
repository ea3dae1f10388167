package phone82.platform.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.FileSystemResource;
import phone82.OpenApi;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.api.Problem.Fault;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ContractTest {

    private static final String JSON = "application/json";
    /** Composing or converting the texts of these tests takes several seconds. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final Contract contract = new Contract(new ByteArrayInputStream("""
            openapi: 3.0.3
            paths:
              /orders:
                get:
                  operationId: list-orders
                  security: []
                  parameters:
                    - {name: size, in: query, schema: {type: integer, minimum: 1, maximum: 200}}
                    - {name: item, in: query, schema: {type: string, maxLength: 5}}
                post:
                  operationId: place-order
                  security: []
                  requestBody:
                    required: true
                    content:
                      application/json:
                        schema: {$ref: '#/components/schemas/NewOrder'}
              /orders/{id}:
                get:
                  operationId: find-order
                  security: []
                  parameters:
                    - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
              /orders/{id}/cancellation:
                post:
                  operationId: cancel-order
                  security: []
                  requestBody:
                    content:
                      application/json:
                        schema: {type: object}
            components:
              schemas:
                NewOrder:
                  type: object
                  additionalProperties: false
                  required: [item, qty]
                  properties:
                    item: {type: string, pattern: '^[a-z0-9]+$'}
                    qty: {type: integer, minimum: 1, maximum: 100}
            """.getBytes(UTF_8)));

    ContractTest() throws IOException {
    }

    @Test
    void acceptsAValidBody() {
        JsonNode body = order("{\"item\":\"note20\",\"qty\":2}");
        assertThat(body.get("item").asText()).isEqualTo("note20");
        assertThat(body.get("qty").asInt()).isEqualTo(2);
    }

    @Test
    void reportsAllFaultsOfABodyAtOnce() {
        Problem problem = refused("{\"qty\":0,\"price\":1,\"status\":\"Paid\"}");
        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.faults()).contains(
                new Fault("item", "is required"),
                new Fault("price", "is not a field of this request"),
                new Fault("status", "is not a field of this request"));
        assertThat(problem.faults()).filteredOn(fault -> fault.field().equals("qty")).singleElement()
                .extracting(Fault::message).asString().contains("1");
        assertThat(problem.faults()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"item":"note20","qty":"2"}  | qty
            {"item":"note20","qty":1.5}  | qty
            {"item":"note20","qty":101}  | qty
            {"item":"note20","qty":null} | qty
            {"item":"note20","qty":1.0}  | qty
            {"item":"note20","qty":1e0}  | qty
            {"item":"note20","qty":9223372036854775808} | qty
            {"item":20,"qty":1}          | item
            {"item":"","qty":1}          | item
            []                           | body
            null                         | body
            """)
    void reportsAFaultWithItsField(String body, String field) {
        Problem problem = refused(body);
        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.faults()).extracting(Fault::field).containsExactly(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"item\":\"note20\",\"qty\":1",
            "{\"item\":\"note20\",\"qty\":1,\"qty\":2}",
            "{\"item\":\"note20\",\"qty\":1} and more",
            "{\"item\":\"note20\",\"qty\":1}{}",
            "{'item':'note20','qty':1}",
            "item=note20&qty=1",
            "{\"item\":\"note20\",\"qty\":NaN}",
            "   "})
    void refusesABodyThatIsNotOneJsonDocument(String body) {
        assertThat(refused(body).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"note20\\n", "note20\\r", "note20\\u2028", "note\\u000020", "note\\n20", " ", "", "note\\u00a020", "note20\\u3000",
            "note\\u200b20", "note\\u202e20", "note\\u206620", "note\\ufeff20", "note\\u00ad20", "\\u3164", "note\\ufe0f20", "note\\ud83d20", "\\udc00", "note\\uffff",
            "note\\ue000", "note\\udb40\\udc41", "note\\u061c20", "\\u2800", "note\\ufffd", "note\\u0085"})
    void acceptsOnlyVisibleCharactersOnOneLineAsItem(String item) {
        Problem problem = catchThrowableOfType(Problem.class, () -> orderOf("\"" + item + "\""));
        assertThat(problem).as("the refusal of [%s]", item).isNotNull();
        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.faults()).extracting(Fault::field).containsOnly("item");
    }

    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {" note20,note20", "note20  ,note20", "a  b,a  b", "cafe\u0301,caf\u00e9", "\u1100\u1161\u11a8,\uac01",
            "\uac24\ub7ed\uc2dc S25,\uac24\ub7ed\uc2dc S25", "\ud83d\udcf1,\ud83d\udcf1", "\u0130,\u0130", "\u2122,\u2122"})
    void normalisesAnItem(String sent, String stored) {
        assertThat(orderOf(Json.text(sent)).get("item").asText()).isEqualTo(stored);
        assertThat(historyItem().value(sent, new ArrayList<>())).isEqualTo(stored);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d\udcf1", "x", "\uac24", "\u00e9"})
    void countsCharactersAsPeopleDo(String character) {
        assertThat(orderOf(Json.text(character.repeat(100))).get("item").asText()).isEqualTo(character.repeat(100));
        assertThat(catchThrowableOfType(Problem.class, () -> orderOf(Json.text(character.repeat(101)))).faults()).extracting(Fault::field).containsExactly("item");
    }

    /** Each mark of the second half belongs in front of all those of the first: composing them takes quadratic time. */
    @Test
    void aTextThatIsFarTooLongIsNotComposed() {
        String marks = "a" + "\u0357".repeat(40_000) + "\u0316".repeat(40_000);
        String expected = "must be at most 100 characters long";
        Contract app = OpenApi.contract("app");
        byte[] body = Json.bytes(Map.of("item", marks, "qty", 1));
        Contract.Parameter item = historyItem();

        Problem problem = shortly(() -> catchThrowableOfType(Problem.class, () -> app.operation("app-place-order").body(body, JSON, false)));
        List<Fault> faults = shortly(() -> faults(item, marks));

        assertThat(problem.faults()).containsExactly(new Fault("item", expected));
        assertThat(faults).containsExactly(new Fault("item", expected));
    }

    /** The result of the first of several calls that takes a short time: something else may delay the others. */
    private static <T> T shortly(Supplier<T> call) {
        for (int i = 0; i < 5; i++) {
            long begin = System.nanoTime();
            T result = call.get();
            if (System.nanoTime() - begin < SHORT.toNanos()) {
                return result;
            }
        }
        throw new AssertionError("each call took longer than " + SHORT);
    }

    private static List<Fault> faults(Contract.Parameter parameter, String value) {
        List<Fault> faults = new ArrayList<>();
        parameter.value(value, faults);
        return faults;
    }

    /** Such characters consist of two, three or four others, or of three surrogate pairs. */
    @ParameterizedTest
    @ValueSource(strings = {"e\u0301", "\u1100\u1161\u11a8", "\u03b1\u0313\u0300\u0345", "\ud81b\udd63\ud81b\udd67\ud81b\udd67"})
    void aTextIsAsLongAsItsComposedForm(String decomposed) {
        String item = orderOf(Json.text(decomposed.repeat(100))).get("item").asText();

        assertThat(item.codePointCount(0, item.length())).isEqualTo(100);
    }

    @Test
    void aNumberOfManyDigitsIsNotConverted() {
        String digits = "7".repeat(500_000);
        byte[] body = Json.bytes(Map.of("item", "note20", "qty", digits));

        Problem problem = shortly(() -> catchThrowableOfType(Problem.class, () -> contract.operation("place-order").body(body, JSON, true)));
        List<Fault> faults = shortly(() -> faults(parameter("list-orders", 0), digits));

        assertThat(problem.faults()).extracting(Fault::field).containsExactly("qty");
        assertThat(faults).extracting(Fault::field).containsExactly("size");
    }

    @Test
    void onlyTheFirstFaultsOfABodyAreShown() {
        String fields = IntStream.range(0, 9_000).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(",", "{", "}"));

        Problem problem = refused(fields);

        assertThat(problem.faults().size()).isEqualTo(20);
        assertThat(problem).hasMessageEndingWith("see errors for the first 20 faults.");
        assertThat(refused("{\"qty\":0}")).hasMessageEndingWith("see errors for each fault.");
    }

    private static JsonNode orderOf(String item) {
        return OpenApi.contract("app").operation("app-place-order")
                .body(("{\"item\":" + item + ",\"qty\":1}").getBytes(UTF_8), JSON, false);
    }

    private static Contract.Parameter historyItem() {
        return OpenApi.contract("customer").operation("customer-list-history").parameters.stream()
                .filter(parameter -> parameter.name.equals("item")).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
    void refusesOtherEncodings(String charset) {
        byte[] body = "{\"item\":\"note20\",\"qty\":1}".getBytes(Charset.forName(charset));
        assertThat(catchThrowableOfType(Problem.class, () -> contract.operation("place-order").body(body, JSON, false)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"e9", "c1a1", "e081a1", "f08081a1", "eda080", "eda080edb080", "f4908080", "ff", "80", "efbbbf"})
    void refusesInvalidUtf8(String hex) {
        String[] around = (hex.equals("efbbbf") ? "@{'item':'note20','qty':1}" : "{'item':'@','qty':1}").replace('\'', '"').split("@", -1);
        byte[] body = HexFormat.of().parseHex(HexFormat.of().formatHex(around[0].getBytes(UTF_8)) + hex + HexFormat.of().formatHex(around[1].getBytes(UTF_8)));
        assertThat(catchThrowableOfType(Problem.class, () -> contract.operation("place-order").body(body, JSON, false)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", security: {}", ", security: [{service-pay: []}]", ", security: [{}]", ", security: [{service-app: [], operator: []}]",
            ", security: [{service-app: []}, {operator: []}]"})
    void anOperationDeclaresItsCallers(String security) {
        String document = "{openapi: 3.0.3, paths: {/orders: {get: {operationId: list-orders" + security
                + "}}}, components: {securitySchemes: {service-app: {type: http, scheme: bearer}, operator: {type: http, scheme: bearer}}}}";

        assertThatThrownBy(() -> new Contract(new ByteArrayInputStream(document.getBytes(UTF_8))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("list-orders");
    }

    @Test
    void anOperationMayDeclareSeveralCallers() throws IOException {
        Contract pay = new Contract(new ByteArrayInputStream(("{openapi: 3.0.3, paths: {/payments: {get: {operationId: list, security: [{service-app: []}, "
                + "{service-pay: []}]}}}, components: {securitySchemes: {service-app: {type: http, scheme: bearer}, service-pay: {type: http, scheme: bearer}}}}")
                .getBytes(UTF_8)));

        assertThat(pay.admit("GET", "/payments").roles).containsExactlyInAnyOrder("service:app", "service:pay");
        assertThat(contract.admit("GET", "/orders").isPublic()).isTrue();
    }

    @Test
    void sharedContractsCompleteThatOfAContext(@TempDir Path routes) throws IOException {
        write(routes, "app", """
                x-shared: [operator, log]
                paths:
                  /events: {get: {operationId: app-list-events, security: []}, post: {security: [{operator: []}]}}
                components: {schemas: {Order: {type: object}}}
                """);
        write(routes, "operator", "{components: {securitySchemes: {operator: {type: http}}}}");
        write(routes, "log", """
                paths:
                  /events: {post: {operationId: "{{phone82.context}}-replay-events", x-audit: false}}
                components: {schemas: {Event: {type: object}}}
                """);

        assertThat(of(routes).document()).isEqualTo(new YAMLMapper().readTree("""
                paths:
                  /events:
                    get: {operationId: app-list-events, security: []}
                    post: {operationId: app-replay-events, security: [{operator: []}], x-audit: false}
                components: {schemas: {Order: {type: object}, Event: {type: object}}, securitySchemes: {operator: {type: http}}}
                """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{paths: {/events: {get: {security: [{operator: []}]}}}}  | paths /events get security",
            "{components: {schemas: {Event: {type: string}}}}         | components schemas Event"})
    void aSharedContractRedefinesNothing(String shared, String defined, @TempDir Path routes) throws IOException {
        write(routes, "app", """
                x-shared: [log]
                paths: {/events: {get: {operationId: app-list-events, security: []}}}
                components: {schemas: {Event: {type: object}}}
                """);
        write(routes, "log", shared);

        assertThatThrownBy(() -> of(routes)).isInstanceOf(IllegalArgumentException.class).hasMessageEndingWith(": " + defined);
    }

    private static void write(Path routes, String name, String contract) throws IOException {
        Path folder = Files.createDirectories(routes.resolve(name.equals("app") ? "app" : "shared"));
        Files.writeString(folder.resolve(name + ".openapi.yaml"), contract);
    }

    private static Contract of(Path routes) throws IOException {
        return Contract.of("app", new FileSystemResource(routes.resolve("app/app.openapi.yaml")));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"text/plain", "application/xml", "application/jsonp", "application/x-www-form-urlencoded"})
    void refusesOtherMediaTypes(String mediaType) {
        assertThat(catchThrowableOfType(Problem.class, () -> contract.operation("place-order")
                .body("{\"item\":\"note20\",\"qty\":1}".getBytes(UTF_8), mediaType, false)).status()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"})
    void acceptsAllSpellingsOfTheJsonMediaType(String mediaType) {
        assertThat(contract.operation("place-order").body("{\"item\":\"note20\",\"qty\":1}".getBytes(UTF_8), mediaType, false)).isNotNull();
    }

    @Test
    void refusesAnEmptyBodyWhereOneIsRequired() {
        assertThat(refused("").status()).isEqualTo(400);
    }

    @Test
    void acceptsAnEmptyBodyWhereNoneIsRequired() {
        assertThat(contract.operation("cancel-order").body(new byte[0], null, false)).isNull();
        assertThat(contract.operation("cancel-order").body(null, null, false)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"GET, /orders", "POST, /orders", "GET, /orders/1", "POST, /orders/1/cancellation"})
    void admitsTheOperationsOfTheContract(String method, String path) {
        assertThatCode(() -> contract.admit(method, path)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/order", "/orders/", "/orders/1/2", "/orders/1/cancellation/2", "/ordersx"})
    void anUnknownPathIsNotFound(String path) {
        assertThat(notAdmitted("GET", path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"DELETE, /orders, 'GET, HEAD, POST'", "POST, /orders/1, 'GET, HEAD'", "GET, /orders/1/cancellation, POST"})
    void aWrongMethodIsAnsweredWithTheAllowedOnes(String method, String path, String allowed) {
        assertThat(notAdmitted(method, path)).returns(405, Problem::status)
                .extracting(problem -> problem.headers().get("Allow")).isEqualTo(allowed);
    }

    @Test
    void convertsAParameterToItsType() {
        List<Fault> faults = new ArrayList<>();
        assertThat(parameter("list-orders", 0).value("20", faults)).isEqualTo(20L);
        assertThat(parameter("list-orders", 1).value("20", faults)).isEqualTo("20");
        assertThat(parameter("list-orders", 0).value(null, faults)).isNull();
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"list-orders, 0, +1", "list-orders, 0, 01", "list-orders, 0, 00", "list-orders, 0, -0", "list-orders, 0, \u0661", "list-orders, 0, \uff11", "list-orders, 0, 1e1",
            "list-orders, 0, 0x1", "list-orders, 0, ' 1'", "find-order, 0, +1", "find-order, 0, 01", "find-order, 0, 99999999999999999999", "list-orders, 0, 0", "list-orders, 0, 201", "list-orders, 0, many", "list-orders, 0, 1.5", "list-orders, 0, ''",
            "list-orders, 1, note20", "find-order, 0, 0", "find-order, 0, 9223372036854775808", "find-order, 0,"})
    void reportsAnInvalidParameterByName(String operation, int index, String value) {
        List<Fault> faults = new ArrayList<>();
        Contract.Parameter parameter = parameter(operation, index);
        parameter.value(value, faults);
        assertThat(faults).extracting(Fault::field).containsExactly(parameter.name);
    }

    private Contract.Parameter parameter(String operation, int index) {
        return contract.operation(operation).parameters.get(index);
    }

    @Test
    void acceptsNumbersSentAsText() throws Exception {
        Contract.Operation placeOrder = contract.operation("place-order");

        assertThat(placeOrder.body("{\"item\":\"7\",\"qty\":\"3\"}".getBytes(UTF_8), JSON, true).toString())
                .isEqualTo("{\"item\":\"7\",\"qty\":3}");
        for (String number : List.of("03", "+3", "\u0663", "3.0", "3e0", " 3", "", "99999999999999999999999")) {
            assertThat(catchThrowableOfType(Problem.class, () -> placeOrder.body(("{\"item\":\"7\",\"qty\":\"" + number + "\"}").getBytes(UTF_8), JSON, true)).status())
                    .as(number).isEqualTo(422);
        }
        assertThat(catchThrowableOfType(Problem.class,
                () -> placeOrder.body("{\"item\":\"7\",\"qty\":\"three\"}".getBytes(UTF_8), JSON, true)).status()).isEqualTo(422);
        assertThat(catchThrowableOfType(Problem.class,
                () -> placeOrder.body("{\"item\":\"7\",\"qty\":\"3\"}".getBytes(UTF_8), JSON, false)).status()).isEqualTo(422);
    }

    private JsonNode order(String body) {
        return contract.operation("place-order").body(body.getBytes(UTF_8), JSON, false);
    }

    private Problem refused(String body) {
        return catchThrowableOfType(Problem.class, () -> order(body));
    }

    private Problem notAdmitted(String method, String path) {
        return catchThrowableOfType(Problem.class, () -> contract.admit(method, path));
    }
}
