package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import phone82.Context;
import phone82.command.Report;
import phone82.journey.Databases;
import phone82.journey.Shop;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.CUSTOMER;
import static phone82.Context.GATEWAY;
import static phone82.Context.PAY;
import static phone82.Context.STORE;
import static phone82.journey.Shop.anOrder;

/**
 * Replaces every instance of every context under load, as its Deployment would: the new one becomes ready, then the preStop hook of the old
 * one runs, it gets SIGTERM, and must end within the rest of its grace period. The manifests supply all values. This is harder than a cluster
 * in two ways: a pod that ends leaves its Service when its preStop begins, whereas the balancer notices only after SIGTERM, by its readiness;
 * and there is no wait for {@code minReadySeconds}.
 */
@Tag("long")
class RolloutIT {

    private static final List<Context> ROLLED = List.of(CUSTOMER, STORE, PAY, APP, GATEWAY);
    private static final Path MANIFESTS = Path.of("openshift", "base");
    private static final int REQUESTS = 5_000;

    private final JsonNode pod = new YAMLMapper().readTree(MANIFESTS.resolve("context.yaml").toFile()).at("/spec/template/spec");
    private final List<String> preStop = StreamSupport.stream(pod.at("/containers/0/lifecycle/preStop/exec/command").spliterator(), false)
            .map(JsonNode::asText).toList();
    private final Duration grace = Duration.ofSeconds(pod.get("terminationGracePeriodSeconds").asInt());
    private final ExecutorService ending = Executors.newCachedThreadPool();

    RolloutIT() throws IOException {
    }

    @Test
    void noRequestFailsWhileEveryInstanceIsReplaced() throws Exception {
        rollOut(false);
    }

    /**
     * {@code -Dphone82.drill.from=} names the prepared jar of the former version. Broker, coordinator and provider keep that version. On PostgreSQL
     * alone: HSQLDB cannot change tables that other processes use.
     */
    @Test
    @EnabledIfSystemProperty(named = "phone82.drill.from", matches = ".+")
    void noRequestFailsWhileEveryInstanceIsUpgradedAndTakenBack() throws Exception {
        rollOut(true);
    }

    private void rollOut(boolean upgrade) throws Exception {
        Function<Path, Databases> databases = upgrade ? folder -> Databases.onPostgreSql(Set.of(APP, PAY, STORE, CUSTOMER)) : Databases::onServers;
        try (Processes first = new Processes("rollout", databases, "--phone82.store.dispatch-delay=0s");
             Processes second = first.twin(); Processes third = first.twin(); Processes fourth = first.twin();
             Balancer balancer = new Balancer(first.data(""), Network.HERE.address(), ROLLED, List.of(first, second, third, fourth))) {
            List<Processes> sites = List.of(first, second, third, fourth);
            sites.forEach(site -> site.set(options(balancer)));
            if (upgrade) {
                Path former = Path.of(System.getProperty("phone82.drill.from"));
                Stream.of(first, second).forEach(site -> site.launchWith((contexts, arguments) -> Processes.java(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), former, arguments)));
            }
            first.start("broker", "coordinator provider");
            for (Context context : ROLLED) {
                first.startWith(second, context.id());
                balancer.awaitReady(context, 0, 1);
            }
            Shop shop = new Shop(balancer.url(GATEWAY));
            long shipped = shop.place(anOrder()).expect(201).id();
            shop.awaitShipped(shipped);
            try (Traffic traffic = new Traffic(balancer.url(GATEWAY), shipped, 6)) {
                rollAll(ROLLED, 0, 2, sites, balancer);
                if (upgrade) {
                    assertThat(traffic.failures()).isEmpty();
                    List<Context> back = new ArrayList<>(ROLLED);
                    Collections.reverse(back);
                    rollAll(back, 2, 0, sites, balancer);
                }
                await().atMost(Duration.ofMinutes(2)).until(() -> traffic.requests() >= REQUESTS);
                traffic.stop();

                Report report = first.reconcile();
                System.out.printf("%s%nconnections that the router had to make again: %d%n%s", traffic, balancer.retries(GATEWAY), report.text());
                assertThat(traffic.failures()).isEmpty();
                assertThat(report.breaches()).isEmpty();
                assertThat(report.moving()).isEmpty();
                List<JsonNode> orders = shop.all("/orders");
                assertThat(orders).extracting(order -> order.get("id").asLong()).containsAll(traffic.accepted());
                assertThat(orders).extracting(order -> order.get("status").asText()).containsOnly("Shipped");
            }
        } finally {
            ending.shutdownNow();
        }
    }

    /** Replaces both instances of each context, and waits until the former ones have ended. */
    private void rollAll(List<Context> contexts, int from, int to, List<Processes> sites, Balancer balancer) throws Exception {
        List<Future<Duration>> ended = new ArrayList<>();
        for (Context context : contexts) {
            ended.add(roll(context, from, to, sites, balancer));
            ended.add(roll(context, from + 1, to + 1, sites, balancer));
        }
        for (Future<Duration> each : ended) {
            assertThat(each.get()).isLessThan(grace);
        }
    }

    private Future<Duration> roll(Context context, int from, int to, List<Processes> sites, Balancer balancer) throws IOException {
        long began = System.nanoTime();
        sites.get(to).start(context.id());
        balancer.awaitReady(context, to);
        System.out.printf("%-9s%d is ready after %.1f s%n", context.id(), to, since(began).toMillis() / 1000.0);
        Processes old = sites.get(from);
        Callable<Duration> end = () -> {
            long stopRequested = System.nanoTime();
            assertThat(new ProcessBuilder(preStop).start().waitFor()).isZero();
            old.stop(context.id());
            Duration took = since(stopRequested);
            System.out.printf("%-9s%d has ended after %.1f s%n", context.id(), from, took.toMillis() / 1000.0);
            return took;
        };
        return ending.submit(end);
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** The addresses of all contexts, and the manifests' settings for stopping. */
    private static String[] options(Balancer balancer) {
        List<String> options = new ArrayList<>(List.of("--phone82.app.pay-url=" + balancer.url(PAY), "--phone82.app.store-url=" + balancer.url(STORE)));
        List.of(APP, PAY, STORE, CUSTOMER).forEach(each -> options.add("--phone82.gateway." + each.id() + "-url=" + balancer.url(each)));
        List.of(APP, PAY, STORE).forEach(each -> options.add("--phone82." + each.id() + ".callback-url=" + balancer.url(each)));
        Properties environment = new Properties();
        try (Reader file = Files.newBufferedReader(MANIFESTS.resolve("phone82.env"))) {
            environment.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options.add("--phone82.operations.notice=" + environment.getProperty("PHONE82_OPERATIONS_NOTICE"));
        options.add("--camel.main.shutdown-timeout=" + environment.getProperty("CAMEL_MAIN_SHUTDOWN_TIMEOUT"));
        return options.toArray(String[]::new);
    }
}
