package phone82.drill;

import phone82.Context;
import phone82.command.Reconcile;
import phone82.command.Report;
import phone82.drill.Network.Machine;
import phone82.journey.Databases;
import phone82.journey.Insiders;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * phone82 as an operator runs it: {@code java -jar phone82.jar ...} in any number of processes, with one set of ports and data. They start from
 * the prepared jar.
 */
public final class Processes implements AutoCloseable {

    static final Path JAR = Path.of(System.getProperty("phone82.jar"));
    private static final Path BUILD = JAR.getParent();
    static final Path EXTRACTED = BUILD.resolve("phone82.prepared");
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path folder;
    /** Twins share an id. */
    private Path identity;
    private final Databases databases;
    private final List<String> jvmOptions = new ArrayList<>(Stream.concat(Stream.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=128m"), Runtime.version().feature() < 24 ? Stream.empty() : Stream.of("--sun-misc-unsafe-memory-access=allow")).toList());
    private final String archive = "-XX:SharedArchiveFile=" + EXTRACTED.resolve(System.getProperty("java.vm.version") + ".jsa");
    private final List<String> options = new ArrayList<>();
    private final Map<Context, Integer> ports = new EnumMap<>(Context.class);
    private final Map<Context, Integer> operationsPorts = new EnumMap<>(Context.class);
    private final Map<String, Process> processes = Collections.synchronizedMap(new LinkedHashMap<>());
    private BiFunction<String, List<String>, ProcessBuilder> launcher = this::java;
    private final Map<String, Machine> machines = new HashMap<>();
    private int runs;
    private int offset;

    public Processes(String name, String... options) throws IOException, InterruptedException {
        this(name, data -> Databases.asked(data, EnumSet.allOf(Context.class)), options);
    }

    /** @param databases creates them in a folder */
    public Processes(String name, Function<Path, Databases> databases, String... options) throws IOException, InterruptedException {
        this(folder(name), databases);
        prepare();
        set(options);
    }

    private Processes(Path folder, Function<Path, Databases> databases) throws IOException {
        this.folder = folder;
        this.identity = folder;
        this.databases = databases.apply(folder);
        options.addAll(this.databases.options());
        Phone82Extension.freePorts(ports);
        Phone82Extension.freePorts(operationsPorts);
    }

    private static Path folder(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(BUILD.resolve("data")), name);
    }

    /** Second instances of the same contexts, on ports of their own, with the same broker, coordinator and databases. */
    Processes twin() throws IOException {
        Processes twin = new Processes(Files.createTempDirectory(folder, "twin"), folder -> Databases.embedded());
        twin.jvmOptions.addAll(jvmOptions);
        twin.options.addAll(options);
        twin.identity = identity;
        for (Context shared : List.of(Context.BROKER, Context.COORDINATOR, Context.PROVIDER)) {
            twin.ports.put(shared, ports.get(shared));
        }
        return twin;
    }

    /** Gives an instance that it shares with its twin a port of its own. */
    void separate(Context context) {
        ports.put(context, Phone82Extension.freePort());
    }

    /** Another shop on this machine: the same settings except for the folder and the offset of all ports. */
    Processes copy() throws IOException {
        Processes copy = new Processes(Files.createTempDirectory(folder, "copy"), folder -> Databases.embedded());
        copy.jvmOptions.addAll(jvmOptions);
        copy.options.addAll(options);
        copy.ports.putAll(ports);
        do {
            copy.offset += 97;
        } while (Stream.of(Context.values()).anyMatch(context -> !Phone82Extension.isFree(copy.port(context))));
        copy.set("--phone82.port-offset=" + copy.offset);
        return copy;
    }

    /** Starts further processes with these JVM options instead of those that optimise short runs. */
    public void jvm(List<String> options) {
        jvmOptions.clear();
        jvmOptions.addAll(options);
    }

    /** Starts further processes with commands that {@code launcher} makes of the contexts and all arguments. */
    void launchWith(BiFunction<String, List<String>, ProcessBuilder> launcher) {
        this.launcher = launcher;
    }

    /** Starts the process of these contexts on a machine of its own, and binds it to the address of that machine. */
    void place(String contexts, Machine machine) {
        machines.put(contexts, machine);
    }

    /** Where the process of these contexts runs. */
    Machine machine(String contexts) {
        return machines.getOrDefault(contexts, Network.HERE);
    }

    /** Sets properties of further processes. */
    public void set(String... options) {
        for (String option : options) {
            String name = option.substring(0, option.indexOf('=') + 1);
            this.options.removeIf(other -> other.startsWith(name));
            this.options.add(option);
        }
    }

    /** The value of a property. */
    String get(String property) {
        String name = "--" + property + "=";
        return options.stream().filter(option -> option.startsWith(name)).findFirst().orElseThrow().substring(name.length());
    }

    /** The build has prepared the jar, unless that was left out. Several JVMs may run drills concurrently: one of them prepares. */
    private static void prepare() throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(BUILD.resolve("prepare.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
             FileLock ignored = channel.lock()) {
            Path complete = EXTRACTED.resolve("prepared-from");
            if (!Files.exists(complete) || Files.getLastModifiedTime(complete).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
                Path log = BUILD.resolve("prepare.txt");
                assertThat(run(new ProcessBuilder(JAVA, "-jar", JAR.toString(), "prepare"), log).waitFor()).as(() -> read(log)).isZero();
            }
        }
    }

    /** Starts processes at once, each for the contexts in its name ("" for all), and waits for their banners. */
    public void start(String... named) throws IOException {
        launchAll(named).forEach(this::awaitBanner);
    }

    /** Starts the same processes here and in the twin at once. */
    void startWith(Processes twin, String... named) throws IOException {
        Map<String, Path> logs = launchAll(named);
        twin.start(named);
        logs.forEach(this::awaitBanner);
    }

    private Map<String, Path> launchAll(String... named) throws IOException {
        Map<String, Path> logs = new LinkedHashMap<>();
        for (String contexts : named) {
            logs.put(contexts, launch(contexts));
        }
        return logs;
    }

    private void awaitBanner(String contexts, Path log) {
        Process process = processes.get(contexts);
        await().atMost(Duration.ofMinutes(4)).pollInterval(Duration.ofMillis(100))
                .failFast(() -> assertThat(process.isAlive()).as(() -> read(log)).isTrue())
                .until(() -> read(log), text -> text.contains("phone82 is up"));
    }

    /** Starts a process that ends by itself, and returns its output. */
    String run(int expectedExit, String arguments) throws IOException, InterruptedException {
        Path log = nextLog();
        Process process = begin(arguments, log);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
        assertThat(process.exitValue()).as(() -> read(log)).isEqualTo(expectedExit);
        return read(log);
    }

    /** Starts a process without waiting for it; returns its log file. */
    Path launch(String contexts) throws IOException {
        Path log = nextLog();
        processes.put(contexts, begin(contexts, log));
        return log;
    }

    private Path nextLog() {
        return folder.resolve("log-" + ++runs + ".txt");
    }

    private Process begin(String contexts, Path log) throws IOException {
        List<String> arguments = new ArrayList<>(contexts.isEmpty() ? List.of() : List.of(contexts.split(" ")));
        arguments.addAll(properties());
        if (options.stream().noneMatch(option -> option.startsWith("--management.server.port="))) {
            arguments.add("--management.server.port=" + operationsPorts.entrySet().stream()
                    .filter(each -> each.getKey().id().equals(contexts)).map(Map.Entry::getValue).findFirst().orElse(0));
        }
        if (machines.containsKey(contexts)) {
            arguments.add("--phone82.bind=" + machine(contexts).address());
        }
        return run(machine(contexts).on(launcher.apply(contexts, arguments)), log);
    }

    private ProcessBuilder java(String contexts, List<String> arguments) {
        return java(Stream.concat(jvmOptions.stream(), Stream.of(archive)).toList(), arguments);
    }

    static ProcessBuilder java(List<String> jvmOptions, List<String> arguments) {
        return java(jvmOptions, EXTRACTED.resolve("phone82.jar"), arguments);
    }

    static ProcessBuilder java(List<String> jvmOptions, Path jar, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private List<String> properties() {
        List<String> properties = new ArrayList<>();
        ports.forEach((context, port) -> properties.add("--phone82." + context.id() + ".port=" + port));
        properties.add("--phone82.data=" + folder);
        properties.add("--phone82.identity.folder=" + identity.resolve("identity"));
        properties.addAll(options);
        return properties;
    }

    private static Process run(ProcessBuilder process, Path log) throws IOException {
        return process.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** Sends SIGTERM, as Ctrl-C does, and waits for the end. */
    void stop(String contexts) throws InterruptedException {
        end(contexts, processes.get(contexts).toHandle().destroy());
    }

    /** {@code kill -9}. */
    void kill(String contexts) throws InterruptedException {
        end(contexts, processes.get(contexts).toHandle().destroyForcibly());
    }

    /** Sends SIGTERM to all of these at once; returns their exit codes. */
    Map<String, Integer> terminate(Duration within, String... named) throws InterruptedException {
        Map<String, Integer> codes = new LinkedHashMap<>();
        for (String contexts : named) {
            processes.get(contexts).toHandle().destroy();
        }
        long deadline = System.nanoTime() + within.toNanos();
        for (String contexts : named) {
            Process process = processes.remove(contexts);
            assertThat(process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)).as("%s ends in time", contexts).isTrue();
            codes.put(contexts, process.exitValue());
        }
        return codes;
    }

    private void end(String contexts, boolean requested) throws InterruptedException {
        assertThat(requested).isTrue();
        assertThat(processes.remove(contexts).waitFor(40, TimeUnit.SECONDS)).as("%s ends", contexts).isTrue();
    }

    /** Compares all contexts, and waits up to 10 s for orders under way. */
    public Report reconcile() {
        return Reconcile.run(line -> { }, properties().toArray(String[]::new));
    }

    /** {@code kill -9} of the database servers, which are restarted at once. */
    void crashDatabases() throws IOException, InterruptedException {
        databases.crash();
    }

    /** Makes PostgreSQL refuse all writes, or accept them again. */
    void refuseWrites(boolean refuse) throws SQLException {
        databases.refuseWrites(refuse);
    }

    public Shop gateway() {
        return shop(Context.GATEWAY);
    }

    public Shop shop(Context context) {
        return new Shop(url(context), context, new Insiders(identity));
    }

    String url(Context context) {
        return scheme() + port(context);
    }

    private String scheme() {
        return options.stream().anyMatch(option -> option.startsWith("--phone82.tls.certificate=")) ? "https://localhost:" : "http://localhost:";
    }

    public int port(Context context) {
        return ports.get(context) + offset;
    }

    /** The operator's port of the process that runs only this context. */
    int operationsPort(Context context) {
        return operationsPorts.get(context);
    }

    /** A client of that port. */
    public Shop operations(Context context) {
        return new Shop(scheme() + operationsPort(context));
    }

    long pid(String contexts) {
        return processes.get(contexts).pid();
    }

    /** The running processes by the contexts that they run. */
    public Map<String, ProcessHandle> handles() {
        Map<String, ProcessHandle> handles = new LinkedHashMap<>();
        processes.forEach((contexts, process) -> handles.put(contexts, process.toHandle()));
        return handles;
    }

    Databases databases() {
        return databases;
    }

    /** The data folder of a context. */
    public Path data(String context) {
        return folder.resolve(context);
    }

    /** The output of the process that was started last. */
    String log() {
        return log(runs);
    }

    /** @param run 1 is the first process that was started */
    String log(int run) {
        return read(folder.resolve("log-" + run + ".txt"));
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
        databases.close();
    }
}
