package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A file of {@code routes/}: its folder, its name, its lines and their content. */
record RouteFile(String folder, String name, List<String> lines, JsonNode content) {

    static final Path ROUTES = Path.of("routes");
    static final String SHARED = "shared";

    private static final Path SETTINGS = Path.of("src/main/resources");
    private static final String ENDING = ".camel.yaml";
    private static final YAMLMapper YAML = new YAMLMapper();

    static List<RouteFile> all() {
        return matching("**");
    }

    /** The files that a context loads according to its settings. */
    static List<RouteFile> loadedBy(String context) {
        JsonNode own = pattern(SETTINGS.resolve("application-" + context + ".yaml"));
        JsonNode patterns = own.isMissingNode() ? pattern(SETTINGS.resolve("application.yaml")) : own;
        return Stream.of(patterns.asText().split(","))
                .map(pattern -> pattern.replace("${phone82.routes}/", "").replace("${phone82.context}", context))
                .flatMap(pattern -> matching(pattern).stream()).toList();
    }

    /** The contexts that have routes. */
    static List<String> contexts() {
        return all().stream().map(RouteFile::folder).distinct().filter(folder -> !folder.equals(SHARED)).toList();
    }

    /** The routes of this file, including those that Camel makes from its templates. */
    List<Route> routes() {
        return Stream.concat(declared("route"), declared("templatedRoute").map(this::fromTemplate))
                .map(definition -> new Route(this, definition)).toList();
    }

    private JsonNode fromTemplate(JsonNode templated) {
        String route = declared("routeTemplate").filter(template -> template.get("id").equals(templated.get("routeTemplateRef"))).findFirst()
                .orElseThrow(() -> new IllegalStateException(this + " has no template " + templated.get("routeTemplateRef"))).get("route").toString();
        for (JsonNode parameter : templated.get("parameters")) {
            route = route.replace("{{" + parameter.get("name").asText() + "}}", parameter.get("value").asText());
        }
        return yaml(route).put("id", templated.get("routeId").asText());
    }

    /** The top-level elements of one kind: {@code route}, {@code rest}, {@code routeConfiguration}, {@code routeTemplate}, {@code templatedRoute}. */
    Stream<JsonNode> declared(String kind) {
        return content.valueStream().filter(element -> element.has(kind)).map(element -> element.get(kind));
    }

    /** The prefix of every id of this file. */
    String prefix() {
        return folder.equals(SHARED) ? "" : folder + "-";
    }

    /** The ids under which the routes of this file run, including those generated from REST services. */
    List<String> routeIds() {
        return Stream.concat(
                routes().stream().map(route -> route.definition().path("id")),
                declared("rest").flatMap(RouteFile::nodes).filter(node -> node.has("routeId")).map(node -> node.get("routeId")))
                .map(JsonNode::asText).toList();
    }

    /** The id of its first top-level element. */
    String firstId() {
        return content.path(0).valueStream().map(element -> element.path("id").asText()).findFirst().orElse("");
    }

    /** The number of lines of each top-level element. */
    List<Integer> lengths() {
        List<Integer> starts = IntStream.range(0, lines.size()).filter(line -> lines.get(line).startsWith("- ")).boxed().toList();
        return IntStream.range(0, starts.size())
                .mapToObj(element -> (element + 1 < starts.size() ? starts.get(element + 1) : lines.size()) - starts.get(element)).toList();
    }

    /** The node and all its descendants. */
    static Stream<JsonNode> nodes(JsonNode node) {
        return Stream.concat(Stream.of(node), node.valueStream().flatMap(RouteFile::nodes));
    }

    static JsonNode yaml(Path file) {
        try {
            return YAML.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static ObjectNode yaml(String text) {
        try {
            return (ObjectNode) YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    private static JsonNode pattern(Path settings) {
        return Files.exists(settings) ? yaml(settings).at("/camel/main/routes-include-pattern") : YAML.missingNode();
    }

    private static List<RouteFile> matching(String glob) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(ENDING) && matcher.matches(ROUTES.relativize(file)))
                    .sorted().map(RouteFile::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RouteFile read(Path file) {
        try {
            String name = file.getFileName().toString();
            return new RouteFile(ROUTES.relativize(file).getParent().toString(), name.substring(0, name.length() - ENDING.length()),
                    Files.readAllLines(file), yaml(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    @Override
    public String toString() {
        return folder + "/" + name;
    }

    /** A route and the file that it is in. */
    record Route(RouteFile file, JsonNode definition) {

        String text(String property) {
            return definition.path(property).asText();
        }

        /** The consumer's URI without options. */
        String from() {
            return definition.at("/from/uri").asText().replaceFirst("\\?.*", "");
        }

        Stream<JsonNode> nodes() {
            return RouteFile.nodes(definition);
        }

        /** All steps after the consumer. */
        JsonNode steps() {
            return definition.at("/from/steps");
        }

        @Override
        public String toString() {
            return text("id");
        }
    }
}
