package phone82.openshift;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of the checked objects with those that kubectl renders, where it is installed. */
class KustomizeTest {

    static boolean kubectlIsInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIf("kubectlIsInstalled")
    void kubectlRendersTheSame(Project project) throws Exception {
        for (Path folder : project.folders(Path.of(""))) {
            assertThat(byName(Kustomize.render(folder))).isEqualTo(byName(Kustomize.read(kubectl(folder))));
        }
    }

    private static String kubectl(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("kubectl", "kustomize", folder.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static Map<String, ObjectNode> byName(List<ObjectNode> objects) {
        return objects.stream().collect(Collectors.toMap(object -> object.path("kind").asText() + " " + object.at("/metadata/name").asText(), object -> object));
    }
}
