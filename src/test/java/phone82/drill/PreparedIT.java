package phone82.drill;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The packed jar continues as the prepared program, in the same process. */
class PreparedIT {

    private static final String COORDINATOR = "coordinator";

    @Test
    void aPackedJarContinuesFromItsPreparedFolder() throws Exception {
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> java(Processes.JAR, arguments, "-Xmx200m"));
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx200m",
                    Processes.EXTRACTED.resolve("phone82.jar").toString(), COORDINATOR)
                    .anyMatch(option -> option.startsWith("-XX:SharedArchiveFile="));
            assertThat(phone82.log()).startsWith("\nphone82 is up");
            assertThat(phone82.terminate(Duration.ofSeconds(40), COORDINATOR)).containsEntry(COORDINATOR, 143);
        }
    }

    @Test
    void theUsersOptionsWin() throws Exception {
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> {
                ProcessBuilder process = java(Processes.JAR, arguments, "-XX:+UseParallelGC", "-XX:ReservedCodeCacheSize=99m");
                process.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=3");
                return process;
            });
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains(Processes.EXTRACTED.resolve("phone82.jar").toString(), "-XX:+UseParallelGC", "-XX:ReservedCodeCacheSize=99m")
                    .doesNotContain("-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=128m", "-XX:TieredStopAtLevel=1");
        }
    }

    @Test
    void aFolderOfAnotherBuildIsNotUsed(@TempDir Path folder) throws Exception {
        Path jar = Files.copy(Processes.JAR, folder.resolve("phone82.jar"));
        Path prepared = Files.createDirectory(folder.resolve("phone82.prepared"));
        Files.copy(Processes.EXTRACTED.resolve("prepared-from"), prepared.resolve("prepared-from"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> java(jar, arguments));
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains(jar.toString());
        }
    }

    private static ProcessBuilder java(Path jar, List<String> arguments, String... options) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private static List<String> commandLine(Processes phone82) throws IOException {
        return List.of(Files.readString(Path.of("/proc/" + phone82.pid(COORDINATOR) + "/cmdline")).split("\0"));
    }
}
