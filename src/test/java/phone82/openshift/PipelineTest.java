package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static phone82.openshift.Manifests.each;

/** The pipeline's scripts, run in the pipeline's sequence against a cluster that consists of files: one for each workload and each tag, which contains its image. */
class PipelineTest {

    private static final String REGISTRY = "registry:5000/phone82/";
    private static final String FORMER = "phone82@sha256:01";
    private static final String BUILT = "phone82@sha256:02";
    private static final String OC = """
            #!/bin/sh
            set -eu
            cd "$CLUSTER"
            case "$*" in
                start-build*) cp built "tags/$OUTPUT" ;;
                "get deployments,statefulsets"*)
                    for each in workloads/*/*; do
                        case "$*" in
                            *triggers*) echo "${each#workloads/}=$(cat "$each")=$(cat "triggers/${each#workloads/}" 2>/dev/null)" ;;
                            *) echo "${each#workloads/}=$(cat "$each")" ;;
                        esac
                    done ;;
                "get pod "*) [ ! -f "pods/$3" ] || cat "pods/$3" ;;
                "get imagestreamtag"*) cat "tags/$3" ;;
                "set image"*) echo "${4#\\*=}" > "workloads/$3" ;;
                "rollout status"*) test -f "workloads/$3" ;;
                "delete pod"*) echo "$3" >> deleted ;;
                tag*) echo "registry:5000/phone82/$2" > "tags/$3" ;;
                *) echo "unexpected: oc $*" >&2; exit 1 ;;
            esac
            """;

    private final Manifests manifests = Project.PROD.manifests(Path.of(""));
    private final Map<String, String> results = new HashMap<>();
    @TempDir
    private Path cluster;

    @BeforeEach
    void former() throws IOException {
        Files.createDirectories(cluster.resolve("tmp"));
        Files.createDirectories(cluster.resolve("tags"));
        tag("phone82:latest", REGISTRY + FORMER);
        Files.writeString(cluster.resolve("built"), REGISTRY + BUILT + "\n");
        for (Manifests.Workload workload : manifests.workloads()) {
            write("workloads/" + workload.kind() + "/" + workload.name(), workload.container().path("image").asText());
        }
        assertThat(Files.writeString(cluster.resolve("oc"), OC).toFile().setExecutable(true)).isTrue();
    }

    @Test
    void anImageThatPassesItsTestIsTheOneThatTheOverlaysDeploy() throws Exception {
        run("passes");

        assertThat(ours()).isNotEmpty().allSatisfy((workload, image) -> assertThat(image).as(workload).isEqualTo(REGISTRY + BUILT));
        assertThat(tagged("phone82:latest")).isEqualTo(REGISTRY + BUILT);
    }

    @Test
    void anImageThatFailsItsTestIsLeftNowhere() throws Exception {
        run("smoke-test");

        assertThat(ours()).isNotEmpty().allSatisfy((workload, image) -> assertThat(image).as(workload).isEqualTo(REGISTRY + FORMER));
        assertThat(tagged("phone82:latest")).isEqualTo(REGISTRY + FORMER);
        assertThat(Files.readString(cluster.resolve("deleted"))).as("a pod that never became ready is not replaced").contains("store-db-0");
    }

    /** An image that the pipeline has deployed stays known although the tag belongs to another one. */
    @Test
    void aDigestIsReturnedTo() throws Exception {
        Files.writeString(cluster.resolve("workloads/Deployment/app"), REGISTRY + "phone82@sha256:00");

        run("smoke-test");

        assertThat(ours()).containsEntry("Deployment/app", REGISTRY + "phone82@sha256:00").containsEntry("Deployment/pay", REGISTRY + FORMER);
    }

    /** A StatefulSet that names the tag has a pod of the image that the tag named when the pod was created. */
    @Test
    void aPodIsReturnedToItsImage() throws Exception {
        write("pods/store-db-0", REGISTRY + "phone82@sha256:00");

        run("smoke-test");

        assertThat(ours()).containsEntry("StatefulSet/store-db", REGISTRY + "phone82@sha256:00").containsEntry("Deployment/store", REGISTRY + FORMER);
    }

    /** OpenShift would put the image of the tag back, and the smoke test would test that one. */
    @Test
    void aProjectThatRollsOutEveryImageOfTheTagIsRefused() throws Exception {
        for (Manifests.Workload workload : Project.DEV.manifests(Path.of("")).workloads()) {
            write("triggers/" + workload.kind() + "/" + workload.name(), workload.object().at("/metadata/annotations").path("image.openshift.io/triggers").asText());
        }

        assertThatThrownBy(() -> run("passes")).hasMessageContaining("leave out the component image-triggers");

        assertThat(ours()).isNotEmpty().allSatisfy((workload, image) -> assertThat(image).as(workload).isEqualTo("phone82:latest"));
        assertThat(tagged("phone82:latest")).isEqualTo(REGISTRY + FORMER);
    }

