package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The properties of the application, read from its settings, routes and code. */
final class Settings {

    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final Pattern USED = Pattern.compile("[{\"](phone82(?:\\.(?:[a-z][a-z-]*|\\$\\{phone82\\.context}))+)");
    /** Properties of Spring Boot that we do not set ourselves. */
    private static final Set<String> OF_SPRING_BOOT = Set.of("management.server.port");
    private static final Set<String> OF_THE_JVM = Set.of("JAVA_TOOL_OPTIONS");

    private final Map<String, String> common = flat("application.yaml");
    private final Set<String> used = used();

    /** The settings of a context by their names, with unresolved placeholders. */
    Map<String, String> of(String context) {
        Map<String, String> settings = new TreeMap<>(common);
        settings.putAll(flat("application-" + context + ".yaml"));
        return settings;
    }

    boolean isKnown(String context, String variable) {
        Set<String> known = new TreeSet<>(of(context).keySet());
        known.addAll(OF_SPRING_BOOT);
        used.forEach(name -> known.add(name.replace("${phone82.context}", context)));
        return OF_THE_JVM.contains(variable) || known.stream().map(Settings::variable).anyMatch(variable::equals);
    }

    static String variable(String property) {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** The settings with a default that is valid on a laptop only: a local address, a file, a demo password. */
    Set<String> needed(String context) {
        Map<String, String> settings = of(context);
        Set<String> needed = new TreeSet<>(Set.of("phone82.bind", "phone82.operations.password"));
        settings.forEach((name, value) -> {
            // without a provider pay refuses to start
            if (name.startsWith("phone82." + context + ".") && value.contains("local-host") && !name.equals("phone82.pay.provider-url")) {
                needed.add(name);
            }
        });
        if (usesDatabase(context)) {
            Stream.of("url", "user", "password").forEach(each -> needed.add("phone82." + context + ".database." + each));
        }
        if (usesBroker(context)) {
            needed.addAll(Set.of("phone82.broker.url", "phone82." + context + ".broker-password"));
        }
        if (settings.containsKey("phone82." + context + ".callback-url")) {
            needed.add("phone82.saga.coordinator-url");
        }
        if (context.equals("coordinator")) {
            needed.addAll(Set.of("phone82.data", "phone82.coordinator.app-url", "phone82.coordinator.pay-url", "phone82.coordinator.store-url"));
        }
        if (contexts().contains(context)) {
            needed.add("phone82.identity.trusted-keys");
            // it calls no other context
            if (!context.equals("customer")) {
                needed.add("phone82.identity.key");
            }
        }
        return needed;
    }

    private boolean usesDatabase(String context) {
        return hasRoutes(context) && !excludes(context, "DataSourceAutoConfiguration");
    }

    private boolean usesBroker(String context) {
        return hasRoutes(context) && !excludes(context, "ArtemisAutoConfiguration");
    }

    private static boolean hasRoutes(String context) {
        return Files.isDirectory(Path.of("routes", context)) && files(Path.of("routes", context)).stream().anyMatch(file -> file.toString().endsWith(".camel.yaml"));
    }

    private boolean excludes(String context, String configuration) {
        return of(context).entrySet().stream().anyMatch(each -> each.getKey().startsWith("spring.autoconfigure.exclude")
                && each.getValue().endsWith("." + configuration));
    }

    private static Map<String, String> flat(String file) {
        Map<String, String> flat = new TreeMap<>();
        Path path = RESOURCES.resolve(file);
        if (Files.exists(path)) {
            flatten("", Kustomize.read(text(path)).get(0), flat);
        }
        return flat;
    }

    private static void flatten(String name, JsonNode node, Map<String, String> flat) {
        if (node.isValueNode()) {
            flat.put(name, node.asText());
        }
        node.properties().forEach(each -> flatten(name.isEmpty() ? each.getKey() : name + "." + each.getKey(), each.getValue(), flat));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            flatten(name + "[" + i + "]", node.get(i), flat);
        }
    }

    private static Set<String> used() {
        return Stream.of("src/main/java", "src/main/resources", "routes").flatMap(folder -> files(Path.of(folder)).stream())
                .flatMap(file -> USED.matcher(text(file)).results()).map(match -> match.group(1)).collect(Collectors.toSet());
    }

    static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(java|yaml)")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> contexts() {
        return Stream.of(Context.values()).filter(context -> context != Context.BROKER && context != Context.PROVIDER).map(Context::id).toList();
    }
}
