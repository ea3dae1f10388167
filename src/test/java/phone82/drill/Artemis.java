package phone82.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

/** A standalone Artemis installation, configured by the same files as the embedded broker. */
public final class Artemis implements AutoCloseable {

    private static final Path DISTRIBUTION = Path.of(System.getProperty("artemis"));
    private static final List<String> FILES = List.of("broker.xml", "artemis-users.properties", "artemis-roles.properties");

    private final Path instance;
    private Process process;

    /** Installs it as {@code src/docs/operating.md} describes, except for the port. */
    public Artemis(Path instance, int port) throws IOException, InterruptedException {
        this.instance = instance;
        Process create = new ProcessBuilder(DISTRIBUTION.resolve("bin/artemis").toString(), "create",
                "--silent", "--require-login", "--user", "operator", "--password", "demo-operator", "--role", "operator", "--no-web",
                "--no-autotune", instance.toString())
                .redirectErrorStream(true).redirectOutput(instance.resolveSibling("artemis-create.txt").toFile()).start();
        assertThat(create.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(create.exitValue()).isZero();
        for (String file : FILES) {
            Files.copy(Path.of("artemis", file), instance.resolve("etc").resolve(file), REPLACE_EXISTING);
        }
        Files.writeString(instance.resolve("etc/port.properties"), "acceptorConfigurations.artemis.params.port=" + port);
    }

    /** @param options appended to those of the JVM */
    public ProcessHandle start(String options) throws IOException {
        ProcessBuilder run = new ProcessBuilder(instance.resolve("bin/artemis").toString(), "run",
                "--properties", instance.resolve("etc/port.properties").toString())
                .redirectErrorStream(true).redirectOutput(instance.resolve("log/run.txt").toFile());
        run.environment().put("JAVA_ARGS_APPEND", options);
        process = run.start();
        return process.toHandle();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