    @Test
    void otherImagesStay() throws Exception {
        String artemis = image("StatefulSet/artemis");

        run("passes");

        assertThat(image("StatefulSet/artemis")).isEqualTo(artemis).doesNotContain("phone82");
    }

    /** Otherwise the task is killed, and no image is ever built. */
    @Test
    void theTestsFitIntoTheMemoryOfTheirTask() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        long forks = largest(pom, "<forkCount>(\\d+)<");
        long heap = largest(pom, "<argLine>-Xms\\d+m -Xmx(\\d+)m ");
        String limit = manifests.find("Task", "phone82-verify").orElseThrow().at("/spec/steps/0/computeResources/limits/memory").asText();

        // besides its heap, a JVM needs up to 500 MB for classes, compiled code and threads
        assertThat(Quantity.getAmountInBytes(Quantity.parse(limit)).longValue() >> 20).isGreaterThan(forks * (heap + 500));
    }

    private static long largest(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().mapToLong(match -> Long.parseLong(match.group(1))).max().orElseThrow();
    }

    private Map<String, String> ours() {
        return manifests.workloads().stream().filter(workload -> workload.container().path("image").asText().startsWith("phone82:"))
                .map(workload -> workload.kind() + "/" + workload.name()).collect(Collectors.toMap(each -> each, this::image));
    }

    private String image(String workload) {
        return Settings.text(cluster.resolve("workloads").resolve(workload)).trim();
    }

    private String tagged(String tag) {
        return Settings.text(cluster.resolve("tags").resolve(tag)).trim();
    }

    private void tag(String tag, String image) throws IOException {
        Files.writeString(cluster.resolve("tags").resolve(tag), image + "\n");
    }

    private void write(String path, String content) throws IOException {
        Path file = cluster.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** Runs the tasks that have a script for oc until one fails, and then those of finally. */
    private void run(String failing) throws Exception {
        JsonNode pipeline = manifests.of("Pipeline").findFirst().orElseThrow().path("spec");
        List<JsonNode> tasks = each(pipeline.path("tasks")).toList();
        for (JsonNode task : tasks) {
            String name = task.path("name").asText();
            if (name.equals(failing)) {
                each(pipeline.path("finally")).forEach(this::execute);
                return;
            }
            if (!List.of("clone", "verify", "smoke-test").contains(name)) {
                execute(task);
            }
        }
    }

    private void execute(JsonNode task) {
        ObjectNode definition = manifests.find("Task", task.at("/taskRef/name").asText()).orElseThrow();
        JsonNode step = definition.at("/spec/steps/0");
        Map<String, String> params = Stream.concat(each(definition.at("/spec/params")).filter(param -> param.has("default")).map(param -> Map.entry(param.path("name").asText(), param.path("default").asText())),
                each(task.path("params")).map(param -> Map.entry(param.path("name").asText(), param.path("value").asText())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (standard, given) -> given));
        Path result = cluster.resolve("result");
        ProcessBuilder script = new ProcessBuilder("sh", "-c", step.path("script").asText().replace("/tmp/", cluster + "/tmp/")
                .replaceAll("\\$\\(results\\.\\w+\\.path\\)", result.toString())).redirectErrorStream(true).redirectOutput(cluster.resolve("log").toFile());
        script.environment().merge("PATH", cluster.toString(), (path, first) -> first + ":" + path);
        script.environment().put("CLUSTER", cluster.toString());
        script.environment().put("OUTPUT", manifests.of("BuildConfig").findFirst().orElseThrow().at("/spec/output/to/name").asText());
        each(step.path("env")).forEach(variable -> script.environment().put(variable.path("name").asText(), resolved(variable.path("value").asText(), params)));
        try {
            assertThat(script.start().waitFor()).as(task.path("name").asText() + ": " + Settings.text(cluster.resolve("log"))).isZero();
            if (definition.at("/spec/results").size() == 1) {
                results.put("$(tasks." + task.path("name").asText() + ".results." + definition.at("/spec/results/0/name").asText() + ")", Settings.text(result).trim());
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String resolved(String value, Map<String, String> params) {
        String resolved = value;
        for (Map.Entry<String, String> param : params.entrySet()) {
            resolved = resolved.replace("$(params." + param.getKey() + ")", param.getValue());
        }
        for (Map.Entry<String, String> result : results.entrySet()) {
            resolved = resolved.replace(result.getKey(), result.getValue());
        }
        return resolved;
    }
}
