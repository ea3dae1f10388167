package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import phone82.Context;
import phone82.OpenApi;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of the answers of a context with its contract: no client is prepared for others. */
final class DeclaredAnswers {

    private static final Map<Context, List<Operation>> OPERATIONS = new ConcurrentHashMap<>();

    private record Operation(JsonNode document, Pattern path, String method, JsonNode definition) {

        String id() {
            return definition.path("operationId").asText();
        }

        /** What the contract says about an answer; missing if it declares no such status. A refusal needs no status of its own. */
        JsonNode response(int status) {
            JsonNode responses = definition.path("responses");
            JsonNode response = responses.has(String.valueOf(status)) || status < 400 ? responses.path(String.valueOf(status)) : responses.path("default");
            return response.has("$ref") ? document.at(response.get("$ref").asText().substring(1)) : response;
        }
    }

    private DeclaredAnswers() {
    }

    /** The operations of a context, also those of a participant of cancellations. */
    private static Stream<Operation> operations(Context context) {
        return OPERATIONS.computeIfAbsent(context, DeclaredAnswers::read).stream();
    }

    private static List<Operation> read(Context context) {
        return Stream.of(OpenApi.callbacks(), OpenApi.document(context.id())).flatMap(document -> document.get("paths").propertyStream()
                .flatMap(path -> path.getValue().propertyStream().filter(method -> method.getValue().has("responses"))
                        .map(method -> new Operation(document, Pattern.compile(path.getKey().replaceAll("\\{[^}]+}", "[^/]+")),
                                method.getKey(), method.getValue())))).toList();
    }

    /** Asserts that all requests so far, also those of other contexts, were answered with a declared status. */
    static void assertStatuses(Context context, MeterRegistry metrics) {
        if (OpenApi.exists(context.id())) {
            assertThat(metrics.find("http.server.requests").timers().stream().map(timer -> timer.getId().getTag("uri") + " " + timer.getId().getTag("status"))
                    .filter(answer -> answer.matches(".* \\d+") && !isDeclared(context, answer))).as("undeclared answers of %s", context.id()).isEmpty();
        }
    }

    /** @param answer the operation and its status; what is no operation of a contract has no declared answers */
    private static boolean isDeclared(Context context, String answer) {
        return operations(context).filter(operation -> operation.id().equals(answer.replaceFirst(" .*", "")))
                .noneMatch(operation -> operation.response(Integer.parseInt(answer.replaceFirst(".* ", ""))).isMissingNode());
    }

    /** Asserts that the answer of a success has the content that its operation declares. */
    static void assertContent(Context context, HttpResponse<byte[]> answer) {
        String method = answer.request().method().toLowerCase(Locale.ROOT);
        if (OpenApi.exists(context.id()) && answer.body().length > 0 && answer.statusCode() < 400) {
            String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
            // the path of the stream is that of an order, too
            List<Operation> possible = operations(context)
                    .filter(operation -> operation.method().equals(method) && operation.path().matcher(answer.uri().getPath()).matches()).toList();
            assertThat(possible.isEmpty() || possible.stream().anyMatch(operation -> operation.response(answer.statusCode()).path("content").has(type)))
                    .as("%s declares %s %s answered %d %s", context.id(), method, answer.uri().getPath(), answer.statusCode(), type).isTrue();
        }
    }
}
