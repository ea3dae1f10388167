package phone82;

import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import phone82.command.ArchiveOrders;
import phone82.command.AssignOrders;
import phone82.command.Backup;
import phone82.command.DeadLetters;
import phone82.command.EraseSubject;
import phone82.command.ExportEvents;
import phone82.command.RebuildHistory;
import phone82.command.Reconcile;
import phone82.command.Refunds;
import phone82.command.ReplayEvents;
import phone82.command.Restore;
import phone82.command.Token;
import phone82.operations.Operations;
import phone82.operations.OperationsContext;
import phone82.platform.health.Check;
import phone82.platform.identity.Login;
import phone82.platform.log.LogEscaping;
import phone82.platform.observability.Version;
import phone82.platform.repair.Repair;
import phone82.platform.settings.Settings;
import phone82.platform.tls.Tls;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The launcher: starts all contexts in one JVM, or the named ones. */
public final class Phone82 implements AutoCloseable {

    static {
        // libraries, too, print in English, whatever the machine's language is
        Locale.setDefault(Locale.ROOT);
    }

    /**
     * The contexts of a turn start at the same time, after those that they send requests to, and stop at the same time, before them. The coordinator
     * repeats its callbacks.
     */
    static final List<Set<Context>> TURNS = List.of(EnumSet.of(Context.BROKER, Context.COORDINATOR),
            EnumSet.of(Context.CUSTOMER, Context.PROVIDER, Context.STORE), EnumSet.of(Context.PAY), EnumSet.of(Context.APP), EnumSet.of(Context.GATEWAY));

    private final SortedMap<Context, Running> running = new ConcurrentSkipListMap<>();
    private final ConfigurableApplicationContext operationsApplication;
    private final Operations operations;
    private final String scheme;
    private final Map<String, Object> shared = new HashMap<>();

    private record Running(Context context, ConfigurableApplicationContext application, Preflight preflight) {
    }

    /** @param process name of this process in the log */
    private Phone82(String process, String... options) {
        try {
            operationsApplication = new SpringApplicationBuilder(OperationsContext.class)
                    .web(WebApplicationType.NONE)
                    .profiles("operations")
                    .properties("phone82.context=operations", "phone82.process=" + process)
                    .properties(Map.of(Settings.ARGUMENTS, options))
                    .registerShutdownHook(false)
                    .initializers(each -> Tls.trust(each.getEnvironment().getRequiredProperty(Tls.AUTHORITIES)))
                    .run(options);
        } catch (RuntimeException e) {
            throw CannotStart.operations(e);
        }
        operations = operationsApplication.getBean(Operations.class);
        scheme = operationsApplication.getEnvironment().getProperty("phone82.local-scheme") + "://";
    }

    /**
     * Exit code 143 or 130 after a clean stop by SIGTERM or Ctrl-C, 0 after {@code --help} and {@code --version}, 1 when a context cannot start
     * or stop, 2 for wrong arguments; a command has its own.
     */
    public static void main(String[] args) {
        if (CannotStart.tooFewFilesAllowed()) {
            // before anything opens more files, for example a log
            System.err.println("phone82: " + CannotStart.TOO_FEW_FILES);
            System.exit(1);
        }
        List<String> given = List.of(args);
        if (given.contains("--help") || given.contains("-h")) {
            System.out.print(Help.text());
            return;
        }
        if (given.contains("--version")) {
            System.out.println("phone82 " + Version.text());
            return;
        }
        if (!given.contains(Prepare.NAME)) {
            PreparedJar.own().filter(PreparedJar::isCurrent).ifPresent(jar -> jar.exec(args));
        }
        Stream.of(args).map(commands()::get).filter(Objects::nonNull).findFirst()
                .ifPresent(command -> System.exit(run(command, args)));
        try {
            Phone82 phone82 = start(contexts(args), Arrays.stream(args).filter(arg -> arg.startsWith("-")).toArray(String[]::new));
            Runtime.getRuntime().addShutdownHook(new Thread(phone82::stopAfterNotice, "shutdown"));
            phone82.banner();
        } catch (CannotStart e) {
            Stream.concat(Stream.of(e), Stream.of(e.getSuppressed())).forEach(each -> System.err.println("phone82: " + each.getMessage()));
            System.exit(1);
        }
    }

    /** The contexts that are named, or all; exits with code 2 if there is none of that name. */
    private static Set<Context> contexts(String... args) {
        Set<Context> contexts = EnumSet.noneOf(Context.class);
        for (String arg : args) {
            if (!arg.startsWith("-")) {
                try {
                    contexts.add(Context.valueOf(arg.toUpperCase(Locale.ROOT)));
                } catch (IllegalArgumentException e) {
                    System.err.println("phone82: there is no context " + arg + "; --help lists them.");
                    System.exit(2);
                }
            }
        }
        return contexts.isEmpty() ? EnumSet.allOf(Context.class) : contexts;
    }

