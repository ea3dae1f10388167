package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.platform.Json;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The public operations of all contexts as one OpenAPI document: those that are marked {@code x-public}. */
public class PublicApi {

    private static final List<String> SECTIONS = List.of("schemas", "parameters", "responses", "headers");

    /** What a contract says to the gateway alone. */
    private static final List<String> MARKS = List.of("x-public", "x-stream");

    private final ObjectNode document = Json.MAPPER.createObjectNode();

    public PublicApi(Collection<JsonNode> contracts) {
        document.put("openapi", "3.0.3");
        document.putObject("info").put("title", "phone82").put("version", "1.0.0")
                .put("description", "Order a phone, follow it, cancel it.");
        document.putArray("servers").addObject().put("url", "/");
        ObjectNode paths = document.putObject("paths");
        ObjectNode components = document.putObject("components");
        for (JsonNode contract : contracts) {
            contract.get("paths").fields().forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                if (operation.getValue().path("x-public").asBoolean()) {
                    paths.withObjectProperty(path.getKey()).set(operation.getKey(), published(path.getKey(), operation.getValue()));
                }
            }));
            for (String section : SECTIONS) {
                contract.path("components").path(section).fields()
                        .forEachRemaining(part -> add(components.withObjectProperty(section), part.getKey(), part.getValue()));
            }
        }
        Set<String> used = new HashSet<>();
        collectUsed(paths, used);
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

    /** Grouped by what it is about: the first part of its path. */
    private static JsonNode published(String path, JsonNode operation) {
        ObjectNode published = ((ObjectNode) operation.deepCopy()).without(MARKS);
        published.putArray("tags").add(path.split("/")[1]);
        return published;
    }

    private static void add(ObjectNode section, String name, JsonNode part) {
        JsonNode present = section.get(name);
        if (present != null && !present.equals(part)) {
            throw new IllegalStateException("two contracts mean different things by the component " + name);
        }
        section.set(name, part);
    }

    public byte[] document() {
        return Json.bytes(document);
    }
}
