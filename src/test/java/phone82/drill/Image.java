package phone82.drill;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import phone82.platform.identity.KeyFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The image of {@code openshift/build/Containerfile} and its pods, without a container engine: a root folder with the image at
 * {@code /deployments}, where only {@code /tmp} and the pod's volume are writable; an arbitrary user of the group root without any
 * capability, as OpenShift assigns; and the memory limit of the manifest. Not covered: a separate network and the system call filter.
 */
public final class Image implements AutoCloseable {

    /** $1 root, $2 image, $3 make or run, $4 JDK, $5 processes file of the control group, $6 user, $7 volume, then the command. */
    private static final String START = """
            set -eu
            root=$1 image=$2 option=$3 jdk=$4 group=$5 user=$6 volume=$7
            shift 7
            echo $$ > "$group"
            mount -t tmpfs root "$root"
            cd "$root"
            mkdir usr etc dev sys proc tmp data jdk deployments
            for folder in bin sbin lib lib64; do ln -s usr/$folder $folder; done
            for folder in usr etc dev; do mount --bind -o ro /$folder $folder; done
            mount --rbind /sys sys
            mount -t proc proc proc
            mount -t tmpfs tmp tmp
            mount --bind -o ro "$jdk" jdk
            mount --bind -o $option "$image" deployments
            [ -z "$volume" ] || mount --bind "$volume" data
            mount -o remount,bind,ro "$root"
            export PATH=/jdk/bin:/usr/bin
            exec /usr/sbin/chroot . setpriv --reuid "$user" --regid 0 --groups "$user" --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs "$@"
            """;
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final boolean GROUPS_OF_OLD = Files.exists(GROUPS.resolve("memory"));
    private static final Path BASE = Path.of("openshift", "base");
    /** The memory limit of the coordinator's pod. */
    private static final String VOLUME = "/data";
    private static final String IDENTITY = "--phone82.identity.folder=";
    private static final List<String> OTHERS = List.of("gateway", "app", "pay", "store", "coordinator", "operator");

    private final Path folder;
    private final Path deployments;
    private final List<Path> groups = new ArrayList<>();
    private final String user = String.valueOf(1_000_000_000 + ThreadLocalRandom.current().nextInt(1_000_000));

    /**
     * Makes the image.
     *
     * @param extracted the jar, as the first stage of the file extracts it
     * @param ports     for the start by which the archive of classes is made
     */
    Image(Path folder, Path extracted, Map<String, String> ports) throws IOException, InterruptedException {
        this.folder = folder;
        deployments = Files.createDirectory(folder.resolve("deployments"));
        for (String content : List.of("lib", "phone82.jar")) {
            assertThat(new ProcessBuilder("cp", "-al", extracted.resolve(content).toString(), deployments.toString()).inheritIO().start().waitFor()).isZero();
        }
        ProcessBuilder make = sandbox("rw", "build", 2L << 30, "0", "", List.of("/bin/sh", "-c", Files.readString(Path.of("openshift/build/assemble"))));
        make.environment().putAll(ports);
        assertThat(make.inheritIO().start().waitFor()).isZero();
    }

    /** Whether this machine permits new roots and control groups. */
    static boolean canBeRun() {
        return System.getProperty("user.name").equals("root") && Files.isWritable(memory("..").getParent())
                && Stream.of("/usr/bin/unshare", "/usr/bin/setpriv").allMatch(tool -> Files.isExecutable(Path.of(tool)));
    }

    String user() {
        return user;
    }

    /** A pod's container, with the settings that all pods have. */
    ProcessBuilder pod(String context, List<String> arguments) {
        try {
            boolean hasVolume = Files.exists(BASE.resolve(context).resolve("volume.yaml"));
            List<String> command = new ArrayList<>(List.of("java", "-jar", "/deployments/phone82.jar"));
            arguments.stream().filter(argument -> !argument.startsWith("--phone82.data=") && !argument.startsWith(IDENTITY)).forEach(command::add);
            ProcessBuilder pod = sandbox("ro", context, limit(context), user, hasVolume ? volume(context).toString() : "", command);
            // without an issuer, which the drill does not have, every caller on 127.0.0.1 is the user demo
            Files.readAllLines(BASE.resolve("phone82.env")).stream().filter(line -> !line.startsWith("#") && !line.startsWith("PHONE82_IDENTITY_")).map(line -> line.split("=", 2))
                    .forEach(setting -> pod.environment().put(setting[0], setting[1]));
            if (hasVolume) {
                pod.environment().put("PHONE82_DATA", VOLUME);
            }
            Path identity = Path.of(arguments.stream().filter(argument -> argument.startsWith(IDENTITY)).findFirst().orElseThrow().substring(IDENTITY.length()));
            KeyFolder keys = new KeyFolder(identity);
            OTHERS.forEach(keys::require);
            pod.environment().put("PHONE82_IDENTITY_KEY", keys.require(context).toJSONString());
            pod.environment().put("PHONE82_IDENTITY_TRUSTED_KEYS", Files.readString(identity.resolve("trusted.json")));
            return pod;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProcessBuilder sandbox(String option, String name, long memory, String user, String volume, List<String> command) throws IOException {
        Path group = Files.createDirectory(memory("phone82-" + folder.getParent().getFileName() + "-" + name));
        groups.add(group);
        Files.writeString(group.resolve(GROUPS_OF_OLD ? "memory.limit_in_bytes" : "memory.max"), String.valueOf(memory));
        Path root = Files.createDirectory(folder.resolve("root-" + name));
        List<String> all = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", START, "sandbox", root.toString(), deployments.toString(), option,
                System.getProperty("java.home"), group.resolve("cgroup.procs").toString(), user, volume));
        all.addAll(command);
        return new ProcessBuilder(all);
    }

    private static Path memory(String group) {
        return GROUPS.resolve(GROUPS_OF_OLD ? "memory" : "").resolve(group);
    }

    /** As a cluster creates it: owned by a group of the pod's user. */
    private Path volume(String context) throws IOException, InterruptedException {
        Path volume = Files.createDirectory(folder.resolve("volume-" + context));
        Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(new ProcessBuilder("chgrp", user, volume.toString()).inheritIO().start().waitFor()).isZero();
        return volume;
    }

    /** The memory limit of a pod, in bytes. */
    public static long limit(String context) throws IOException {
        return Quantity.getAmountInBytes(Quantity.parse(new YAMLMapper().readTree(BASE.resolve(context).resolve("deployment.yaml").toFile())
                .at("/spec/template/spec/containers/0/resources/limits/memory").asText())).longValue();
    }

    /** The maximum memory use of a pod, including files that it read. */
    long mostMemory(String context) throws IOException {
        Path group = groups.stream().filter(each -> each.toString().endsWith("-" + context)).findFirst().orElseThrow();
        return Long.parseLong(Files.readString(group.resolve(GROUPS_OF_OLD ? "memory.max_usage_in_bytes" : "memory.peak")).trim());
    }

    /** Removes the control groups; all their processes have ended. */
    @Override
    public void close() {
        groups.forEach(group -> {
            try {
                Files.deleteIfExists(group);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
