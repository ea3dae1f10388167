package phone82;

import com.sun.jna.Library;
import com.sun.jna.Native;
import org.springframework.boot.system.ApplicationHome;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The packed jar, extracted into a folder beside it, with an archive of its classes. phone82 starts from there in a third of the time,
 * since a packed jar opens nested jars for each class. {@link Prepare} makes the folder.
 *
 * @param packed the jar that {@code java -jar} names
 * @param folder beside it
 */
record PreparedJar(Path packed, Path folder) {

    /**
     * The optimising compiler needs profiles, and profiled code is slow. With these thresholds it waits for most methods and loops until they have
     * run 33,000 times; after 4,000 times the first 5,000 orders cost half as much again, and after 260,000 the later ones cost more.
     */
    private static final List<String> LATE_PROFILES = List.of("-XX:Tier3DelayOn=0", "-XX:Tier2InvokeNotifyFreqLog=15", "-XX:Tier2BackedgeNotifyFreqLog=15");

    static final List<String> JVM_OPTIONS = Stream.of(LATE_PROFILES, List.of("-XX:+UseSerialGC"),
            // the default is smaller than the classes, which costs a full collection during the start
            List.of("-XX:MetaspaceSize=256m"),
            // Netty does what these versions warn of
            Runtime.version().feature() < 24 ? List.<String>of() : List.of("--sun-misc-unsafe-memory-access=allow")).flatMap(List::stream).toList();

    private static final int SET_DESCRIPTOR_FLAGS = 2;
    private static final int CLOSE_ON_EXEC = 1;

    /** The jar that this program runs from; empty if that is no packed jar. */
    static Optional<PreparedJar> own() {
        if (!PreparedJar.class.getProtectionDomain().getCodeSource().getLocation().toString().startsWith("jar:nested:")) {
            return Optional.empty();
        }
        Path packed = new ApplicationHome(PreparedJar.class).getSource().toPath();
        String name = packed.getFileName().toString().replaceFirst("\\.jar$", "");
        return Optional.of(new PreparedJar(packed, packed.resolveSibling(name + ".prepared")));
    }

    Path jar() {
        return folder.resolve(packed.getFileName());
    }

    /** One for each version of Java: another one could not use it. */
    Path archive() {
        return folder.resolve(System.getProperty("java.vm.version") + ".jsa");
    }

    private Path stamp() {
        return folder.resolve("prepared-from");
    }

    /** With the path, because Java uses an archive only for jars at the place where they were archived. */
    private String version() throws IOException {
        return packed + ", " + Files.size(packed) + " bytes of " + Files.getLastModifiedTime(packed);
    }

    /** Marks the folder as complete. */
    void complete() throws IOException {
        Files.writeString(stamp(), version());
    }

    boolean isCurrent() {
        try {
            return Files.exists(stamp()) && Files.readString(stamp()).equals(version());
        } catch (IOException e) {
            return false;
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Continues this process as the prepared program, with the same process id, options and arguments. Returns if that is not possible; the
     * packed jar does the same, only more slowly.
     */
    void exec(String... arguments) {
        try {
            List<String> words = Arrays.asList(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8).split("\0"));
            List<String> given = words.subList(1, words.indexOf("-jar"));
            List<String> command = new ArrayList<>(List.of(java()));
            command.addAll(options());
            command.addAll(given);
            command.addAll(List.of("-jar", jar().toString()));
            command.addAll(List.of(arguments));
            closeFilesOnExec();
            LibC.INSTANCE.execv(command.get(0), command.toArray(String[]::new));
        } catch (IOException | RuntimeException | LinkageError e) {
            // another operating system, or no native code is allowed: this process goes on from the packed jar
        }
    }

    /** Those that the user has not chosen, on the command line, in a file or in the environment. */
    private List<String> options() {
        String chosen = String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
        return Stream.concat(JVM_OPTIONS.stream(), Stream.of("-XX:SharedArchiveFile=" + archive()).filter(each -> Files.exists(archive())))
                .filter(option -> option.endsWith("GC") ? !chosen.matches(".*-XX:\\+Use\\w+GC.*") : !chosen.contains(option.replaceFirst("=.*", "=")))
                .toList();
    }

    private static void closeFilesOnExec() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            descriptors.map(each -> Integer.parseInt(each.getFileName().toString())).filter(each -> each > 2)
                    .forEach(each -> LibC.INSTANCE.fcntl(each, SET_DESCRIPTOR_FLAGS, CLOSE_ON_EXEC));
        }
    }

    private interface LibC extends Library {

        LibC INSTANCE = Native.load("c", LibC.class);

        int execv(String file, String[] arguments);

        int fcntl(int descriptor, int command, Object... argument);
    }
}
