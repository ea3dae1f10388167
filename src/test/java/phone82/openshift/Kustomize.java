package phone82.openshift;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.zjsonpatch.JsonPatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The output of {@code kubectl kustomize}, for exactly those features that {@code openshift/} uses; it refuses all others. So the manifests
 * are checked where there is no kubectl; where there is one, {@link KustomizeTest} compares the two.
 */
final class Kustomize {

    static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

    private static final Set<String> FEATURES = Set.of("apiVersion", "kind", "resources", "components", "configMapGenerator",
            "secretGenerator", "generatorOptions", "patches", "labels", "replicas", "nameSuffix");
    /** Lists whose elements are merged by a key; all others are replaced. */
    private static final Map<String, String> MERGE_KEYS = Map.of("containers", "name", "initContainers", "name", "volumes", "name",
            "env", "name", "volumeMounts", "mountPath", "ports", "containerPort", "topologySpreadConstraints", "topologyKey");

    /** @param hashed whether its name gets a hash of its content */
    private record Resource(ObjectNode object, boolean hashed) {

        boolean is(String kind, String name) {
            return object.path("kind").asText().equals(kind) && object.at("/metadata/name").asText().equals(name);
        }
    }

    private Kustomize() {
    }

    static List<ObjectNode> render(Path folder) {
        List<Resource> resources = new ArrayList<>();
        accumulate(folder, resources);
        return addHashes(resources);
    }

    /** The documents of a YAML file. */
    static List<ObjectNode> read(String yaml) {
        try {
            return YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml).readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void accumulate(Path folder, List<Resource> resources) {
        ObjectNode kustomization = read(text(folder.resolve("kustomization.yaml"))).get(0);
        kustomization.fieldNames().forEachRemaining(field -> {
            if (!FEATURES.contains(field)) {
                throw new IllegalArgumentException(folder + ": " + field + " is not rendered here");
            }
        });
        for (JsonNode each : kustomization.path("resources")) {
            Path path = folder.resolve(each.asText());
            if (Files.isDirectory(path)) {
                // unlike a component, a folder changes only its own resources
                List<Resource> own = new ArrayList<>();
                accumulate(path, own);
                resources.addAll(own);
            } else {
                read(text(path)).forEach(object -> resources.add(new Resource(object, false)));
            }
        }
        kustomization.path("components").forEach(each -> accumulate(folder.resolve(each.asText()), resources));
        JsonNode options = kustomization.path("generatorOptions");
        kustomization.path("configMapGenerator").forEach(each -> resources.add(generate(folder, "ConfigMap", each, options)));
        kustomization.path("secretGenerator").forEach(each -> resources.add(generate(folder, "Secret", each, options)));
        kustomization.path("patches").forEach(each -> patch(folder, each, resources));
        kustomization.path("labels").forEach(each -> label(each, resources));
        resources.forEach(resource -> resource.object.withObject("/metadata").put("name",
                resource.object.at("/metadata/name").asText() + kustomization.path("nameSuffix").asText()));
        kustomization.path("replicas").forEach(each -> resources.stream()
                .filter(resource -> resource.is("Deployment", each.path("name").asText()) || resource.is("StatefulSet", each.path("name").asText()))
                .forEach(resource -> resource.object.withObject("/spec").set("replicas", each.path("count"))));
    }

    private static Resource generate(Path folder, String kind, JsonNode generator, JsonNode common) {
        Map<String, String> data = new TreeMap<>();
        generator.path("literals").forEach(literal -> putLine(literal.asText(), data));
        generator.path("envs").forEach(file -> text(folder.resolve(file.asText())).lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> putLine(line, data)));
        generator.path("files").forEach(file -> data.put(Path.of(file.asText()).getFileName().toString(), text(folder.resolve(file.asText()))));
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", kind);
        ObjectNode metadata = object.putObject("metadata").put("name", generator.path("name").asText());
        boolean hashed = true;
        for (JsonNode options : List.of(common, generator.path("options"))) {
            for (String field : List.of("labels", "annotations")) {
                if (options.has(field)) {
                    metadata.withObject("/" + field).setAll((ObjectNode) options.get(field));
                }
            }
            hashed &= !options.path("disableNameSuffixHash").asBoolean();
        }
        if (kind.equals("Secret")) {
            object.put("type", "Opaque");
            data.replaceAll((key, value) -> base64(value));
        }
        object.set("data", YAML.valueToTree(data));
        return new Resource(object, hashed);
    }

    /** In lines of 70 characters, if there is more than one. */
    private static String base64(String value) {
        String encoded = Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
        return encoded.length() <= 70 ? encoded : encoded.replaceAll("(.{1,70})", "$1\n");
    }

    private static void putLine(String line, Map<String, String> data) {
        int equals = line.indexOf('=');
        data.put(line.substring(0, equals), line.substring(equals + 1));
    }

