package phone82.platform.tls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class PemFilesTest {

    @TempDir
    private Path folder;

    @Test
    void aFaultIsLoggedOnceHoweverManyConnectionsAreMade(CapturedOutput log) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.crt"), "first");
        PemFiles<String> files = new PemFiles<>("phone82.tls.authorities", List.of(file.toString()), texts -> {
            if (texts.get(0).equals("wrong")) {
                throw new IOException("no certificate");
            }
            return texts.get(0);
        });

        Files.delete(file);
        connect(files, "first");
        Files.writeString(file, "first");
        connect(files, "first");
        Files.writeString(file, "wrong");
        connect(files, "first");
        Files.writeString(file, "second");
        connect(files, "second");

        assertThat(log.getOut().lines().map(line -> line.replaceFirst(".*PemFiles", ""))).satisfiesExactly(
                line -> assertThat(line).contains("phone82.tls.authorities cannot be used (" + file, "the former content stays in use"),
                line -> assertThat(line).endsWith("phone82.tls.authorities can be read again"),
                line -> assertThat(line).contains("phone82.tls.authorities cannot be used (no certificate)", "the former content stays in use"),
                line -> assertThat(line).endsWith("phone82.tls.authorities is renewed"));
    }

    private static void connect(PemFiles<String> files, String expected) {
        for (int i = 0; i < 3; i++) {
            assertThat(files.get()).isEqualTo(expected);
        }
    }
}
