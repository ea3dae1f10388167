package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.command.Report;
import phone82.journey.Databases;
import phone82.journey.Shop;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.STORE;
import static phone82.journey.Shop.anOrder;

/**
 * Paid orders wait in store's queue; one store ships them, then four on the same database.
 * <p>
 * On one machine four processes have no more CPU than one. So each store is limited to a twentieth of a CPU; a machine with two CPUs has enough
 * for four stores and for the load that they cause elsewhere. A cluster's scheduler provides this, and the autoscaler expects it (it adds a pod
 * when the pods use 15 % of their 0.4 CPU). {@code cpulimit} enforces the limit: it stops a process for the rest of each tenth of a second, as
 * the kernel does with a container at its limit. The limit begins when a store has handled {@value #WARM_UP} events, otherwise the JIT compiler
 * would use it up. Everything else (queue, database server, relay, consuming contexts) is shared and not limited, and could become the
 * bottleneck of more stores.
 */
@Tag("long")
class ScaleOutIT {

    private static final int PERCENT = 5;
    private static final int ORDERS = 12_000;
    private static final int WARM_UP = 300;
    private static final Duration WINDOW = Duration.ofSeconds(12);

    private final String cpulimit = Program.named("cpulimit");
    private final List<Process> limits = new ArrayList<>();

    @Test
    void fourStoresShipFasterThanOneAndNothingTwice() throws Exception {
        try (Processes phone82 = new Processes("scale-out", Databases::onServers, "--phone82.store.dispatch-delay=0s");
             Processes second = phone82.twin(); Processes third = phone82.twin(); Processes fourth = phone82.twin()) {
            phone82.start("broker coordinator provider", "pay", "customer", "app gateway");
            Shop shop = phone82.gateway();
            order(shop);

            startLimited(phone82);
            Shop store = phone82.shop(STORE);
            Instant one = Instant.now();
            pass();
            Instant oneEnd = Instant.now();
            for (Processes each : List.of(second, third, fourth)) {
                startLimited(each);
            }
            Instant four = Instant.now();
            pass();
            Instant fourEnd = Instant.now();
            List<Long> handled = Stream.of(phone82, second, third, fourth).map(ScaleOutIT::handled).toList();
            limits.forEach(Process::destroy);

            await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofSeconds(1)).until(() -> shipped(store).size() == ORDERS);
            List<Instant> shipped = shipped(store);
            double alone = perSecond(shipped, one, oneEnd);
            double together = perSecond(shipped, four, fourEnd);
            Report report = phone82.reconcile();
            System.out.printf("shipped a second at %d %% of a CPU each: %.1f by one store, %.1f by four; handled by each until then: %s%n%s",
                    PERCENT, alone, together, handled, report.text());
            assertThat(shipped.get(shipped.size() - 1)).as("there was work until the end").isAfter(fourEnd);
            assertThat(together).isGreaterThan(2 * alone);
            assertThat(handled).as("each has its part").allMatch(part -> part > WARM_UP);
            assertThat(report.breaches()).isEmpty();
            assertThat(report.moving()).isEmpty();
            for (JsonNode order : shop.all("/orders")) {
                assertThat(shop.timeline(order.get("id").asLong())).containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderReceived", "Shipped");
            }
        } finally {
            limits.forEach(Process::destroy);
        }
    }

    private static void order(Shop shop) throws InterruptedException {
        ExecutorService customers = Executors.newFixedThreadPool(16);
        AtomicInteger accepted = new AtomicInteger();
        long began = System.nanoTime();
        IntStream.range(0, ORDERS).forEach(i -> customers.submit(() ->
                await().pollDelay(Duration.ZERO).ignoreExceptions().until(() -> shop.place(anOrder()).status() == 201)));
        customers.shutdown();
        assertThat(customers.awaitTermination(4, TimeUnit.MINUTES)).isTrue();
        System.out.printf("%,d orders taken in %.1f s%n", ORDERS, (System.nanoTime() - began) / 1e9);
    }

    private void startLimited(Processes site) throws IOException {
        site.start("store");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(handled(site)).isGreaterThanOrEqualTo(WARM_UP));
        limits.add(new ProcessBuilder(cpulimit, "--lazy", "--quiet", "--limit=" + PERCENT, "--pid=" + site.pid("store")).start());
    }

    /** The number of pay's events that it has handled. */
    private static long handled(Processes site) {
        return (long) site.operations(STORE)
                .metric(line -> line.startsWith("camel_route_policy_seconds_count") && line.contains("store-handle-event"));
    }

    private static void pass() {
        await().pollDelay(WINDOW).atMost(WINDOW.plusSeconds(5)).until(() -> true);
    }

    private static List<Instant> shipped(Shop store) {
        return store.all("/deliveries").stream().filter(delivery -> delivery.hasNonNull("shippedAt"))
                .map(delivery -> Instant.parse(delivery.get("shippedAt").asText())).sorted().toList();
    }

    private static double perSecond(List<Instant> shipped, Instant from, Instant to) {
        return shipped.stream().filter(at -> !at.isBefore(from) && at.isBefore(to)).count() * 1000.0 / Duration.between(from, to).toMillis();
    }
}
