package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.command.Report;
import phone82.drill.Disturbance.Repair;
import phone82.drill.Fault.Kind;
import phone82.drill.PostgreSqlCluster.Server;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static phone82.Context.APP;
import static phone82.Context.COORDINATOR;
import static phone82.Context.CUSTOMER;
import static phone82.Context.GATEWAY;
import static phone82.Context.PAY;
import static phone82.Context.PROVIDER;
import static phone82.Context.STORE;

/**
 * The highly available set-up on one machine: PostgreSQL with two standbys, a pair of brokers on one shared folder, two instances of each
 * context behind HAProxy, and a coordinator.
 */
final class HighlyAvailable implements AutoCloseable {

    private static final List<Context> DOUBLE = List.of(CUSTOMER, STORE, PAY, APP, GATEWAY);
    private static final List<Context> ON_POSTGRESQL = List.of(APP, PAY, STORE, CUSTOMER, COORDINATOR);
    /** The rate of orders; each restart of a JVM takes much of a small machine. */
    private static final int ORDERS_PER_SECOND = Integer.getInteger("phone82.drill.orders-per-second", 20);
    /** For a machine that is too busy for the usual time limits. */
    private static final String MORE_OPTIONS = System.getProperty("phone82.drill.options", "");
    private static final Duration DISPATCH_DELAY = Duration.ofSeconds(2);
    /** How long a request, and an order from its acceptance until it is due to be shipped, may take without a fault. */
    private static final Duration USUAL = Duration.ofSeconds(5);
    private static final Duration TOO_LONG = Duration.ofSeconds(60);
    private static final String WAITING = "select count(*) from orders where status in ('Ordered', 'Paid', 'Cancelling')"
            + " and ordered_at < now() - interval '%d s'";
    private static final String LONGEST_SHIPPING = "select coalesce(round(1000 * max(extract(epoch from shipped_at - ordered_at))), 0)::bigint"
            + " from orders where ordered_at > '%s'";
    private static final String BROKER_OPTIONS = "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1";

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<String> times = new ArrayList<>();
    private final List<String> late = new ArrayList<>();
    private final Network network;
    private final Processes one;
    private final Processes other;
    private final PostgreSqlCluster database;
    private final List<Artemis> brokers;
    private final Balancer balancer;