    /** An operator command. It gets the launcher's arguments and returns the exit code. */
    private interface Command {
        int main(PrintStream out, PrintStream err, String... arguments);
    }

    /** Data that a command prints is in UTF-8, whatever the locale is. */
    private static int run(Command command, String... args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        int exitCode = command.main(out, System.err, args);
        if (out.checkError()) {
            System.err.println("phone82: the output could not be written and is incomplete; is the disk full?");
            return 2;
        }
        return exitCode;
    }

    private static Map<String, Command> commands() {
        return Map.ofEntries(Map.entry(Reconcile.NAME, Reconcile::main), Map.entry(DeadLetters.NAME, DeadLetters::main), Map.entry(Refunds.NAME, Refunds::main),
                Map.entry(ReplayEvents.NAME, ReplayEvents::main), Map.entry(ExportEvents.NAME, ExportEvents::main), Map.entry(RebuildHistory.NAME, RebuildHistory::main),
                Map.entry(EraseSubject.NAME, EraseSubject::main), Map.entry(ArchiveOrders.NAME, ArchiveOrders::main), Map.entry(AssignOrders.NAME, AssignOrders::main), Map.entry(Backup.NAME, Backup::main),
                Map.entry(Restore.NAME, Restore::main), Map.entry(Token.NAME, Token::main), Map.entry(Prepare.NAME, Prepare::main));
    }

    /**
     * Starts the contexts and returns when all of them are up.
     * @param options {@code --name=value} properties, which override those of the environment
     * @throws CannotStart one of the contexts cannot start; the others are stopped again
     */
    public static Phone82 start(Set<Context> contexts, String... options) {
        Phone82 phone82 = new Phone82(contexts.size() == 1 ? contexts.iterator().next().id() : "phone82", options);
        try {
            phone82.operations.expect(contexts.stream().map(Context::id).toList());
            phone82.generateSharedSecrets(contexts);
            phone82.connectToOwnBroker(contexts);
            TURNS.forEach(turn -> atOnce(turn.stream().filter(contexts::contains).toList(), context -> phone82.start(context, options)));
            return phone82;
        } catch (RuntimeException e) {
            phone82.close();
            throw e;
        }
    }

    /** Generates random broker passwords if the broker and all its clients run in this JVM. */
    private void generateSharedSecrets(Set<Context> contexts) {
        List<Context> users = Stream.of(Context.values()).filter(Context::usesBroker).toList();
        if (contexts.contains(Context.BROKER) && contexts.containsAll(users)) {
            Stream.concat(users.stream().map(Context::id), Stream.of("operator"))
                    .forEach(user -> shared.put("phone82." + user + ".broker-password", UUID.randomUUID().toString()));
        }
    }

    /** Makes contexts use the broker without TCP, which costs less CPU time, unless they are configured for another one. */
    private void connectToOwnBroker(Set<Context> contexts) {
        Environment environment = operationsApplication.getEnvironment();
        String port = environment.getProperty("phone82.broker.port");
        if (contexts.contains(Context.BROKER)
                && ("tcp://" + environment.getProperty("phone82.local-host") + ":" + port).equals(environment.getProperty("phone82.broker.url"))) {
            shared.put("phone82.broker.in-vm-url", "vm://" + port);
        }
    }

    /** Returns when all of them have been done, or have failed. */
    private static <T> void atOnce(List<T> each, Consumer<T> action) {
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<Void>> actions = each.stream().map(one -> CompletableFuture.runAsync(() -> action.accept(one), threads)).toList();
        threads.shutdown();
        actions.stream().map(one -> one.handle((done, failure) -> failure).join()).filter(Objects::nonNull).reduce((first, next) -> {
            first.getCause().addSuppressed(next.getCause());
            return first;
        }).ifPresent(failure -> {
            throw failure.getCause() instanceof RuntimeException known ? known : new IllegalStateException(failure.getCause());
        });
    }

    private void start(Context context, String... options) {
        Preflight preflight = new Preflight(context);
        try (MDC.MDCCloseable ignored = MDC.putCloseable("camel.contextId", context.id())) {
            SpringApplicationBuilder builder = new SpringApplicationBuilder(context.configuration)
                    .web(WebApplicationType.NONE)
                    .profiles(context.id())
                    .properties("phone82.context=" + context.id())
                    .properties(shared)
                    .registerShutdownHook(false)
                    .initializers(preflight, each -> each.getBeanFactory().registerSingleton("jvmMetrics", operations.metrics()), each -> shareAudit(context, each));
            leaveLogging(builder.application());
            ConfigurableApplicationContext application = builder.run(options);
            running.put(context, new Running(context, application, preflight));
            operations.add(context.id(), application.getBeansOfType(Check.class).values(), application.getBeansOfType(Repair.class).values());
        } catch (RuntimeException e) {
            preflight.close();
            throw CannotStart.from(context, e);
        }
    }

