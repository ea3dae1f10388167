package phone82.journey;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.Phone82;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * phone82 in this JVM for one test class, or {@link #shared(String...) shared} by those that run one after the other: real broker, real databases, real
 * HTTP, on free ports and in a new data folder.
 */
public final class Phone82Extension implements BeforeAllCallback, AfterAllCallback {

    private static final Duration FIRST_LOOK = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 20_000;
    /** Tests run in several JVMs concurrently. */
    private static final AtomicInteger PORT = new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    /** By their contexts and options. */
    private static final Map<List<Object>, Phone82Extension> SHARED = new HashMap<>();
    /** The one that runs; null for none. */
    private static Phone82Extension running;

    /** Whether a test class of this JVM has started phone82. */
    private static final AtomicBoolean WARM = new AtomicBoolean();

    static {
        // most results that tests wait for are there within milliseconds; where one takes longer, many requests for it would delay all tests
        Awaitility.setDefaultPollDelay(FIRST_LOOK);
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(last -> Collections.min(List.of(last.multipliedBy(3).dividedBy(2), LONGEST_PAUSE)),
                FIRST_LOOK));
        // but not while three systems start on two cores
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        // Surefire starts JUnit for each class anew, so that JUnit does not know the end of the last one
        Runtime.getRuntime().addShutdownHook(new Thread(Phone82Extension::stopShared, "stop of the shared phone82"));
    }

    /** The password of the operator's port. */
    public static final String OPERATOR_PASSWORD = "secret of the tests";

    private final Set<Context> contexts;
    private final List<String> options;
    private final Map<Context, Integer> ports = new EnumMap<>(Context.class);
    private boolean isShared;
    private boolean ownSecrets;
    private Function<Path, Databases> makeDatabases;
    private Databases databases;
    private String[] arguments;
    private Insiders insiders;
    private Phone82 phone82;

    private Phone82Extension(Set<Context> contexts, List<String> options) {
        this.contexts = EnumSet.copyOf(contexts);
        if (contexts.contains(Context.PAY)) {
            this.contexts.add(Context.PROVIDER);
        }
        this.options = options;
        makeDatabases = data -> Databases.asked(data, this.contexts);
    }

    public static Phone82Extension all(String... options) {
        return new Phone82Extension(EnumSet.allOf(Context.class), List.of(options));
    }

    /**
     * All contexts, started once for the test classes of this JVM that run one after the other with the same options: a start takes longer than many
     * of them. What others left behind must not matter to such a class, nor what it leaves behind to others:
     * <ul>
     * <li>It asserts what belongs to its own orders, or compares with what was there before. No list is empty, no metric is zero.</li>
     * <li>It stops no context, and starts again each route that it has stopped.</li>
     * <li>It waits for the end of what it has begun, as a cancellation, or lets nobody see it.</li>
     * </ul>
     */
    public static Phone82Extension shared(String... options) {
        return shared(EnumSet.allOf(Context.class), options);
    }

    /** The same with some contexts only. */
    static Phone82Extension shared(Set<Context> contexts, String... options) {
        return SHARED.computeIfAbsent(List.of(EnumSet.copyOf(contexts), List.of(options)), first -> {
            Phone82Extension shared = only(contexts, options);
            shared.isShared = true;
            return shared;
        });
    }

    /** All contexts with generated passwords, as on a laptop. */
    static Phone82Extension withSecretsOfItsOwn(String... options) {
        Phone82Extension phone82 = all(options);
        phone82.ownSecrets = true;
        return phone82;
    }

    /** Uses other databases than the build configures. */
    public Phone82Extension with(Function<Path, Databases> databases) {
        assertOwn();
        makeDatabases = databases;
        return this;
    }

    /** Some contexts only; the test plays the others. */
    public static Phone82Extension only(Set<Context> contexts, String... options) {
        return new Phone82Extension(contexts, List.of(options));
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        start(test.getRequiredTestClass().getSimpleName());
    }

    /** Starts it for a part of a test only. */
    public void start(String test) throws IOException {
        if (this == running) {
            return;
        }
        // MBeans of two systems have the same names
        stopShared();
        Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target", "data")), test);
        databases = makeDatabases.apply(data);
        List<String> arguments = new ArrayList<>(databases.options());
        arguments.addAll(options);
        arguments.add("--phone82.data=" + data);
        insiders = new Insiders(data);
        freePorts(ports);
        ports.forEach((context, port) -> arguments.add("--phone82." + context.id() + ".port=" + port));
        if (!ownSecrets) {
            for (String user : List.of("app", "pay", "store", "customer", "operator")) {
                addUnlessSet(arguments, "--phone82." + user + ".broker-password=demo-" + user);
            }
        }
        // without its peers a context would wait for their part of the rehearsal
        arguments.add("--phone82.warm-up=" + (contexts.size() < Context.values().length ? 0 : WARM.getAndSet(true) ? 3 : 30));
        // most tests do not test the duration of payments on a busy machine
        addUnlessSet(arguments, "--phone82.app.payment.response-timeout=4000");
        addUnlessSet(arguments, "--phone82.pay.provider-authorisation-limit=3s");
        // tests that refuse many requests would change what others find in Retry-After
        addUnlessSet(arguments, "--phone82.http.retries-per-second=100000");
        addUnlessSet(arguments, "--phone82.pay.provider-connect-limit=3s");
        // the host name in the requests of tests that write them themselves
        ports.keySet().stream().filter(context -> context != Context.BROKER).forEach(context -> addUnlessSet(arguments, "--phone82." + context.id() + ".hosts=shop"));
        arguments.add("--management.server.port=0");
        addUnlessSet(arguments, "--phone82.operations.password=" + OPERATOR_PASSWORD);
        this.arguments = arguments.toArray(String[]::new);
        phone82 = Phone82.start(contexts, this.arguments);
        if (isShared) {
            running = this;
        }
    }

    private static void stopShared() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    private static void addUnlessSet(List<String> arguments, String option) {
        String name = option.substring(0, option.indexOf('=') + 1);
        if (arguments.stream().noneMatch(argument -> argument.startsWith(name))) {
            arguments.add(option);
        }
    }

    @Override
    public void afterAll(ExtensionContext test) {
        try {
            assertDeclaredAnswers();
        } finally {
            if (!isShared) {
                stop();
            }
        }
    }

    private void assertDeclaredAnswers() {
        if (phone82 != null) {
            contexts.stream().filter(context -> phone82.application(context).isActive())
                    .forEach(context -> DeclaredAnswers.assertStatuses(context, bean(context, MeterRegistry.class)));
        }
    }

    public void stop() {
        assertOwn();
        close();
    }

    private void assertOwn() {
        if (isShared) {
            throw new IllegalStateException("Other test classes share this phone82.");
        }
    }

    private void close() {
        if (phone82 != null) {
            phone82.close();
            databases.close();
            // the test class, and with it this object, stays until the end of the JVM
            phone82 = null;
            databases = null;
        }
    }

    public Shop gateway() {
        return shop(Context.GATEWAY);
    }

    /** The port of a context, with the tokens of permitted callers. */
    public Shop shop(Context context) {
        return new Shop(url(context), context, insiders);
    }

    /** The port of a context, without any token. */
    public Shop stranger(Context context) {
        return new Shop(url(context));
    }

    /** The callers that send each other tokens. */
    public Insiders insiders() {
        return insiders;
    }

    private String url(Context context) {
        return "http://localhost:" + ports.get(context);
    }

    public Provider provider() {
        return new Provider(shop(Context.PROVIDER));
    }

    /** The operator's port. */
    public Shop operations() {
        return new Shop(phone82.operations().toString());
    }

    /** A command of the launcher. */
    public interface Command {

        int main(PrintStream out, PrintStream err, String... arguments);
    }

    /** The exit code of a command, and all that it has printed. */
    public record Outcome(int exitCode, String output) {
    }

    /** Runs a command with the properties that phone82 was started with. */
    public Outcome run(Command command, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true);
        int exitCode = command.main(both, both, Stream.concat(Stream.of(words), Stream.of(arguments)).toArray(String[]::new));
        return new Outcome(exitCode, out.toString());
    }

    /** Runs a command, which must succeed. */
    void succeed(Command command, String... words) {
        Outcome outcome = run(command, words);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    /** The properties that it was started with. */
    public String[] arguments() {
        return arguments.clone();
    }

    public int port(Context context) {
        return ports.get(context);
    }

    public Topics topics() {
        return new Topics("tcp://localhost:" + ports.get(Context.BROKER));
    }

    public <T> T bean(Context context, Class<T> type) {
        return phone82.application(context).getBean(type);
    }

    JdbcTemplate jdbc(Context context) {
        return bean(context, JdbcTemplate.class);
    }

    /** The number of events that a context has sent. */
    double eventsSent(Context context) {
        return bean(context, MeterRegistry.class).find("phone82.events.sent").counters().stream().mapToDouble(Counter::count).sum();
    }

    /** Stops one context until the end of the test class. */
    void stop(Context context) {
        assertOwn();
        phone82.application(context).close();
    }

    /** Gives each context an unused port. */
    public static void freePorts(Map<Context, Integer> ports) {
        for (Context context : Context.values()) {
            ports.put(context, freePort());
        }
    }

    /** An unused port below the system's ephemeral range, so that no other program gets it before it is used. */
    public static int freePort() {
        while (true) {
            int port = FIRST_PORT + Math.floorMod(PORT.getAndIncrement(), PORTS);
            if (isFree(port)) {
                return port;
            }
        }
    }

    public static boolean isFree(int port) {
        try (ServerSocket ignored = new ServerSocket(port)) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
