package phone82.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.drill.Artemis;
import phone82.drill.Image;
import phone82.drill.Processes;
import phone82.journey.Databases;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Resources that each pod needs: {@code mvn verify -Pload -Dit.test=FootprintIT}. Each context runs in its own process with the JVM options
 * and the memory of its pod, broker and databases are servers, and all are probed as in a cluster. Prints the table of
 * {@code src/docs/measurements/footprint.md}, which determines the requests and limits in {@code openshift/base}.
 */
@Tag("load")
class FootprintIT {

    private static final Path BUILD = Path.of(System.getProperty("phone82.jar")).getParent();
    private static final Path BASE = Path.of("openshift", "base");
    private static final YAMLMapper YAML = new YAMLMapper();
    /** In start order. */
    private static final List<Context> CONTEXTS = List.of(Context.COORDINATOR, Context.CUSTOMER, Context.STORE, Context.PAY, Context.APP, Context.GATEWAY);
    private static final int IDLE_SECONDS = 20;
    private static final int WARM_UP_SECONDS = 60;
    private static final int LOAD_SECONDS = 60;
    private static final int RATE = 20;

    private final Map<String, ProcessHandle> processes = new LinkedHashMap<>();
    private final Map<String, Start> starts = new LinkedHashMap<>();

    /** Seconds, and CPU seconds, until it is ready. */
    private record Start(double seconds, double cpuSeconds) {
    }

    /**
     * The state of a process at one moment; memory in MiB.
     *
     * @param peak the maximum since its start
     */
    private record Moment(double cpuSeconds, long resident, long peak) {

        static Moment of(ProcessHandle process) {
            return new Moment(cpuSecondsOf(process), StreamsIT.status(process.pid(), "VmRSS") / 1024, StreamsIT.status(process.pid(), "VmHWM") / 1024);
        }
    }

