package phone82.openshift;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import org.junit.jupiter.api.Test;
import phone82.Tools;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** When the alerts fire, evaluated by Prometheus: {@code src/test/resources/alerts.yaml}. */
class AlertsTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @Test
    void firesForFaultsOnly() throws IOException, InterruptedException {
        Tools.need(Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
                "promtool is not installed (Debian: prometheus)");
        Path folder = Files.createDirectories(Path.of("target/alerts"));
        for (ObjectNode rules : Project.PROD_HA.manifests(Path.of("")).of("PrometheusRule").toList()) {
            YAML.writeValue(folder.resolve(Manifests.nameOf(rules) + ".yaml").toFile(), rules.required("spec"));
        }

        Process promtool = new ProcessBuilder("promtool", "test", "rules", "src/test/resources/alerts.yaml").redirectErrorStream(true).start();
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(output).isZero();
    }
}
