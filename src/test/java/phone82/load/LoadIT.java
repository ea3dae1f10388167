package phone82.load;

import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.Context;
import phone82.drill.Processes;
import phone82.journey.Shop;
import phone82.platform.api.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.awaitility.Awaitility.await;

/**
 * Throughput, latency and cost under load: {@code mvn verify -Pload}. Each scenario starts phone82 anew in processes of its own, and
 * warms it up with the same load before it measures.
 */
@Tag("load")
class LoadIT {

    static final Path BUILD = Path.of(System.getProperty("phone82.jar")).getParent();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String layout = System.getProperty("load.layout", "one");
    private final List<String> jvm = words("load.jvm", "-Xmx384m -XX:+UseG1GC -XX:MaxGCPauseMillis=100");
    private final List<String> options = words("load.options", "--phone82.store.dispatch-delay=0s");

    static Stream<Scenario> scenarios() {
        String only = System.getProperty("load.scenario");
        return only == null ? Arrays.stream(Scenario.values()) : Stream.of(Scenario.valueOf(only.toUpperCase()));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyOrderIsAnsweredAndShippedAndAllContextsAgree(Scenario scenario) throws Exception {
        Machine machine = Machine.now();
        try (Processes phone82 = new Processes("load-" + scenario.id())) {
            phone82.jvm(jvm);
            phone82.set(options.toArray(String[]::new));
            phone82.start(processes());
            Shop shop = phone82.gateway();
            Plan plan = plan(scenario, phone82);
            int warmUp = Integer.getInteger("load.warmup", Math.min(30, plan.seconds()));
            Path folder = BUILD.resolve("gatling").resolve(scenario.id() + "-" + layout);
            List<Long> accepted = new ArrayList<>();
            if (warmUp > 0) {
                accepted.addAll(Customers.run(plan.during(warmUp), folder.resolve("warm-up"), false).accepted());
                assertThat(allShipped(shop, accepted)).as("the warm-up ends in time to be left out").isTrue();
            }

            Map<String, Double> before = cpuSeconds(phone82);
            Results results = Customers.run(plan, folder, true);
            accepted.addAll(results.accepted());
            boolean shipped = allShipped(shop, accepted);
            Map<String, Double> used = cpuSeconds(phone82);
            used.replaceAll((process, seconds) -> seconds - before.get(process));
            Map<String, Long> resident = residentMegabytes(phone82);

            Report report = new Report(Instant.now().truncatedTo(ChronoUnit.SECONDS), machine, layout, jvm, options, plan, warmUp,
                    results.orders().size(), results.accepted().size(), results.accepted().size() / results.seconds(), results.availability(),
                    results.answered(), results.shipped(), results.reads(), results.failedReads(), drained(shop, results), used, results.cpuSeconds(),
                    resident, phone82.reconcile(), charts(folder));
            System.out.println(report.text());
            Files.writeString(BUILD.resolve("load.jsonl"), Json.text(report) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            assertSoftly(all -> {
                all.assertThat(shop.all("/orders")).extracting(order -> order.get("id").asLong()).containsAll(accepted);
                all.assertThat(shipped).as("everything is shipped in time").isTrue();
                all.assertThat(report.agreement().breaches()).isEmpty();
                all.assertThat(report.availability()).as("availability in %").isEqualTo(100);
                all.assertThat(report.failedReads()).as("failed reads").isZero();
            });
        }
    }

    private static String charts(Path folder) throws IOException {
        try (Stream<Path> drawn = Files.list(folder)) {
            return drawn.map(each -> each.resolve("index.html")).filter(Files::exists).max(Comparator.naturalOrder()).orElseThrow().toString();
        }
    }

    private String[] processes() {
        return switch (layout) {
            case "one" -> new String[]{""};
            case "split" -> Arrays.stream(Context.values()).map(Context::id).toArray(String[]::new);
            default -> throw new IllegalArgumentException("load.layout is one or split, not " + layout);
        };
    }

    private static Plan plan(Scenario scenario, Processes phone82) {
        Context ordersAt = Context.valueOf(System.getProperty("load.at", "app").toUpperCase());
        return new Plan(scenario, Integer.getInteger("load.seconds", scenario.seconds), Integer.getInteger("load.users", 100),
                Integer.getInteger("load.rate", 100), Integer.getInteger("load.poll", 20),
                url(ordersAt, phone82), url(Context.GATEWAY, phone82), url(Context.STORE, phone82));
    }

    static String url(Context context, Processes phone82) {
        return "http://127.0.0.1:" + phone82.port(context);
    }

    static List<String> words(String property, String otherwise) {
        return List.of(System.getProperty(property, otherwise).split(" "));
    }

    /** Waits until every order is shipped and shown as shipped. */
    static boolean allShipped(Shop shop, List<Long> accepted) {
        assertThat(accepted).as("accepted orders").isNotEmpty();
        long last = Collections.max(accepted);
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).ignoreExceptions().until(() ->
                    shop.status("/history/" + last).equals("Shipped")
                            && isEmpty(shop, "/history?size=1&status=Ordered") && isEmpty(shop, "/history?size=1&status=Paid")
                            && shop.get("/orders?size=200").body().findValuesAsText("status").stream().allMatch("Shipped"::equals));
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private static boolean isEmpty(Shop shop, String list) {
        return shop.get(list).expect(200).body().get("items").isEmpty();
    }

    /** Seconds from the last answer to the last shipment. */
    private static double drained(Shop shop, Results results) {
        long lastShipped = shop.all("/deliveries").stream().filter(delivery -> delivery.has("shippedAt"))
                .mapToLong(delivery -> Instant.parse(delivery.get("shippedAt").asText()).toEpochMilli()).max().orElse(results.ended());
        return Math.max(0, lastShipped - results.ended()) / 1000.0;
    }

    static Map<String, Double> cpuSeconds(Processes phone82) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        phone82.handles().forEach((process, handle) ->
                seconds.put(process, handle.info().totalCpuDuration().orElseThrow().toMillis() / 1000.0));
        return seconds;
    }

    private static Map<String, Long> residentMegabytes(Processes phone82) throws IOException {
        Map<String, Long> megabytes = new LinkedHashMap<>();
        for (Map.Entry<String, ProcessHandle> process : phone82.handles().entrySet()) {
            Path status = Path.of("/proc", String.valueOf(process.getValue().pid()), "status");
            if (Files.exists(status)) {
                try (Stream<String> lines = Files.lines(status)) {
                    megabytes.put(process.getKey(), lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() / 1024);
                }
            }
        }
        return megabytes;
    }
}
