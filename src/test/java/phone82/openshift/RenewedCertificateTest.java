package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The readiness probe of PostgreSQL, which makes it read a renewed certificate, with no programs but those that every image has. */
class RenewedCertificateTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void image() throws IOException {
        for (String program : List.of("cat", "cp")) {
            Files.createSymbolicLink(folder.resolve(program), Path.of("/bin", program));
        }
        program("pg_ctl", "echo \"$1\" >> '" + folder.resolve("calls") + "'");
        program("check-container", "exit 3");
        Files.writeString(folder.resolve("renewed.crt"), "first\n");
    }

    @Test
    void theServerReadsEachCertificateOnce() throws Exception {
        probe();
        probe();
        assertThat(Files.readAllLines(folder.resolve("calls"))).containsExactly("reload");

        Files.writeString(folder.resolve("renewed.crt"), "second\n");
        probe();
        probe();
        assertThat(Files.readAllLines(folder.resolve("calls"))).containsExactly("reload", "reload");
    }

    /** Its result is that of the image's own check. */
    private void probe() throws IOException, InterruptedException {
        JsonNode command = Project.PROD.manifests(Path.of("")).find("StatefulSet", "postgresql").orElseThrow()
                .at("/spec/template/spec/containers/0/readinessProbe/exec/command");
        ProcessBuilder probe = new ProcessBuilder("/bin/sh", command.path(1).asText(), command.path(2).asText().replace("/tmp/tls.crt", folder + "/known.crt")
                .replace("/etc/tls/tls.crt", folder + "/renewed.crt").replace("/usr/libexec/", folder + "/"))
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
        probe.environment().put("PATH", folder.toString());
        assertThat(probe.start().waitFor()).as(Files.readString(folder.resolve("log"))).isEqualTo(3);
    }

    private void program(String name, String script) throws IOException {
        assertThat(Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n").toFile().setExecutable(true)).isTrue();
    }
}
