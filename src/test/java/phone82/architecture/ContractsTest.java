package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.architecture.RouteFile.Route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Consistency of the OpenAPI documents, the routes that serve them and the operations that the gateway passes on. */
class ContractsTest {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final String OWN_DOCUMENT = "GET /openapi.json";
    private static final Pattern TITLES = Pattern.compile("REFUSALS = \\[([^]]+)]");
    private static final Pattern TITLE = Pattern.compile("'([^']+)'");

    static List<Operation> operations() {
        return Operation.all();
    }

    static Stream<Operation> operationsWithBody() {
        return operations().stream().filter(operation -> operation.definition().has("requestBody"));
    }

    /** Operations whose answer can have a next page. */
    static Stream<Operation> lists() {
        return operations().stream().filter(operation -> operation.method().equals("get") && operation.resolved(operation.response("200").at("/content/application~1json/schema")).at("/properties").has("next"));
    }

    @Test
    void noTwoOperationsHaveTheSameId() {
        assertThat(operations()).extracting(Operation::id).doesNotHaveDuplicates();
    }

    static Stream<Operation> reads() {
        return operations().stream().filter(operation -> !operation.isStream());
    }

    @ParameterizedTest
    @MethodSource("reads")
    void anOperationIsServedByTheRouteOfItsName(Operation operation) {
        assertThat(RouteFile.loadedBy(operation.context())).flatExtracting(RouteFile::routes).extracting(Route::from)
                .extracting(from -> from.replace("{{phone82.context}}", operation.context()))
                .as("the routes of %s; the operationId of an operation is the id of its route", operation.context()).contains("direct:" + operation.id());
    }

    @Test
    void theGatewayOffersThePublicOperationsAndNothingElse() {
        assertThat(offered().keySet()).as("the requests of routes/gateway/public-api.camel.yaml; expected are the operations with x-public in the contracts")
                .containsExactlyInAnyOrderElementsOf(published().keySet());
    }

    @Test
    void theGatewayPassesAnOperationToTheContextThatHasIt() {
        assertThat(offered()).as("the contexts to which routes/gateway/public-api.camel.yaml sends requests").containsAllEntriesOf(published());
    }

    @ParameterizedTest
    @MethodSource("lists")
    void aListIsPaged(Operation list) {
        JsonNode size = list.parameter("size").path("schema");
        assertThat(size.path("minimum").asInt()).isEqualTo(1);
        assertThat(size.path("maximum").asInt()).isEqualTo(200);
        assertThat(size.path("default").asInt()).isEqualTo(20);
        assertThat(list.parameter("after").path("in").asText()).isEqualTo("query");
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void aBodyTakesDeclaredFieldsOnly(Operation operation) {
        assertThat(operation.requestBodies()).isNotEmpty().allSatisfy(schema ->
                assertThat(schema.path("additionalProperties").asBoolean(true)).as("additionalProperties of the body").isFalse());
    }

    /** Refuses input that a database could not store before it gets there, and in the same way everywhere. */
    @ParameterizedTest
    @MethodSource("operations")
    void aRequestDeclaresTheLimitsOfItsTextsAndNumbers(Operation operation) {
        Stream<JsonNode> parameters = operation.definition().path("parameters").valueStream().map(parameter -> parameter.path("schema"));
        Stream<JsonNode> fields = operation.requestBodies().flatMap(body -> fields(operation, body));
        assertThat(Stream.concat(parameters, fields)).as("the limits of %s in the contract of %s", operation, operation.context()).allSatisfy(schema -> {
            switch (schema.path("type").asText()) {
                case "integer", "number" -> assertThat(schema.has("minimum") && schema.has("maximum")).as("%s has a minimum and a maximum", schema).isTrue();
                case "string" -> assertThat(schema.has("enum") || schema.has("pattern")
                        || schema.has("maxLength") && schema.path("format").asText().equals("plain-text"))
                        .as("%s has an enum, a pattern, or a maxLength with the format plain-text", schema).isTrue();
                // an object is an event's body, as its context wrote it
                default -> assertThat(schema.path("type").asText()).isIn("array", "object");
            }
        });
    }

    private static Stream<JsonNode> fields(Operation operation, JsonNode body) {
        return body.path("properties").valueStream().map(operation::resolved).flatMap(field -> field.path("type").asText().equals("array")
                ? fields(operation, operation.resolved(field.path("items"))) : Stream.of(field));
    }

    /** An item is stored as it was received: all contexts have the text that app has. */
    @Test
    void itemsHaveTheSameMaximumLengthEverywhere() {
        assertThat(operations().stream().flatMap(operation -> operation.requestBodies().map(body -> body.at("/properties/item/maxLength"))))
                .filteredOn(longest -> !longest.isMissingNode()).hasSize(4).allMatch(longest -> longest.asInt() == 100);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationAnswersFailuresAsProblems(Operation operation) {
        assertThat(operation.response("default").path("content").has("application/problem+json")).isTrue();
    }

    @Test
    void everyContextThatConsumesOffersItsDeadLetters() throws Exception {
        assertThat(new Broker().subscriptions()).isNotEmpty().allSatisfy(subscription ->
                assertThat(Operation.of(subscription.name())).extracting(Operation::id).contains(subscription.name() + "-list-dead-letters"));
    }

    /** The page, and programs by the guide, take an order for refused if the answer has one of these titles. */
    @Test
    void theTitlesThatMeanThatThereIsNoOrderAreInCodeContractAndGuide() throws IOException {
        String page = TITLES.matcher(Files.readString(Path.of("src/main/resources/static/assets/api.js"))).results().map(match -> match.group(1)).findFirst().orElseThrow();
        List<String> titles = TITLE.matcher(page).results().map(match -> match.group(1)).filter(title -> !title.startsWith("Cancellation")).toList();
        String contract = operations().stream().filter(operation -> operation.id().equals("app-place-order")).findFirst().orElseThrow()
                .response("503").path("description").asText();
        String guide = Files.readAllLines(Path.of("src/docs/api.md")).stream().filter(line -> line.startsWith("| 503 |")).findFirst().orElseThrow();
        String code;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            code = files.filter(Files::isRegularFile).map(ContractsTest::text).collect(Collectors.joining());
        }

        assertThat(titles).hasSize(4).allSatisfy(title -> {
            assertThat(contract).contains(title);
            assertThat(guide).contains("`" + title + "`");
            assertThat(code).containsPattern("roblem\\((503, )?\"" + title + "\"");
        });
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> published() {
        return reads().filter(Operation::isPublic)
                .collect(Collectors.toMap(Operation::request, operation -> "direct:gateway-to-" + operation.context()));
    }

    private static Map<String, String> offered() {
        Map<String, String> offered = new HashMap<>();
        RouteFile.all().stream().filter(file -> file.folder().equals("gateway")).flatMap(file -> file.declared("rest"))
                .forEach(rest -> METHODS.forEach(method -> rest.path(method).forEach(operation -> offered.put(
                        method.toUpperCase(Locale.ROOT) + " " + rest.path("path").asText() + operation.path("path").asText(),
                        operation.path("to").asText()))));
        offered.remove(OWN_DOCUMENT);
        return offered;
    }
}
