package phone82.drill;

import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** phone82 as an operator runs it: {@code java -jar phone82.jar ...}, as many processes as wanted, on one set of ports and data. */
final class Processes implements AutoCloseable {

    private final Path folder;
    private final List<String> options = new ArrayList<>();
    private final Map<Context, Integer> ports = new EnumMap<>(Context.class);
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private int runs;

    Processes(String name, String... options) throws IOException {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "data")), name);
        Phone82Extension.freePorts(ports);
        ports.forEach((context, port) -> this.options.add("--phone82." + context.id() + ".port=" + port));
        this.options.add("--phone82.broker.url=tcp://localhost:" + ports.get(Context.BROKER));
        this.options.add("--phone82.data=" + folder);
        this.options.addAll(List.of(options));
    }

    /** Starts processes at once, each named by the contexts that it runs ("" for all), and waits for their banners. */
    void start(String... named) throws IOException {
        Map<String, Path> logs = new LinkedHashMap<>();
        for (String contexts : named) {
            logs.put(contexts, launch(contexts));
        }
        logs.forEach(this::awaitBanner);
    }

    private void awaitBanner(String contexts, Path log) {
        Process process = processes.get(contexts);
        await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100))
                .failFast(() -> assertThat(process.isAlive()).as(() -> read(log)).isTrue())
                .until(() -> read(log), text -> text.contains("phone82 is up"));
    }

    /** Starts a process that is expected to end by itself, and returns its exit code and what it printed. */
    String run(int expectedExit, String contexts) throws IOException, InterruptedException {
        Path log = launch(contexts);
        Process process = processes.remove(contexts);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
        assertThat(process.exitValue()).as(() -> read(log)).isEqualTo(expectedExit);
        return read(log);
    }

    private Path launch(String contexts) throws IOException {
        Path log = folder.resolve("log-" + ++runs + ".txt");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", System.getProperty("phone82.jar")));
        if (!contexts.isEmpty()) {
            command.addAll(List.of(contexts.split(" ")));
        }
        command.addAll(options);
        processes.put(contexts, new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start());
        return log;
    }

    /** Ctrl-C, and waits for the end. */
    void stop(String contexts) throws InterruptedException {
        end(contexts, processes.get(contexts).toHandle().destroy());
    }

    /** {@code kill -9}. */
    void kill(String contexts) throws InterruptedException {
        end(contexts, processes.get(contexts).toHandle().destroyForcibly());
    }

    private void end(String contexts, boolean requested) throws InterruptedException {
        assertThat(requested).isTrue();
        assertThat(processes.remove(contexts).waitFor(40, TimeUnit.SECONDS)).as("%s ends", contexts).isTrue();
    }

    Shop gateway() {
        return shop(Context.GATEWAY);
    }

    Shop shop(Context context) {
        return new Shop("http://localhost:" + ports.get(context));
    }

    int port(Context context) {
        return ports.get(context);
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
    }
}
