package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.OpenApi;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An operation of a context's OpenAPI document. */
record Operation(String context, String method, String path, JsonNode definition, JsonNode document) {

    static List<Operation> all() {
        return RouteFile.contexts().stream().flatMap(context -> of(context).stream()).toList();
    }

    static List<Operation> of(String context) {
        if (!OpenApi.exists(context)) {
            return List.of();
        }
        JsonNode document = OpenApi.document(context);
        return document.get("paths").propertyStream().flatMap(path -> path.getValue().propertyStream()
                .filter(operation -> operation.getValue().has("responses"))
                .map(operation -> new Operation(context, operation.getKey(), path.getKey(), operation.getValue(), document))).toList();
    }

    String id() {
        return definition.path("operationId").asText();
    }

    boolean isPublic() {
        return definition.path("x-public").asBoolean();
    }

    /** Whether it answers with a stream, which is served outside of the routes. */
    boolean isStream() {
        return definition.path("x-stream").asBoolean();
    }

    /** As a caller writes it: {@code GET /orders/{id}}. */
    String request() {
        return method.toUpperCase(Locale.ROOT) + " " + path;
    }

    JsonNode response(String status) {
        return resolved(definition.path("responses").path(status));
    }

    Stream<JsonNode> requestBodies() {
        return definition.path("requestBody").path("content").valueStream().map(content -> resolved(content.get("schema")));
    }

    JsonNode parameter(String name) {
        return definition.path("parameters").valueStream().map(this::resolved)
                .filter(parameter -> parameter.path("name").asText().equals(name)).findFirst().orElse(document.path("absent"));
    }

    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    @Override
    public String toString() {
        return request();
    }
}
