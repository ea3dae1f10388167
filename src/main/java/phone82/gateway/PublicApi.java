package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.platform.Json;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The public operations of all contexts as one OpenAPI document: those that are marked {@code x-public}. */
public class PublicApi {

    private static final List<String> SECTIONS = List.of("schemas", "parameters", "responses", "headers", "securitySchemes");

    /** What a contract says to the gateway alone. */
    private static final List<String> MARKS = List.of("x-public", "x-stream");

    private final ObjectNode document = Json.MAPPER.createObjectNode();
    private final Map<String, String> contexts = new HashMap<>();

    /** @param contracts by their contexts */
    public PublicApi(Map<String, JsonNode> contracts) {
        document.put("openapi", "3.0.3");
        document.putObject("info").put("title", "phone82").put("version", "1.0.0")
                .put("description", "Order a phone, follow it, cancel it.");
        document.putArray("servers").addObject().put("url", "/");
        ObjectNode paths = document.putObject("paths");
        ObjectNode components = document.putObject("components");
        contracts.forEach((context, contract) -> {
            contract.get("paths").fields().forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                if (operation.getValue().path("x-public").asBoolean()) {
                    paths.withObjectProperty(path.getKey()).set(operation.getKey(), published(path.getKey(), operation.getValue()));
                    if (!operation.getValue().path("security").isEmpty()) {
                        contexts.put(section(path.getKey()), context);
                    }
                }
            }));
            for (String section : SECTIONS) {
                contract.path("components").path(section).fields()
                        .forEachRemaining(part -> add(components.withObjectProperty(section), part.getKey(), part.getValue()));
            }
        });
        Set<String> used = new HashSet<>();
        collectUsed(paths, used);
        paths.findValues("security").forEach(schemes -> schemes.forEach(scheme ->
                scheme.fieldNames().forEachRemaining(name -> used.add("#/components/securitySchemes/" + name))));
        for (String section : SECTIONS) {
            components.withObjectProperty(section).properties().removeIf(part -> !used.contains("#/components/" + section + "/" + part.getKey()));
        }
    }

    /** What a part of the document refers to, and what that refers to in turn. */
    private void collectUsed(JsonNode part, Set<String> used) {
        for (String reference : part.findValuesAsText("$ref")) {
            if (used.add(reference)) {
                collectUsed(document.at(reference.substring(1)), used);
            }
        }
    }

    private static String section(String path) {
        return path.split("/")[1];
    }

    /** Grouped by what it is about: the first part of its path. */
    private static JsonNode published(String path, JsonNode operation) {
        ObjectNode published = ((ObjectNode) operation.deepCopy()).without(MARKS);
        published.putArray("tags").add(section(path));
        return published;
    }

    private static void add(ObjectNode section, String name, JsonNode part) {
        JsonNode present = section.get(name);
        if (present != null && !present.equals(part)) {
            throw new IllegalStateException("two contracts mean different things by the component " + name);
        }
        section.set(name, part);
    }

    /** Which context has the operations that are not for everybody, by the first part of their paths. */
    public Map<String, String> contexts() {
        return contexts;
    }

    public byte[] document() {
        return Json.bytes(document);
    }
}
