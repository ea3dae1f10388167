package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The packed jar continues as the prepared program, in the same process. */
class PreparedIT {

    private static final String COORDINATOR = "coordinator";

    @Test
    void aPackedJarContinuesFromItsPreparedFolder() throws Exception {
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> Processes.java(List.of("-Xmx200m"), Processes.JAR, arguments));
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains("-XX:Tier3DelayOn=0", "-XX:+UseSerialGC", "-Xmx200m",
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
                ProcessBuilder process = Processes.java(List.of("-XX:+UseParallelGC", "-XX:Tier2InvokeNotifyFreqLog=11"), Processes.JAR, arguments);
                process.environment().put("JDK_JAVA_OPTIONS", "-XX:Tier3DelayOn=5");
                return process;
            });
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains(Processes.EXTRACTED.resolve("phone82.jar").toString(), "-XX:+UseParallelGC", "-XX:Tier2InvokeNotifyFreqLog=11")
                    .doesNotContain("-XX:+UseSerialGC", "-XX:Tier2InvokeNotifyFreqLog=15", "-XX:Tier3DelayOn=0");
        }
    }

    @Test
    void theOptionsOfAFileWin(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("options"), "-XX:+UseParallelGC");
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> Processes.java(List.of("@" + file), Processes.JAR, arguments));
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains("@" + file, "-XX:Tier3DelayOn=0", Processes.EXTRACTED.resolve("phone82.jar").toString())
                    .doesNotContain("-XX:+UseSerialGC");
        }
    }

    @Test
    void anArgumentIsNoOptionOfTheJvm() throws Exception {
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> Processes.java(List.of(), Processes.JAR, arguments));
            assertThat(phone82.run(2, "token -jar")).startsWith("phone82: token takes one of");
        }
    }

    @Test
    @Tag("long")
    void thePreparationUsesNoSettingOfTheEnvironment(@TempDir Path folder) throws Exception {
        Path jar = Files.copy(Processes.JAR, folder.resolve("phone82.jar"));
        ProcessBuilder prepare = Processes.java(List.of(), jar, List.of("prepare")).redirectErrorStream(true);
        prepare.environment().put("PHONE82_BROKER_URL", "tcp://localhost:1");
        prepare.environment().put("PHONE82_APP_DATABASE_URL", "jdbc:postgresql://localhost:1/shop");
        Process process = prepare.start();

        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(folder.resolve("phone82.prepared/prepared-from")).exists();
    }

    @Test
    void aFolderOfAnotherBuildIsNotUsed(@TempDir Path folder) throws Exception {
        Path jar = Files.copy(Processes.JAR, folder.resolve("phone82.jar"));
        Path prepared = Files.createDirectory(folder.resolve("phone82.prepared"));
        Files.copy(Processes.EXTRACTED.resolve("prepared-from"), prepared.resolve("prepared-from"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Processes phone82 = new Processes("prepared")) {
            phone82.launchWith((contexts, arguments) -> Processes.java(List.of(), jar, arguments));
            phone82.start(COORDINATOR);

            assertThat(commandLine(phone82)).contains(jar.toString());
        }
    }

    private static List<String> commandLine(Processes phone82) throws IOException {
        return List.of(Files.readString(Path.of("/proc/" + phone82.pid(COORDINATOR) + "/cmdline")).split("\0"));
    }
}