    HighlyAvailable(String name, String... options) throws Exception {
        try {
            network = closing(new Network());
            one = closing(new Processes(name, folder -> Databases.embedded(), options));
            one.set(Stream.of(MORE_OPTIONS.split(" ")).filter(option -> !option.isBlank()).toArray(String[]::new));
            other = closing(one.twin());
            database = closing(new PostgreSqlCluster(one.data("postgresql"), network, ON_POSTGRESQL.stream().map(Context::id).toList()));
            brokers = List.of(closing(broker("artemis-1")), closing(broker("artemis-2")));
            for (Context context : DOUBLE) {
                one.place(context.id(), network.machine());
                other.place(context.id(), network.machine());
            }
            one.place(COORDINATOR.id(), network.machine());
            one.place(PROVIDER.id(), network.host());
            balancer = closing(new Balancer(one.data(""), network.host().address(), DOUBLE, List.of(one, other)));
            for (Artemis broker : brokers) {
                broker.start(BROKER_OPTIONS);
                await().atMost(Duration.ofSeconds(60)).until(() -> activeBroker().listens());
            }
            for (Processes site : List.of(one, other)) {
                site.set(options("(" + brokers.stream().map(Artemis::url).collect(Collectors.joining(",")) + ")"));
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

    private Artemis broker(String name) throws Exception {
        return new Artemis(one.data(name), network.machine(), Phone82Extension.freePort(), Artemis.sharing(one.data("artemis")));
    }

    private String[] options(String brokerUrl) {
        Stream<String> databases = ON_POSTGRESQL.stream().map(Context::id).flatMap(id -> Stream.of("url=" + database.url(id), "user=" + id, "password=demo-" + id)
                .map(setting -> "--phone82." + id + ".database." + setting));
        Stream<String> addresses = Stream.concat(Stream.of("--phone82.broker.url=" + brokerUrl,
                        "--phone82.saga.coordinator-url=http://" + one.machine(COORDINATOR.id()).address() + ":" + one.port(COORDINATOR),
                        "--phone82.pay.provider-url=http://" + network.host().address() + ":" + one.port(PROVIDER),
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

    Network network() {
        return network;
    }

    PostgreSqlCluster database() {
        return database;
    }

    /** The broker that accepts connections. */
    Artemis activeBroker() {
        return brokers.stream().filter(Artemis::listens).findFirst().orElse(brokers.get(0));
    }

    /** The broker that waits for the lock of this one. */
    Artemis waitingBroker(Artemis active) {
        return brokers.get(1 - brokers.indexOf(active));
    }

    /** Starts a broker that was killed; it waits for the lock of the active one. */
    void restart(Artemis broker) throws Exception {
        broker.start(BROKER_OPTIONS);
    }

    /** Waits until both instances of a context are used. */
    void awaitReady(Context context) {
        balancer.awaitReady(context, 0, 1);
    }

    /** Skips a test of faults of this kind if this user may not cause them. */
    static void assumePossible(Kind kind) throws Exception {
        assumeTrue(kind != Kind.CUT_OFF || Network.mayBeCut(), "cutting off a machine takes the permission to create network namespaces: run it as root");
    }

    /**
     * Lets disturbances happen, one set of simultaneous ones after the other, while customers order, of whom every fifth cancels. Prints what they noticed.
     * Requires that nothing was lost, and that it lasted no longer than a minute after an operator's act.
     */
    static void strike(String name, List<? extends List<? extends Disturbance>> disturbances) throws Exception {
        try (HighlyAvailable phone82 = new HighlyAvailable(name, "--phone82.store.dispatch-delay=" + DISPATCH_DELAY.toSeconds() + "s");
             PatientCustomers customers = new PatientCustomers(phone82.shop(), ORDERS_PER_SECOND, 5)) {
            await().atMost(Duration.ofMinutes(3)).until(() -> customers.accepted().size() > 20);
            phone82.awaitUsual("start", System.nanoTime(), customers);
            System.out.printf("%d orders/s%n", ORDERS_PER_SECOND);
            for (List<? extends Disturbance> simultaneous : disturbances) {
                phone82.strike(simultaneous, customers);
            }
            customers.stop();
            phone82.requireNothingLost(customers);
        }
    }

    private void strike(List<? extends Disturbance> disturbances, PatientCustomers customers) throws Exception {
        String name = disturbances.stream().map(Object::toString).collect(Collectors.joining(" + "));
        List<Repair> repairs = new ArrayList<>();
        long began = System.nanoTime();
        Instant time = Instant.now();
        for (Disturbance disturbance : disturbances) {
            repairs.add(disturbance.strike(this));
        }
        for (Repair repair : repairs) {
            repair.failOver();
        }
        Duration act = Duration.ofNanos(System.nanoTime() - began);
        Duration recovery = awaitUsual(name, began, customers);
        long back = System.nanoTime();
        for (Repair repair : repairs) {
            repair.comeBack();
        }
        for (Context context : DOUBLE) {
            awaitReady(context);
        }
        Duration recoveryBack = awaitUsual(name + ", back", back, customers);
        times.add("%-40s act until %4.1f s, as usual after %5.1f s; longest: %5.1f s without an accepted order, %5.1f s until accepted, %5.1f s until shipped; back after %5.1f s"
                .formatted(name, seconds(act), seconds(recovery), seconds(customers.longestGap(began)), seconds(customers.longestWait(began)),
                        database.number("app", LONGEST_SHIPPING.formatted(time)) / 1e3, seconds(recoveryBack)));
        System.out.println(times.get(times.size() - 1));
        if (recovery.minus(act).compareTo(TOO_LONG) > 0 || recoveryBack.compareTo(TOO_LONG) > 0) {
            late.add(times.get(times.size() - 1));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    /**
     * Waits until no request and no accepted order has waited longer than {@link #USUAL} for a while.
     *
     * @return the time from {@code began} until the last one that waited longer was served; zero if none did
     */
    private Duration awaitUsual(String name, long began, PatientCustomers customers) {
        long[] unusual = {began};
        await(name).atMost(Duration.ofMinutes(5)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(250)).until(() -> {
            String waiting = waiting(customers);
            if (!waiting.isEmpty()) {
                unusual[0] = System.nanoTime();
            }
            return System.nanoTime() - unusual[0] > USUAL.plus(DISPATCH_DELAY).plusSeconds(3).toNanos();
        });
        return Duration.ofNanos(unusual[0] - began);
    }

    /** Returns who waits longer than usual, or nothing. */
    private String waiting(PatientCustomers customers) {
        long requests = customers.waitingLonger(USUAL);
        try {
            long orders = database.number("app", WAITING.formatted(USUAL.plus(DISPATCH_DELAY).toSeconds()));
            return requests + orders == 0 ? "" : requests + " requests, " + orders + " orders";
        } catch (SQLException e) {
            return e.getMessage();
        }
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
        assertThat(late).as("longer than a minute without an operator's act").isEmpty();
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
