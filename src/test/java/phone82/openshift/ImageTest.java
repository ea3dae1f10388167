package phone82.openshift;

import org.junit.jupiter.api.Test;
import phone82.openshift.Manifests.Workload;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The image fits the pods: their commands, users and JVM options. */
class ImageTest {

    private static final List<String> LINES = Settings.text(Path.of("openshift/build/Containerfile")).lines().toList();

    private static final Path ASSEMBLE = Path.of("openshift/build/assemble");

    private final Manifests manifests = Project.DEV.manifests(Path.of(""));

    @Test
    void runsAsAnyUserOfTheGroupRoot() {
        assertThat(last("USER")).matches("[1-9]\\d*:0");
        assertThat(lines("HEALTHCHECK")).isEmpty();
    }

    @Test
    void containsTheProgramsThatThePodsStart() {
        List<String> copied = lines("COPY --from=jar --chown=0:0").map(line -> line.substring(line.lastIndexOf(' ') + 1)).toList();
        assertThat(copied).containsExactlyInAnyOrder("/deployments/lib", "/deployments/");
        for (Workload workload : manifests.workloads()) {
            List<String> command = Manifests.each(workload.container().path("command")).map(word -> word.asText()).toList();
            if (workload.isContext() || workload.name().equals("provider")) {
                assertThat(command).containsExactly("java", "-jar", "/deployments/phone82.jar");
            } else if (workload.container().path("image").asText().startsWith("phone82")) {
                assertThat(command).startsWith("java", "-cp", "/deployments/phone82.jar");
            }
        }
        assertThat(last("ENTRYPOINT")).isEqualTo("[\"java\", \"-jar\", \"/deployments/phone82.jar\"]");
    }

    @Test
    void classArchiveFitsTheJvmOptionsOfThePods() {
        String options = manifests.of("ConfigMap").map(map -> map.at("/data/JAVA_TOOL_OPTIONS").asText()).filter(text -> !text.isEmpty()).findFirst().orElseThrow();
        assertThat(last("ENV")).isEqualTo("JAVA_TOOL_OPTIONS=\"" + options + "\"");
        Matcher archive = Pattern.compile("-XX:ArchiveClassesAtExit=(\\S+)").matcher(Settings.text(ASSEMBLE));
        assertThat(archive.find()).isTrue();
        assertThat(options).contains("-XX:SharedArchiveFile=" + archive.group(1), "-XX:+UseSerialGC");
    }

    @Test
    void bothBuildsArchiveTheClasses() {
        assertThat(ASSEMBLE).isExecutable();
        assertThat(lines("COPY")).contains("COPY " + ASSEMBLE + " /tmp/assemble");
        assertThat(lines("RUN")).contains("RUN /tmp/assemble && rm /tmp/assemble");
        for (String builder : List.of("openshift/build/kustomization.yaml", "openshift/pipeline/verify.yaml", "src/docs/deploying.md")) {
            assertThat(Settings.text(Path.of(builder))).as(builder).contains("--destination target/image/deployments", "install -D " + ASSEMBLE + " target/image/.s2i/bin/assemble");
        }
    }

    @Test
    void bothBuildsUseTheSameJava() {
        assertThat(lines("FROM").map(line -> line.split(" ")[1]).distinct())
                .containsExactly(manifests.find("BuildConfig", "phone82").orElseThrow().at("/spec/strategy/sourceStrategy/from/name").asText()
                        .replace("openjdk-17:", "openjdk-17-runtime:"));
    }

    private static Stream<String> lines(String instruction) {
        return LINES.stream().filter(line -> line.startsWith(instruction + " "));
    }

    private static String last(String instruction) {
        return lines(instruction).reduce((first, second) -> second).orElseThrow().substring(instruction.length() + 1);
    }
}