    private static void patch(Path folder, JsonNode patch, List<Resource> resources) {
        JsonNode content = content(patch.has("path") ? text(folder.resolve(patch.path("path").asText())) : patch.path("patch").asText());
        JsonNode target = patch.path("target");
        List<Resource> targets = resources.stream().filter(resource -> target.isMissingNode()
                ? resource.is(content.path("kind").asText(), content.at("/metadata/name").asText()) : selects(target, resource.object)).toList();
        if (targets.isEmpty()) {
            throw new IllegalArgumentException(folder + ": a patch without target: " + patch);
        }
        for (Resource resource : targets) {
            if (content.isArray()) {
                JsonNode patched = JsonPatch.apply(content, resource.object);
                resource.object.removeAll();
                resource.object.setAll((ObjectNode) patched);
            } else if (content.path("$patch").asText().equals("delete")) {
                resources.remove(resource);
            } else {
                String name = resource.object.at("/metadata/name").asText();
                merge(resource.object, (ObjectNode) content);
                resource.object.withObject("/metadata").put("name", name);
            }
        }
    }

    private static JsonNode content(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean selects(JsonNode target, ObjectNode object) {
        return object.path("kind").asText().equals(target.path("kind").asText())
                && (!target.has("name") || object.at("/metadata/name").asText().matches(target.path("name").asText()))
                && (!target.has("labelSelector") || Stream.of(target.path("labelSelector").asText().split(",")).allMatch(term -> {
                    String[] pair = term.split("!?=", 2);
                    return object.path("metadata").path("labels").path(pair[0]).asText().equals(pair[1]) != term.contains("!=");
                }));
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(field -> {
            JsonNode old = target.path(field.getKey());
            String key = MERGE_KEYS.get(field.getKey());
            if (old.isObject() && field.getValue().isObject()) {
                merge((ObjectNode) old, (ObjectNode) field.getValue());
            } else if (old.isArray() && key != null && field.getValue().path(0).has(key)) {
                mergeLists((ArrayNode) old, (ArrayNode) field.getValue(), key);
            } else {
                target.set(field.getKey(), field.getValue().deepCopy());
            }
        });
    }

    private static void mergeLists(ArrayNode target, ArrayNode patch, String key) {
        int added = 0;
        for (JsonNode each : patch) {
            JsonNode same = null;
            for (JsonNode old : target) {
                same = old.path(key).equals(each.path(key)) ? old : same;
            }
            for (int i = 0; i < target.size(); i++) {
                if (target.get(i) == same) {
                    target.remove(i);
                }
            }
            if (same != null) {
                merge((ObjectNode) same, (ObjectNode) each);
            }
            if (!each.path("$patch").asText().equals("delete")) {
                target.insert(added++, same == null ? each.deepCopy() : same);
            }
        }
    }

    private static void label(JsonNode labels, List<Resource> resources) {
        for (Resource resource : resources) {
            List<String> places = new ArrayList<>(List.of("/metadata/labels"));
            if (labels.path("includeTemplates").asBoolean() && resource.object.path("spec").has("template")) {
                places.add("/spec/template/metadata/labels");
            }
            if (labels.path("includeTemplates").asBoolean()) {
                for (int i = 0; i < resource.object.at("/spec/volumeClaimTemplates").size(); i++) {
                    places.add("/spec/volumeClaimTemplates/" + i + "/metadata/labels");
                }
            }
            places.forEach(place -> resource.object.withObject(place).setAll((ObjectNode) labels.path("pairs")));
        }
    }

    private static List<ObjectNode> addHashes(List<Resource> resources) {
        Map<String, String> names = new HashMap<>();
        resources.stream().filter(Resource::hashed).forEach(resource -> {
            String name = resource.object.at("/metadata/name").asText();
            String hashed = name + "-" + hash(resource.object);
            names.put(name, hashed);
            resource.object.withObject("/metadata").put("name", hashed);
        });
        List<ObjectNode> objects = resources.stream().map(Resource::object).toList();
        for (ObjectNode object : objects) {
            for (String reference : List.of("configMapRef", "configMapKeyRef", "configMap")) {
                object.findValues(reference).stream().filter(JsonNode::isObject).map(ObjectNode.class::cast)
                        .filter(each -> names.containsKey(each.path("name").asText()))
                        .forEach(each -> each.put("name", names.get(each.path("name").asText())));
            }
        }
        return objects;
    }

    /** As kustomize does it: ten digits of the SHA-256 of the content as Go writes it, without digits that could form words. */
    private static String hash(ObjectNode configMap) {
        try {
            ObjectNode content = YAML.createObjectNode().set("data", YAML.valueToTree(YAML.convertValue(configMap.path("data"), TreeMap.class)));
            String json = new JsonMapper().writeValueAsString(content.put("kind", "ConfigMap").put("name", ""))
                    .replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
            String digits = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
            return digits.substring(0, 10).replace('0', 'g').replace('1', 'h').replace('3', 'k').replace('a', 'm').replace('e', 't');
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
