package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.platform.api.Json;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The public API: one OpenAPI document of all operations that the contexts' contracts mark with {@code x-public}. */
public class PublicApi {

    private static final List<String> SECTIONS = List.of("schemas", "parameters", "responses", "headers", "securitySchemes");

    /** The extensions of a contract that only the gateway reads. */
    private static final List<String> MARKS = List.of("x-public", "x-stream");

    private final ObjectNode document = Json.MAPPER.createObjectNode();
    private final Map<String, String> contexts = new HashMap<>();

    /** @param contracts by context */
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

    /** Collects the references in a part of the document, transitively. */
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

    /** The operation without the extensions, tagged with the first part of its path. */
    private static JsonNode published(String path, JsonNode operation) {
        ObjectNode published = ((ObjectNode) operation.deepCopy()).without(MARKS);
        published.putArray("tags").add(section(path));
        return published;
    }

    private static void add(ObjectNode section, String name, JsonNode part) {
        JsonNode present = section.get(name);
        if (present != null && !present.equals(part)) {
            throw new IllegalStateException("two contracts define the component " + name + " differently");
        }
        section.set(name, part);
    }

    /** The first parts of all paths. */
    public Set<String> sections() {
        return document.get("paths").propertyStream().map(path -> section(path.getKey())).collect(Collectors.toSet());
    }

    /** The contexts of the operations that need a login, by the first part of their paths. */
    public Map<String, String> contexts() {
        return contexts;
    }

    public byte[] document() {
        return Json.bytes(document);
    }
}
