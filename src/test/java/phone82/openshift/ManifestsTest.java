package phone82.openshift;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Every project that {@code openshift/} offers passes every check. */
class ManifestsTest {

    private static final Map<Project, Manifests> RENDERED = new EnumMap<>(Project.class);

    static Stream<Arguments> checks() {
        return Stream.of(Project.values()).flatMap(project -> Stream.of(Checks.values()).map(check -> arguments(project, check)));
    }

    @ParameterizedTest
    @MethodSource("checks")
    void passes(Project project, Checks check) {
        assertThat(check.faults(rendered(project))).isEmpty();
    }

    private static Manifests rendered(Project project) {
        return RENDERED.computeIfAbsent(project, each -> each.manifests(Path.of("")));
    }
}
