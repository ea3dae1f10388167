package phone82.journey;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import phone82.Context;
import phone82.Phone82;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** phone82 in this JVM for one test class: real broker, real databases, real HTTP, on free ports and in a new data folder. */
public final class Phone82Extension implements BeforeAllCallback, AfterAllCallback {

    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 20_000;
    /** Tests run in several JVMs at once. */
    private static final AtomicInteger PORT = new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    /** Whether one was up in this JVM. */
    private static final AtomicBoolean WARM = new AtomicBoolean();

    static {
        // most of what tests wait for is there in a moment
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        // but not while three systems start on two cores
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    /** The password of the operator's port. */
    public static final String OPERATOR_PASSWORD = "secret of the tests";

    private final Set<Context> contexts;
    private final List<String> options;
    private final Map<Context, Integer> ports = new EnumMap<>(Context.class);
    private boolean ownSecrets;
    private Function<Path, Databases> makeDatabases = Databases::asked;
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
    }

    public static Phone82Extension all(String... options) {
        return new Phone82Extension(EnumSet.allOf(Context.class), List.of(options));
    }

    /** All of them with the passwords that they make for themselves, as on a laptop; nobody else knows those. */
    static Phone82Extension withSecretsOfItsOwn(String... options) {
        Phone82Extension phone82 = all(options);
        phone82.ownSecrets = true;
        return phone82;
    }

    /** On other databases than the build asks for. */
    public Phone82Extension with(Function<Path, Databases> databases) {
        makeDatabases = databases;
        return this;
    }

    /** Some contexts alone; what the others would do, the test does. */
    public static Phone82Extension only(Set<Context> contexts, String... options) {
        return new Phone82Extension(contexts, List.of(options));
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        start(test.getRequiredTestClass().getSimpleName());
    }

    /** Where it is to run for a part of a test alone. */
    public void start(String test) throws IOException {
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
                unlessSet(arguments, "--phone82." + user + ".broker-password=demo-" + user);
            }
        }
        // alone a context would wait for those that it rehearses with
        arguments.add("--phone82.warm-up=" + (contexts.size() < Context.values().length ? 0 : WARM.getAndSet(true) ? 3 : 30));
        // how long a payment takes on a busy machine is not the question in most tests
        unlessSet(arguments, "--phone82.app.payment.response-timeout=4000");
        unlessSet(arguments, "--phone82.pay.provider-authorisation-limit=3s");
        unlessSet(arguments, "--phone82.pay.provider-connect-limit=3s");
        // what tests call it that write their requests themselves
        ports.keySet().stream().filter(context -> context != Context.BROKER).forEach(context -> unlessSet(arguments, "--phone82." + context.id() + ".hosts=shop"));
        arguments.add("--management.server.port=0");
        unlessSet(arguments, "--phone82.operations.password=" + OPERATOR_PASSWORD);
        this.arguments = arguments.toArray(String[]::new);
        phone82 = Phone82.start(contexts, this.arguments);
    }

    private static void unlessSet(List<String> arguments, String option) {
        String name = option.substring(0, option.indexOf('=') + 1);
        if (arguments.stream().noneMatch(argument -> argument.startsWith(name))) {
            arguments.add(option);
        }
    }

    @Override
    public void afterAll(ExtensionContext test) {
        stop();
    }

    public void stop() {
        phone82.close();
        databases.close();
    }

    public Shop gateway() {
        return shop(Context.GATEWAY);
    }

    /** A context's own port as those see it who may call it. */
    public Shop shop(Context context) {
        return new Shop(url(context), context, insiders);
    }

    /** The same port as a stranger sees it. */
    public Shop stranger(Context context) {
        return new Shop(url(context));
    }

    /** Those who send each other tokens. */
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

    /** The properties it was started with. */
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

    /** Gives each context a port that nothing listens on. */
    public static void freePorts(Map<Context, Integer> ports) {
        for (Context context : Context.values()) {
            ports.put(context, freePort());
        }
    }

    /** Below those that the system gives to whoever connects or asks for any, so that nobody has it when it is needed a moment later. */
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
