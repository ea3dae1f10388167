package phone82.openshift;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All objects that are applied to one project of a cluster, for each way that {@code openshift/} offers. */
enum Project {

    DEV("overlays/dev", "build", "pipeline"),
    PROD("overlays/prod", "build", "pipeline"),
    PROD_HA("overlays/prod-ha", "build", "pipeline"),
    KUBERNETES("overlays/kubernetes"),
    /** The component on top of dev, which is no overlay of its own. */
    KEDA("keda", "build"),
    ARTEMIS_OPERATOR("artemis-operator", "build");

    private static final List<String> ON_TOP_OF_DEV = List.of("keda", "artemis-operator");

    private final List<String> parts;

    Project(String... parts) {
        this.parts = List.of(parts);
    }

    /** @param repository the root of the repository, or of a copy of {@code openshift/} and {@code artemis/} */
    Manifests manifests(Path repository) {
        List<ObjectNode> objects = new ArrayList<>();
        folders(repository).forEach(folder -> objects.addAll(Kustomize.render(folder)));
        if (parts.contains("pipeline")) {
            objects.addAll(read(repository.resolve("openshift/pipeline/run.yaml")));
        }
        if (isProduction()) {
            objects.addAll(made(repository, parts.get(0) + "/new-secrets"));
        } else {
            objects.addAll(made(repository, "new-broker-users"));
        }
        objects.addAll(made(repository, "new-keys"));
        return new Manifests(this, objects);
    }

    boolean isProduction() {
        return this == PROD || this == PROD_HA;
    }

    /** The kustomizations. */
    List<Path> folders(Path repository) {
        return parts.stream().map(part -> ON_TOP_OF_DEV.contains(part) ? onTopOfDev(repository, part)
                : repository.resolve("openshift").resolve(part)).toList();
    }

    private static Path onTopOfDev(Path repository, String component) {
        try {
            Path folder = Files.createDirectories(repository.resolve("target/openshift").resolve(component));
            Files.writeString(folder.resolve("kustomization.yaml"), """
                    resources: [../../../openshift/overlays/dev]
                    components: [../../../openshift/components/%s]
                    labels: [{pairs: {app.kubernetes.io/part-of: phone82}}]
                    """.formatted(component));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The output of a script. */
    private static List<ObjectNode> made(Path repository, String script) {
        try {
            Process process = new ProcessBuilder("sh", repository.resolve("openshift").resolve(script).toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            return Kustomize.read(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ObjectNode> read(Path file) {
        try {
            return Kustomize.read(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