    @Test
    void eachPodFitsIntoItsMemory() throws Exception {
        Machine machine = Machine.now();
        try (Processes phone82 = new Processes("footprint", Databases::onServers, "--phone82.store.dispatch-delay=0s");
             Artemis broker = new Artemis(phone82.data("artemis"), phone82.port(Context.BROKER))) {
            processes.put("store-db", ProcessHandle.current().children()
                    .filter(child -> child.info().commandLine().orElse("").contains("DatabaseServer")).findFirst().orElseThrow());
            start("artemis", () -> {
                processes.put("artemis", broker.start(container("artemis/statefulset").at("/env/1/value").asText()));
                await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> connects(phone82.port(Context.BROKER)));
            });
            phone82.start("provider");
            for (Context context : CONTEXTS) {
                phone82.jvm(options(context));
                start(context.id(), () -> {
                    phone82.start(context.id());
                    phone82.operations(context).get("/actuator/health/readiness").expect(200);
                    processes.put(context.id(), phone82.handles().get(context.id()));
                });
            }

            ScheduledExecutorService cluster = Executors.newSingleThreadScheduledExecutor();
            cluster.scheduleAtFixedRate(() -> probe(phone82), 0, 5, TimeUnit.SECONDS);
            Map<String, Moment> started = now();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            Map<String, Moment> idle = now();
            Plan plan = new Plan(Scenario.PACED, LOAD_SECONDS, 0, RATE, 20, null, "http://127.0.0.1:" + phone82.port(Context.GATEWAY), null);
            Customers.run(plan.during(WARM_UP_SECONDS), BUILD.resolve("gatling/footprint-warm-up"), false);
            Map<String, Moment> warm = now();
            Results results = Customers.run(plan, BUILD.resolve("gatling/footprint"), false);
            Map<String, Moment> loaded = now();
            cluster.shutdownNow();

            StringBuilder table = new StringBuilder("""
                    | pod | ready after, s | CPU of the start, s | memory idle, MiB | CPU idle, m | memory in use, MiB | CPU in use, m | peak of memory, MiB | of it heap, MiB |
                    |---|---|---|---|---|---|---|---|---|
                    """);
            processes.keySet().stream().sorted().forEach(name -> table.append(row(phone82, name, starts.get(name), started.get(name), idle.get(name),
                    warm.get(name), loaded.get(name), results.seconds())));
            System.out.printf("%n%s%n%s, %d cores, %d MB, %s, load before %.1f, commit %s; %d orders of %d accepted, median %d ms%n", table, LocalDate.now(),
                    machine.cores(), machine.megabytes(), machine.java(), machine.loadBefore(), machine.commit(), results.accepted().size(), results.orders().size(),
                    results.answered().median());
            assertThat(results.availability()).isEqualTo(100);
            for (Context context : CONTEXTS) {
                assertThat(loaded.get(context.id()).peak - heap(phone82, context) + mostHeap(phone82, context)).as("%s with a full heap", context.id()).isLessThan(memory(context));
            }
        }
    }

    private interface Starting {
        void run() throws Exception;
    }

    private void start(String name, Starting starting) throws Exception {
        long begun = System.nanoTime();
        starting.run();
        starts.put(name, new Start((System.nanoTime() - begun) / 1e9, cpuSecondsOf(processes.get(name))));
    }

    private static JsonNode container(String workload) throws IOException {
        return YAML.readTree(BASE.resolve(workload + ".yaml").toFile()).at("/spec/template/spec/containers/0");
    }

    /** The memory limit of its pod, in MiB. */
    private static long memory(Context context) throws IOException {
        return Image.limit(context.id()) >> 20;
    }

    /** The JVM options of the pods. The processes add the class archive; an option replaces the memory limit that a pod's control group sets. */
    private static List<String> options(Context context) throws IOException {
        String variable = "JAVA_TOOL_OPTIONS=";
        String options = Files.readAllLines(BASE.resolve("phone82.env")).stream().filter(line -> line.startsWith(variable)).findFirst().orElseThrow();
        return Stream.concat(Stream.of(options.substring(variable.length()).split(" ")).filter(option -> !option.startsWith("-XX:SharedArchiveFile=")),
                Stream.of("-XX:MaxRAM=" + memory(context) + "m")).toList();
    }

    private static boolean connects(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        }
    }

    private static void probe(Processes phone82) {
        for (Context context : CONTEXTS) {
            phone82.operations(context).get("/actuator/health/readiness");
            phone82.operations(context).get("/actuator/health/liveness");
        }
    }

    private static double cpuSecondsOf(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
    }

    private Map<String, Moment> now() {
        Map<String, Moment> moments = new LinkedHashMap<>();
        processes.forEach((name, process) -> moments.put(name, Moment.of(process)));
        return moments;
    }

    private static String row(Processes phone82, String name, Start start, Moment started, Moment idle, Moment warm, Moment loaded, double seconds) {
        return String.format(Locale.ROOT, "| %s | %s | %d | %.0f | %d | %.0f | %d | %s |%n", name,
                start == null ? "| " : String.format(Locale.ROOT, "%.1f | %.1f", start.seconds, start.cpuSeconds),
                idle.resident, 1000 * (idle.cpuSeconds - started.cpuSeconds) / IDLE_SECONDS,
                loaded.resident, 1000 * (loaded.cpuSeconds - warm.cpuSeconds) / seconds, loaded.peak, CONTEXTS.stream()
                        .filter(context -> context.id().equals(name)).findFirst().map(context -> String.valueOf(heap(phone82, context))).orElse(""));
    }

    /** The committed heap of the JVM, in MiB. */
    private static long heap(Processes phone82, Context context) {
        return (long) phone82.operations(context).metric("jvm_memory_committed_bytes{area=\"heap\"") >> 20;
    }

    /** The maximum heap, in MiB. */
    private static long mostHeap(Processes phone82, Context context) {
        return (long) phone82.operations(context).metric("jvm_memory_max_bytes{area=\"heap\"") >> 20;
    }
}
