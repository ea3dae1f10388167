package phone82.drill;

import phone82.drill.Network.Machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

/** A standalone Artemis installation, configured by the same files as the embedded broker. */
public final class Artemis implements AutoCloseable {

    private static final Path DISTRIBUTION = Path.of(System.getProperty("artemis"));
    private static final List<String> FILES = List.of("broker.xml", "artemis-users.properties", "artemis-roles.properties");

    private static final int CONNECT_MILLIS = 500;

    private final Path instance;
    private final Machine machine;
    private final int port;
    private Process process;

    /**
     * Installs it as {@code src/docs/operating.md} describes, except for the port.
     *
     * @param properties lines that change {@code broker.xml}
     */
    public Artemis(Path instance, int port, String... properties) throws IOException, InterruptedException {
        this(instance, Network.HERE, port, properties);
    }

    /** @param machine where it runs */
    Artemis(Path instance, Machine machine, int port, String... properties) throws IOException, InterruptedException {
        this.instance = instance;
        this.machine = machine;
        this.port = port;
        Process create = new ProcessBuilder(DISTRIBUTION.resolve("bin/artemis").toString(), "create",
                "--silent", "--require-login", "--user", "operator", "--password", "demo-operator", "--role", "operator", "--no-web",
                "--no-autotune", instance.toString())
                .redirectErrorStream(true).redirectOutput(instance.resolveSibling("artemis-create.txt").toFile()).start();
        assertThat(create.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(create.exitValue()).isZero();
        for (String file : FILES) {
            Files.copy(Path.of("artemis", file), instance.resolve("etc").resolve(file), REPLACE_EXISTING);
        }
        configure("broker.properties", "acceptorConfigurations.artemis.params.host=" + machine.address() + "\n"
                + "acceptorConfigurations.artemis.params.port=" + port + "\n" + String.join("\n", properties));
    }

    /** Writes a file of its configuration. */
    void configure(String file, String text) throws IOException {
        Files.writeString(instance.resolve("etc").resolve(file), text);
    }

    /** The lines that make two brokers share a folder: whichever holds its lock is active, the other one waits for the lock. */
    static String[] sharing(Path data) {
        return Stream.concat(Stream.of("HAPolicyConfiguration=SHARED_STORE_PRIMARY"),
                Stream.of("journal", "bindings", "paging", "largeMessages").map(each -> each + "Directory=" + data.resolve(each).toAbsolutePath()))
                .toArray(String[]::new);
    }

    /** @param options appended to those of the JVM */
    public ProcessHandle start(String options) throws IOException {
        ProcessBuilder run = machine.on(new ProcessBuilder(new ArrayList<>(List.of(instance.resolve("bin/artemis").toString(), "run"))))
                .redirectErrorStream(true).redirectOutput(instance.resolve("log/run.txt").toFile());
        run.environment().put("JAVA_ARGS_APPEND", options);
        process = run.start();
        return process.toHandle();
    }

    Machine machine() {
        return machine;
    }

    /** The URL of its acceptor. */
    String url() {
        return "tcp://" + machine.address() + ":" + port;
    }

    /** Whether it accepts connections; a broker that waits for the lock does not. */
    boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(machine.address(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException refusedOrCutOff) {
            return false;
        }
    }

    /** Stops the process in the middle of what it does, without ending it. */
    void freeze() throws IOException, InterruptedException {
        PostgreSqlCluster.signal("-STOP", List.of(process.toHandle()));
    }

    void thaw() throws IOException, InterruptedException {
        PostgreSqlCluster.signal("-CONT", List.of(process.toHandle()));
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
