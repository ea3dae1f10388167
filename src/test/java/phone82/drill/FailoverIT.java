package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
import static phone82.Context.CUSTOMER;
import static phone82.Context.GATEWAY;
import static phone82.Context.PAY;
import static phone82.Context.STORE;

/**
 * The highly available set-up on one machine: PostgreSQL with two standbys, a pair of brokers on one shared folder, two instances of each
 * context. Under load, the database's primary and the active broker are killed, then frozen and continued.
 */
@Tag("long")
class FailoverIT {

    private static final List<Context> DOUBLE = List.of(CUSTOMER, STORE, PAY, APP, GATEWAY);
    private static final List<Context> ON_POSTGRESQL = List.of(APP, PAY, STORE, CUSTOMER);
    private static final int ORDERS_PER_SECOND = Integer.getInteger("phone82.drill.orders-per-second", 10);
    /** How long a frozen primary is observed before an operator acts. */
    private static final Duration DETECTION = Duration.ofSeconds(10);
    private static final Duration FROZEN = Duration.ofSeconds(20);
    private static final String BROKER_OPTIONS = "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1";

    private final List<String> times = new ArrayList<>();

    @Test
    void noAcceptedOrderIsLostWhenServersDieOrFreeze() throws Exception {
        int second = Phone82Extension.freePort();
        try (Processes one = new Processes("failover", folder -> Databases.embedded(), "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0");
             Processes other = one.twin();
             PostgreSqlCluster database = new PostgreSqlCluster(one.data("postgresql"), ON_POSTGRESQL.stream().map(Context::id).toList());
             Artemis active = broker(one, "artemis-1", one.port(BROKER));
             Artemis waiting = broker(one, "artemis-2", second);
             Balancer balancer = new Balancer(one.data(""), DOUBLE, List.of(one, other))) {
            active.start(BROKER_OPTIONS);
            await().atMost(Duration.ofSeconds(60)).until(active::listens);
            waiting.start(BROKER_OPTIONS);
            for (Processes site : List.of(one, other)) {
                site.set(options(balancer, database, "(tcp://localhost:%d,tcp://localhost:%d)".formatted(one.port(BROKER), second)));
            }
            one.start("coordinator provider");
            for (Context context : DOUBLE) {
                one.startWith(other, context.id());
                balancer.awaitReady(context, 0, 1);
            }
            Shop shop = new Shop(balancer.url(GATEWAY));
            try (PatientCustomers customers = new PatientCustomers(shop, ORDERS_PER_SECOND)) {
                await().atMost(Duration.ofMinutes(1)).until(() -> customers.accepted().size() > 100);

                Server killed = database.primary();
                long began = System.nanoTime();
                database.kill(killed);
                database.failOver();
                recovered("kill -9 of PostgreSQL's primary", began, customers, shop);
                database.rejoin(killed);

                began = System.nanoTime();
                active.kill();
                recovered("kill -9 of the active broker", began, customers, shop);
                assertThat(waiting.listens()).isTrue();
                active.start(BROKER_OPTIONS);

                Server frozen = database.primary();
                began = System.nanoTime();
                database.freeze(frozen);
                await().pollDelay(DETECTION).atMost(DETECTION.plusSeconds(5)).until(() -> true);
                database.failOver();
                recovered("freeze of PostgreSQL's primary, noticed after " + DETECTION.toSeconds() + " s", began, customers, shop);
                began = System.nanoTime();
                database.thaw(frozen);
                assertThat(database.connections(frozen)).as("the former primary answers").isNotNegative();
                assertThat(database.confirmsWrites(frozen)).as("the former primary confirms a write").isFalse();
                recovered("PostgreSQL's former primary continues", began, customers, shop);
                database.kill(frozen);
                database.rejoin(frozen);

                began = System.nanoTime();
                waiting.freeze();
                long accepted = customers.awaitAcceptedAfter(began + Duration.ofSeconds(5).toNanos());
                await().pollDelay(FROZEN).atMost(FROZEN.plusSeconds(5)).until(() -> true);
                assertThat(active.listens()).as("a second broker is active while a frozen one holds the lock").isFalse();
                assertThat(customers.longestGap(began)).as("without a broker orders are accepted").isLessThan(Duration.ofSeconds(5));
                waiting.thaw();
                awaitShipped(shop, accepted);
                recovered("freeze of the active broker for " + FROZEN.toSeconds() + " s", began, customers, shop);

                began = System.nanoTime();
                waiting.freeze();
                await().pollDelay(DETECTION).atMost(DETECTION.plusSeconds(5)).until(() -> true);
                waiting.kill();
                recovered("freeze of the active broker, killed after " + DETECTION.toSeconds() + " s", began, customers, shop);
                customers.stop();

                assertThat(customers.failures()).isEmpty();
                awaitAllShipped(shop, customers.accepted());
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
        }
    }

    private static Artemis broker(Processes site, String name, int port) throws Exception {
        return new Artemis(site.data(name), port, Artemis.sharing(site.data("artemis")));
    }

    /** Records how long no order was accepted, and when the first order that was sent after the fault was accepted and shipped. */
    private void recovered(String fault, long began, PatientCustomers customers, Shop shop) {
        long order = customers.awaitAcceptedAfter(began);
        long accepted = customers.acceptedAt(order);
        awaitShipped(shop, order);
        long shipped = System.nanoTime();
        times.add("%-62s accepted after %6.1f s, shipped after %6.1f s, longest time without an accepted order %5.1f s".formatted(fault,
                (accepted - began) / 1e9, (shipped - began) / 1e9, customers.longestGap(began).toMillis() / 1e3));
        System.out.println(times.get(times.size() - 1));
    }

    private static void awaitShipped(Shop shop, long order) {
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100)).ignoreExceptions()
                .until(() -> shop.get("/orders/" + order).body().path("status").asText().equals("Shipped"));
    }

    private static void awaitAllShipped(Shop shop, Set<Long> accepted) {
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            List<JsonNode> orders = shop.all("/orders");
            assertThat(orders.stream().map(order -> order.get("id").asLong()).collect(Collectors.toSet())).containsAll(accepted);
            assertThat(orders).extracting(order -> order.get("status").asText()).containsOnly("Shipped");
        });
    }

    private static String[] options(Balancer balancer, PostgreSqlCluster database, String brokers) {
        Stream<String> databases = ON_POSTGRESQL.stream().map(Context::id).flatMap(id -> Stream.of("url=" + database.url(id), "user=" + id, "password=demo-" + id)
                .map(setting -> "--phone82." + id + ".database." + setting));
        Stream<String> addresses = Stream.concat(Stream.of("--phone82.broker.url=" + brokers,
                        "--phone82.app.pay-url=" + balancer.url(PAY), "--phone82.app.store-url=" + balancer.url(STORE)),
                Stream.concat(Stream.of(APP, PAY, STORE, CUSTOMER).map(each -> "--phone82.gateway." + each.id() + "-url=" + balancer.url(each)),
                        Stream.of(APP, PAY, STORE).map(each -> "--phone82." + each.id() + ".callback-url=" + balancer.url(each))));
        return Stream.concat(databases, addresses).toArray(String[]::new);
    }
}
