package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.command.Report;
import phone82.drill.PostgreSqlCluster.Server;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.BROKER;
import static phone82.Context.COORDINATOR;
import static phone82.Context.CUSTOMER;
import static phone82.Context.GATEWAY;
import static phone82.Context.PAY;
import static phone82.Context.STORE;

/**
 * The highly available set-up on one machine: PostgreSQL with two standbys, a pair of brokers on one shared folder, two instances of each
 * context behind HAProxy, and a coordinator.
 */
final class HighlyAvailable implements AutoCloseable {

    private static final List<Context> DOUBLE = List.of(CUSTOMER, STORE, PAY, APP, GATEWAY);
    private static final List<Context> ON_POSTGRESQL = List.of(APP, PAY, STORE, CUSTOMER, COORDINATOR);
    private static final String BROKER_OPTIONS = "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1";

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<String> times = new ArrayList<>();
    private final Processes one;
    private final Processes other;
    private final PostgreSqlCluster database;
    private final List<Artemis> brokers;
    private final Balancer balancer;

    HighlyAvailable(String name, String... options) throws Exception {
        try {
            one = closing(new Processes(name, folder -> Databases.embedded(), options));
            other = closing(one.twin());
            database = closing(new PostgreSqlCluster(one.data("postgresql"), ON_POSTGRESQL.stream().map(Context::id).toList()));
            int second = Phone82Extension.freePort();
            brokers = List.of(closing(broker("artemis-1", one.port(BROKER))), closing(broker("artemis-2", second)));
            balancer = closing(new Balancer(one.data(""), DOUBLE, List.of(one, other)));
            for (Artemis broker : brokers) {
                broker.start(BROKER_OPTIONS);
                await().atMost(Duration.ofSeconds(60)).until(() -> activeBroker().listens());
            }
            for (Processes site : List.of(one, other)) {
                site.set(options("(tcp://localhost:%d,tcp://localhost:%d)".formatted(one.port(BROKER), second)));
            }
            one.start("coordinator", "provider");
            for (Context context : DOUBLE) {
                one.startWith(other, context.id());
                awaitReady(context);
            }
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T closing(T part) {
        parts.add(part);
        return part;
    }

    private Artemis broker(String name, int port) throws Exception {
        return new Artemis(one.data(name), port, Artemis.sharing(one.data("artemis")));
    }

    private String[] options(String brokerUrl) {
        Stream<String> databases = ON_POSTGRESQL.stream().map(Context::id).flatMap(id -> Stream.of("url=" + database.url(id), "user=" + id, "password=demo-" + id)
                .map(setting -> "--phone82." + id + ".database." + setting));
        Stream<String> addresses = Stream.concat(Stream.of("--phone82.broker.url=" + brokerUrl,
                        "--phone82.app.pay-url=" + balancer.url(PAY), "--phone82.app.store-url=" + balancer.url(STORE)),
                Stream.concat(Stream.of(APP, PAY, STORE, CUSTOMER).map(each -> "--phone82.gateway." + each.id() + "-url=" + balancer.url(each)),
                        Stream.of(APP, PAY, STORE).map(each -> "--phone82." + each.id() + ".callback-url=" + balancer.url(each))));
        return Stream.concat(databases, addresses).toArray(String[]::new);
    }

    /** The shop as customers reach it. */
    Shop shop() {
        return new Shop(balancer.url(GATEWAY));
    }

    /** The processes of the first site, which include the coordinator. */
    Processes site() {
        return one;
    }

    PostgreSqlCluster database() {
        return database;
    }

    /** The broker that accepts connections. */
    Artemis activeBroker() {
        return brokers.stream().filter(Artemis::listens).findFirst().orElse(brokers.get(0));
    }

    /** Starts a broker that was killed; it waits for the lock of the active one. */
    void restart(Artemis broker) throws Exception {
        broker.start(BROKER_OPTIONS);
    }

    /** Waits until both instances of a context are used. */
    void awaitReady(Context context) {
        balancer.awaitReady(context, 0, 1);
    }

    /** Prints how long no order was accepted since the fault, and when the first order that was sent after it was accepted and shipped. */
    void awaitRecovery(String fault, long began, PatientCustomers customers) {
        long order = customers.awaitAcceptedAfter(began);
        awaitShipped(order);
        long shipped = System.nanoTime();
        times.add("%-62s accepted after %6.1f s, shipped after %6.1f s, longest time without an accepted order %5.1f s".formatted(fault,
                (customers.acceptedAt(order) - began) / 1e9, (shipped - began) / 1e9, customers.longestGap(began).toMillis() / 1e3));
        System.out.println(times.get(times.size() - 1));
    }

    /** Waits up to two minutes. */
    void awaitShipped(long order) {
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100)).ignoreExceptions()
                .until(() -> shop().get("/orders/" + order).body().path("status").asText().equals("Shipped"));
    }

    /** Requires that no customer gave up, every accepted order has its final status everywhere, and nothing uses a standby. */
    void requireNothingLost(PatientCustomers customers) throws Exception {
        assertThat(customers.failures()).isEmpty();
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            List<JsonNode> orders = shop().all("/orders");
            assertThat(orders.stream().map(order -> order.get("id").asLong()).collect(Collectors.toSet())).containsAll(customers.accepted());
            assertThat(orders).allSatisfy(order -> assertThat(order.get("status").asText())
                    .isIn(customers.cancelled().contains(order.get("id").asLong()) ? Set.of("Cancelled") : Set.of("Shipped")));
        });
        Report report = one.reconcile();
        System.out.printf("%s%n%s%n%s", String.join("\n", times), customers, report.text());
        assertThat(report.breaches()).isEmpty();
        assertThat(report.moving()).extracting(Object::toString).as("authorisations without an order, which expire")
                .allMatch(moving -> moving.contains("order none, payment Authorised, delivery none, view none"));
        assertThat(database.connections(database.primary())).isPositive();
        for (Server standby : database.standbys()) {
            assertThat(database.connections(standby)).as("connections to standby %s", standby).isZero();
        }
    }

    @Override
    public void close() throws Exception {
        for (int i = parts.size() - 1; i >= 0; i--) {
            parts.get(i).close();
        }
    }
}
