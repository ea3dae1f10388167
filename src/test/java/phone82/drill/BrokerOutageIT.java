package phone82.drill;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.BROKER;

/**
 * A running broker that becomes unreachable, or whose connections fall silent, under a stream of orders.
 * {@code -Dphone82.drill.outage} is the number of seconds without it.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrokerOutageIT {

    private static final int OUTAGE = Integer.getInteger("phone82.drill.outage", 30);
    /** In a second, on a machine that accepts twice as many otherwise. */
    private static final int FEWEST_ORDERS = 7;

    private Processes phone82;
    private Gate broker;

    @BeforeAll
    void start() throws Exception {
        phone82 = new Processes("broker-outage", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0");
        broker = new Gate(phone82.port(BROKER));
        phone82.start("broker");
        phone82.set("--phone82.broker.url=tcp://localhost:" + broker.port());
        phone82.start("coordinator provider customer store pay app gateway");
    }

    @AfterAll
    void stop() {
        phone82.close();
        broker.close();
    }

    /** Before anything else has caused lines about the broker. */
    @Test
    @Order(1)
    void ordersAreAcceptedDuringTheOutageAndShipAfterIt() throws Exception {
        try (Customers customers = new Customers(phone82.gateway(), 4, 0)) {
            long began = System.nanoTime();
            customers.awaitMore(50);
            double usual = 50e9 / (System.nanoTime() - began);
            broker.cut();
            int before = customers.accepted().size();
            await().pollDelay(Duration.ofSeconds(OUTAGE)).atMost(Duration.ofSeconds(OUTAGE + 10)).until(() -> true);
            int meanwhile = customers.accepted().size() - before;
            System.out.printf("orders accepted in %d s without a broker: %d, before: %.1f a second; %s%n", OUTAGE, meanwhile, usual, customers);
            assertThat((double) meanwhile).isGreaterThan(OUTAGE * Math.min(FEWEST_ORDERS, usual / 2));
            broker.restore();
            customers.awaitMore(50);
            customers.stop();
            OrderComparison.awaitBalanced(phone82, customers);
            List<String> log = phone82.log().lines().filter(line -> line.contains("EventContainer")).toList();
            log.forEach(System.out::println);
            for (String queue : List.of("::app", "::pay", "::store", "::customer")) {
                assertThat(log).filteredOn(line -> line.contains("so no events of") && line.contains(queue)).hasSize(1);
                assertThat(log).filteredOn(line -> line.contains("are received again") && line.contains(queue)).hasSize(1);
            }
            assertThat(log).noneMatch(line -> line.contains("Could not refresh"));
        }
    }

    /** The broker redelivers what a silent receiver has, and the contexts connect again, both without waiting for an error. */
    @Test
    @Order(2)
    void ordersShipSoonAfterAllConnectionsFellSilent() throws Exception {
        try (Customers customers = new Customers(phone82.gateway(), 2, 0)) {
            customers.awaitMore(20);
            broker.block();
            broker.restore();
            long began = System.nanoTime();
            long order = phone82.gateway().placeAccepted(Shop.anOrder());
            await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(200)).ignoreExceptions()
                    .until(() -> phone82.gateway().get("/orders/" + order).body().path("status").asText().equals("Shipped"));
            customers.stop();
            OrderComparison.awaitBalanced(phone82, customers);
            Duration silence = Duration.ofNanos(System.nanoTime() - began);
            System.out.printf("everything shipped %.1f s after all connections to the broker fell silent; %s%n", silence.toMillis() / 1e3, customers);
            // an error would come after the broker's default of a minute
            assertThat(silence).isLessThan(Duration.ofSeconds(55));
        }
    }
}
