package phone82.load;

import io.gatling.app.Gatling;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import phone82.platform.api.Json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAsDuring;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;
import static org.assertj.core.api.Assertions.assertThat;

/** The customers of one scenario, run by Gatling in a process of their own. They write their results to a file. */
public final class Customers extends Simulation {

    private static final String RESULTS = "phone82.load.results";
    private static final String ORDER = "{\"item\":\"abc123\",\"qty\":3}";
    private static final int WATCHED_PER_SECOND = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Plan plan = Plan.ofThisProcess();
    private final Queue<Results.Order> orders = new ConcurrentLinkedQueue<>();
    private final Map<Long, Long> shipped = new ConcurrentHashMap<>();
    private final LongAdder reads = new LongAdder();
    private final LongAdder failedReads = new LongAdder();

    public Customers() {
        setUp(switch (plan.scenario()) {
            case ORDERS -> new PopulationBuilder[]{
                    users(place(plan.ordersAt())),
                    customers("watcher", placeAndFollow(plan.gateway(), plan.gateway() + "/history"), WATCHED_PER_SECOND)};
            case STORE -> new PopulationBuilder[]{users(placeAndFollow(plan.ordersAt(), plan.store() + "/deliveries"))};
            case PACED -> new PopulationBuilder[]{
                    customers("customer", placeAndFollow(plan.gateway(), plan.gateway() + "/history"), plan.rate())};
        });
    }

    /**
     * Runs the customers to the end of the plan.
     *
     * @param charts whether Gatling draws charts
     */
    static Results run(Plan plan, Path folder, boolean charts) throws IOException, InterruptedException {
        Path results = folder.resolve("results.json");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "--add-opens=java.base/java.lang=ALL-UNNAMED", plan.jvmOption(), "-D" + RESULTS + "=" + results,
                "-cp", System.getProperty("java.class.path"), Gatling.class.getName(),
                "--simulation", Customers.class.getName(), "--results-folder", folder.toString()));
        if (!charts) {
            command.add("--no-reports");
        }
        Files.createDirectories(folder);
        Files.deleteIfExists(results);
        Path log = folder.resolve("log.txt");
        int exitCode = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
        assertThat(exitCode).as(() -> "see " + log).isZero();
        return Json.MAPPER.readValue(results.toFile(), Results.class);
    }

    private PopulationBuilder users(ChainBuilder does) {
        return population("user", during(plan.seconds()).on(does), atOnceUsers(plan.users()));
    }

    private PopulationBuilder customers(String name, ChainBuilder does, int perSecond) {
        return population(name, does, constantUsersPerSec(perSecond).during(plan.seconds()));
    }

    private static PopulationBuilder population(String name, ChainBuilder does, OpenInjectionStep when) {
        return scenario(name).exec(does).injectOpen(when)
                .protocols(http.contentTypeHeader("application/json").acceptHeader("application/json").disableCaching());
    }

    private ChainBuilder placeAndFollow(String base, String progress) {
        return exec(place(base)).doIf(session -> session.contains("id")).then(follow(progress));
    }

    private ChainBuilder place(String base) {
        return exec(session -> session.removeAll("id", "millis").set("asked", System.currentTimeMillis()))
                .exec(http("POST /orders").post(base + "/orders").body(StringBody(ORDER)).check(
                        responseTimeInMillis().saveAs("millis"), status().is(201), jsonPath("$.id").ofLong().saveAs("id")))
                .exec(session -> {
                    orders.add(new Results.Order(session.getLong("asked"), number(session, "millis"), number(session, "id"), null));
                    return session.markAsSucceeded().set("accepted", System.nanoTime());
                });
    }

    /** Polls until the order is shipped. 404 means that the view has not received the order yet. */
    private ChainBuilder follow(String progress) {
        return exec(session -> session.set("status", ""))
                .exec(asLongAsDuring(session -> !isShipped(session), PATIENCE).on(
                        exec(http("GET until Shipped").get(progress + "/#{id}").check(
                                status().in(200, 404), jsonPath("$.status").saveAs("status")))
                                .exec(session -> {
                                    (session.isFailed() ? failedReads : reads).increment();
                                    return session.markAsSucceeded();
                                })
                                .doIf(session -> !isShipped(session)).then(pause(this::pauseBeforeNextPoll))))
                .doIf(Customers::isShipped).then(exec(session -> {
                    shipped.put(session.getLong("id"), waited(session).toMillis());
                    return session;
                }));
    }

    /** A twentieth of the waiting time so far: polling must not become the load. */
    private Duration pauseBeforeNextPoll(Session session) {
        return Duration.ofMillis(Math.max(plan.poll(), waited(session).toMillis() / 20));
    }

    private static Duration waited(Session session) {
        return Duration.ofNanos(System.nanoTime() - session.getLong("accepted"));
    }

    private static boolean isShipped(Session session) {
        return "Shipped".equals(session.getString("status"));
    }

    private static Long number(Session session, String name) {
        Number number = session.get(name);
        return number == null ? null : number.longValue();
    }

    @Override
    public void after() {
        Results all = new Results(orders.stream().map(order -> order.id() == null ? order : order.seenShippedAfter(shipped.get(order.id()))).toList(),
                reads.sum(), failedReads.sum(), ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1000.0);
        try {
            Files.write(Path.of(System.getProperty(RESULTS)), Json.bytes(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
