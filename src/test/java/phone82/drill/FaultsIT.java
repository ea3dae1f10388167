package phone82.drill;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Shop;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.BROKER;
import static phone82.Context.COORDINATOR;
import static phone82.journey.Shop.anOrder;

/** What can befall a process or a network path, each under a stream of orders and cancellations. */
@Tag("long")
class FaultsIT {

    private static final Duration SETTLED = Duration.ofSeconds(180);
    private static final String[] ALL = Arrays.stream(Context.values()).map(Context::id).toArray(String[]::new);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void everyProcessIsKilledInTurnAndThenAllAtOnce() throws Exception {
        try (Processes phone82 = new Processes("faults", "--phone82.store.dispatch-delay=1s", "--phone82.warm-up=0")) {
            phone82.start(ALL);
            try (Customers customers = new Customers(phone82.gateway(), 4, 15)) {
                for (Context victim : Context.values()) {
                    goesOn(customers, 30);
                    long killed = System.nanoTime();
                    phone82.kill(victim.id());
                    phone82.start(victim.id());
                    System.out.printf("kill -9 of %-12s back after %,6d ms; %s%n", victim.id(), (System.nanoTime() - killed) / 1_000_000, customers);
                }
                goesOn(customers, 30);
                for (Context victim : Context.values()) {
                    phone82.kill(victim.id());
                }
                phone82.start(ALL);
                goesOn(customers, 30);
                customers.stop();
                assertBalanced(phone82, customers);
                System.out.printf("everything killed at once, and back; %s%n", customers);
            }
        }
    }

    @Test
    void ordersAreTakenWhileTheBrokerCannotBeReachedAndShipWhenItCan() throws Exception {
        try (Processes phone82 = new Processes("broker-away", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0")) {
            Gate broker = new Gate(vertx, phone82.port(BROKER));
            phone82.start("broker");
            phone82.set("--phone82.broker.url=tcp://localhost:" + broker.port());
            phone82.start("coordinator customer store pay app gateway");
            try (Customers customers = new Customers(phone82.gateway(), 4, 0)) {
                goesOn(customers, 50);
                broker.cut();
                int before = customers.accepted().size();
                await().pollDelay(Duration.ofSeconds(30)).atMost(Duration.ofSeconds(40)).until(() -> true);
                int meanwhile = customers.accepted().size() - before;
                System.out.printf("orders accepted in 30 s without a broker: %d; %s%n", meanwhile, customers);
                assertThat(meanwhile).isGreaterThan(200);
                broker.mend();
                goesOn(customers, 50);
                customers.stop();
                assertBalanced(phone82, customers);
            }
        }
    }

    @Test
    void withoutItsDatabaseAppRefusesAndNothingIsHalfDoneEvenWhenAllDatabasesAreKilled() throws Exception {
        try (Processes phone82 = new Processes("database-away", Databases::onServers, "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0")) {
            String property = "phone82.app.database.url";
            Matcher url = Pattern.compile("(.*localhost:)(\\d+)(/.*)").matcher(phone82.get(property));
            assertThat(url.matches()).isTrue();
            Gate database = new Gate(vertx, Integer.parseInt(url.group(2)));
            phone82.set("--" + property + "=" + url.group(1) + database.port() + url.group(3));
            phone82.start("broker coordinator", "customer store pay app gateway");
            Shop shop = phone82.gateway();
            try (Customers customers = new Customers(shop, 4, 15)) {
                goesOn(customers, 50);
                database.cut();
                Shop.Answer refused = shop.place(anOrder()).expect(503);
                assertThat(refused.header("Retry-After")).isNotNull();
                await().pollDelay(Duration.ofSeconds(10)).atMost(Duration.ofSeconds(20)).until(() -> true);
                shop.place(anOrder()).expect(503);
                database.mend();
                goesOn(customers, 50);
                System.out.printf("app's database away for 10 s; %s%n", customers);
                phone82.crashDatabases();
                goesOn(customers, 50);
                customers.stop();
                assertBalanced(phone82, customers);
                System.out.printf("kill -9 of all databases; %s%n", customers);
            }
        }
    }

    /** The stream has so many more orders accepted. */
    private static void goesOn(Customers customers, int orders) {
        int before = customers.accepted().size();
        await().atMost(SETTLED).until(() -> customers.accepted().size() >= before + orders);
    }

    private static void assertBalanced(Processes phone82, Customers customers) {
        await().atMost(SETTLED).pollInterval(1, TimeUnit.SECONDS).ignoreExceptionsInstanceOf(UncheckedIOException.class).untilAsserted(() -> {
            assertThat(phone82.shop(COORDINATOR).get("/lra-coordinator").expect(200).body()).isEmpty();
            assertThat(phone82.shop(APP).get("/cancellations").expect(200).body()).isEmpty();
            Books.assertBalanced(phone82.gateway(), customers);
        });
        assertThat(phone82.reconcile().breaches()).isEmpty();
    }
}
