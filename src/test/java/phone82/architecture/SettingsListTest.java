package phone82.architecture;

import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.FileSystemResource;
import phone82.platform.settings.Settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Every property that code, routes and files use is on the list of settings, which the start checks and {@code --help} prints. */
class SettingsListTest {

    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final List<String> CONTEXTS = List.of("gateway", "app", "pay", "store", "customer", "broker", "coordinator", "provider", "operations");
    /** Property references in {@code ${..}} and {@code {{..}}}, and names that code reads. */
    private static final Pattern USED = Pattern.compile("[{:](phone82(?:\\.(?:[a-z][a-z-]*|\\$\\{phone82\\.context}))+)"
            + "|(?:Property\\(|ConditionalOnProperty\\((?:name = )?|ConfigurationProperties\\(|bind\\()\"(phone82\\.[a-z.-]+[a-z])\"");
    /** Set by the launcher itself. */
    private static final Set<String> INTERNAL = Set.of("phone82.context", "phone82.process", "phone82.local-host", "phone82.local-scheme", "phone82.broker.in-vm-url");

    private final Set<String> known = Settings.ALL.stream().flatMap(setting -> setting.names().stream()).collect(Collectors.toSet());

    @Test
    void everyUsedPropertyIsListed() throws IOException {
        Set<String> used = used();
        assertThat(used).contains("phone82.app.cancellations", "phone82.gateway.lease-timeout", "phone82.${phone82.context}.hosts", "phone82.app.breaker", "phone82.reload");

        assertThat(used.stream().filter(name -> !INTERNAL.contains(name) && !isKnown(name))).isEmpty();
    }

    @Test
    void everyListedPropertyIsUsed() throws IOException {
        Set<String> used = used();
        used.addAll(set());
        assertThat(known.stream().filter(name -> name.startsWith("phone82.") && !used.contains(name)
                && used.stream().noneMatch(each -> name.startsWith(each + "."))
                && CONTEXTS.stream().noneMatch(context -> used.contains(name.replaceFirst("\\.(" + context + "|operator)\\.", ".\\${phone82.context}."))))).isEmpty();
    }

    private static Set<String> used() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path file : files()) {
            Matcher matcher = USED.matcher(Files.readString(file));
            while (matcher.find()) {
                used.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
            }
        }
        return used;
    }

    private boolean isKnown(String name) {
        return name.contains("$") ? CONTEXTS.stream().anyMatch(context -> known.contains(name.replace("${phone82.context}", context)))
                : known.contains(name) || known.stream().anyMatch(each -> each.startsWith(name + "."));
    }

    @Test
    void everyPropertyInOurFilesIsListed() throws IOException {
        Set<String> set = set();
        assertThat(set).contains("phone82.store.dispatch-delay", "phone82.operations.patience");

        assertThat(set.stream().filter(name -> name.startsWith("phone82.") && !known.contains(name) && !isListed(name))).isEmpty();
    }

    private static boolean isListed(String name) {
        return Settings.LISTS.stream().anyMatch(list -> list.parts().stream().anyMatch(part -> name.matches(Pattern.quote(list.name()) + "\\[\\d+]\\." + part)));
    }

    private static Set<String> set() throws IOException {
        Set<String> set = new TreeSet<>();
        for (Path file : files()) {
            if (file.startsWith(RESOURCES) && file.getFileName().toString().matches("application.*\\.yaml")) {
                new YamlPropertySourceLoader().load("ours", new FileSystemResource(file))
                        .forEach(source -> set.addAll(List.of(((EnumerablePropertySource<?>) source).getPropertyNames())));
            }
        }
        return set;
    }

    /** The guides mention existing properties only. */
    @Test
    void everyPropertyInTheGuidesIsListed() throws IOException {
        Set<String> named = new TreeSet<>();
        Pattern name = Pattern.compile("(?<![\\w.])phone82\\.[a-z][a-z-]*(?:\\.[a-z][a-z-]*)*(?=[=`\\s,)])");
        for (String guide : List.of("README", "src/docs/api", "src/docs/availability", "src/docs/deploying", "src/docs/identity", "src/docs/operating",
                "src/docs/payment-provider", "src/docs/runbook", "src/docs/shop")) {
            name.matcher(Files.readString(Path.of(guide + ".md"))).results().forEach(result -> named.add(result.group()));
        }
        assertThat(named).isNotEmpty();
        assertThat(named.stream().filter(each -> !Set.of("phone82.jar", "phone82.prepared", "phone82.env", "phone82.audit").contains(each) && !isKnown(each))).isEmpty();
    }

    @Test
    void everyPropertyOfTheLoadTestsIsInTheirGuide() throws IOException {
        Pattern name = Pattern.compile("(?:getProperty|getInteger|words)\\(\"(load\\.[a-z]+)\"");
        Set<String> used = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java/phone82/load"))) {
            for (Path file : sources.filter(Files::isRegularFile).toList()) {
                name.matcher(Files.readString(file)).results().map(result -> result.group(1)).forEach(used::add);
            }
        }
        assertThat(used).contains("load.scenario");
        String guide = Files.readString(Path.of("src/docs/load-testing.md"));
        assertThat(used).allSatisfy(each -> assertThat(guide).contains("`" + each + "`"));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main")); Stream<Path> routes = Files.walk(Path.of("routes"))) {
            return Stream.concat(sources, routes).filter(file -> file.toString().matches(".*\\.(java|yaml)")).sorted().toList();
        }
    }
}