    /** All contexts share the log that the operator's context has set up: one that fails would take it from the others. */
    private static void leaveLogging(SpringApplication application) {
        application.setListeners(application.getListeners().stream()
                .filter(listener -> !(listener instanceof LoggingApplicationListener || listener instanceof LogEscaping)).toList());
    }

    /** The simulated payment provider stands for another company's system, which has an audit of its own. */
    private void shareAudit(Context context, ConfigurableApplicationContext application) {
        if (context != Context.PROVIDER) {
            application.getBeanFactory().registerSingleton("audit", operations.audit());
        }
    }

    /** The Spring application context of a running context. */
    public ConfigurableApplicationContext application(Context context) {
        return running.get(context).application;
    }

    /** The URL of the operator's port of this JVM. */
    public URI operations() {
        return URI.create(scheme + operationsApplication.getEnvironment().getProperty("phone82.local-host") + ":" + operations.address().getPort());
    }

    /** Reports "not ready", serves until the load balancers have noticed, and then stops. */
    private void stopAfterNotice() {
        operations.stopping();
        running.values().forEach(each -> AvailabilityChangeEvent.publish(each.application, ReadinessState.REFUSING_TRAFFIC));
        try {
            Thread.sleep(operationsApplication.getEnvironment().getRequiredProperty("phone82.operations.notice", Duration.class).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endAfter(operationsApplication.getEnvironment().getRequiredProperty("phone82.operations.stop-within", Duration.class));
        close();
    }

    /** Ends the process if it does not stop in time, for example because a database fails. It loses nothing, as after {@code kill -9}. */
    private void endAfter(Duration limit) {
        Thread end = new Thread(() -> {
            try {
                Thread.sleep(limit.toMillis());
            } catch (InterruptedException e) {
                return;
            }
            LoggerFactory.getLogger(Phone82.class).error("The process does not stop within {} s and ends now; its next start continues the work", limit.toSeconds());
            Runtime.getRuntime().halt(1);
        }, "stop-within");
        end.setDaemon(true);
        end.start();
    }

    /** Stops the contexts from the public entry inwards, so that no running context sends requests to a stopped one. */
    @Override
    public void close() {
        operations.stopping();
        try {
            stop(TURNS.size() - 1);
        } finally {
            operationsApplication.close();
        }
    }

    /** Stops a turn and all turns before it, also if a context cannot be stopped. */
    private void stop(int turn) {
        try {
            atOnce(TURNS.get(turn).stream().map(running::remove).filter(Objects::nonNull).toList(), Phone82::stop);
        } finally {
            if (turn > 0) {
                stop(turn - 1);
            }
        }
    }

    private static void stop(Running context) {
        LoggerFactory.getLogger(Phone82.class).info("Stopping {}", context.context.id());
        context.application.close();
        context.preflight.close();
    }

    private void banner() {
        Map<Context, String> places = new EnumMap<>(Context.class);
        running.forEach((context, each) -> places.put(context, place(each)));
        StringBuilder text = new StringBuilder("\nphone82 is up after ")
                .append(String.format(Locale.ROOT, "%.1f s, version %s%n", ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0, Version.text()));
        text.append(String.format(Locale.ROOT, "  %-12s%-27s %s%n", "operations", scheme + authority(operations.address().getAddress().getHostAddress(),
                String.valueOf(operations.address().getPort())), "health, metrics, console for operators"));
        operations.login().ifPresent(login -> text.append(String.format(Locale.ROOT, "  %-12s%s%n", "", login)));
        places.forEach((context, place) -> text.append(String.format(Locale.ROOT, "  %-12s%-27s %s%n", context.id(), place, context.purpose)));
        if (running.keySet().stream().anyMatch(Context::servesUsers)) {
            text.append(String.format(Locale.ROOT, "  %-12s%s%n", "", switch (Login.of(operationsApplication.getEnvironment()::getProperty)) {
                case NONE -> "no login is required: every request is made as the user demo, who has all roles";
                case EMBEDDED -> "users log in at http://localhost:" + operationsApplication.getEnvironment().getProperty("phone82.identity.port")
                        + " and pick any identity";
                case ISSUER -> "users log in at " + operationsApplication.getEnvironment().getProperty(Login.ISSUER_PROPERTY);
            }));
        }
        System.out.println(text);
    }

    private String place(Running each) {
        Environment environment = each.application.getEnvironment();
        return (each.context == Context.BROKER ? "tcp://" : scheme) + authority(environment.getProperty("phone82.bind"),
                environment.getProperty("phone82." + each.context.id() + ".port"));
    }

    private static String authority(String host, String port) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
