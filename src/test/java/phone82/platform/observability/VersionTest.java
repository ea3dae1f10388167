package phone82.platform.observability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import phone82.Tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class VersionTest {

    private static final String SCRIPT = Path.of("src/build/version").toAbsolutePath().toString();

    @TempDir
    private Path folder;

    @Test
    void theBuildHasAVersion() {
        assertThat(Version.text()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?(\\+[0-9a-f]{12}(-dirty)?)?");
    }

    @Test
    void sourcesInARepositoryHaveACommit() throws Exception {
        git("init", "--quiet", ".");
        Files.writeString(folder.resolve("file"), "1");
        git("add", "file");
        git("-c", "user.name=n", "-c", "user.email=n@localhost", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "First");
        String commit = git("rev-parse", "--short=12", "HEAD");

        assertThat(version(System.getenv("PATH"))).isEqualTo("1.0.0+" + commit);
        assertThat(version(folder.toString())).as("without git").isEqualTo("1.0.0+" + commit);
        git("checkout", "--quiet", "--detach");
        assertThat(version(folder.toString())).as("without git, as a pipeline checks out").isEqualTo("1.0.0+" + commit);

        Files.writeString(folder.resolve("file"), "2");
        assertThat(version(System.getenv("PATH"))).isEqualTo("1.0.0+" + commit + "-dirty");
    }

    @Test
    void sourcesOfAnArchiveHaveNone() throws Exception {
        assertThat(version(System.getenv("PATH"))).isEqualTo("1.0.0");
        git("init", "--quiet", ".");
        folder = Files.createDirectory(folder.resolve("unpacked"));
        assertThat(version(System.getenv("PATH"))).as("within another repository").isEqualTo("1.0.0");
    }

    private String version(String path) throws IOException, InterruptedException {
        ProcessBuilder script = new ProcessBuilder("/bin/sh", SCRIPT, "1.0.0");
        script.environment().put("PATH", path);
        return output(script);
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        Tools.need(Stream.of(System.getenv("PATH").split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, "git"))), "no git; apt-get install git");
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return output(new ProcessBuilder(command));
    }

    private String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
