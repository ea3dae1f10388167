package phone82.drill;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Databases that are unreachable, unresponsive or killed, under a stream of orders and cancellations. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DatabaseOutageIT {

    private Processes phone82;
    private Gate database;
    private Shop shop;

    @BeforeAll
    void start() throws Exception {
        phone82 = new Processes("database-outage", Databases::onServers, "--phone82.store.dispatch-delay=3s", "--phone82.warm-up=0");
        database = Gate.toDatabase(phone82, "phone82.app.database.url");
        phone82.start("broker coordinator provider", "customer store pay app gateway");
        shop = phone82.gateway();
    }

    @AfterAll
    void stop() {
        phone82.close();
        database.close();
    }

    /** For example the former primary of a failed-over PostgreSQL, or one whose administrator protects its disk. */
    @Test
    @Order(1)
    void noEventBecomesADeadLetterWhileADatabaseRefusesWrites() throws Exception {
        try (Customers customers = new Customers(shop, 4, 0)) {
            customers.awaitMore(50);
            phone82.refuseWrites(true);
            await().untilAsserted(() -> shop.place(anOrder()).expect(503));
            // more than the 9 s in which an event would use up its delivery attempts
            await().pollDelay(Duration.ofSeconds(12)).atMost(Duration.ofSeconds(22)).until(() -> true);
            phone82.refuseWrites(false);
            customers.awaitMore(50);
            customers.stop();
            assertThat(customers.refusals()).containsOnly(503);
            OrderComparison.awaitBalanced(phone82, customers);
            for (Context context : List.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER)) {
                assertThat(phone82.shop(context).all("/dead-letters")).as("dead letters of %s", context).isEmpty();
            }
            System.out.printf("no writes for 12 s; %s%n", customers);
        }
    }

    @Test
    @Order(2)
    void appRefusesWithoutItsDatabaseAndNoOrderIsLeftIncompleteAfterAKill() throws Exception {
        try (Customers customers = new Customers(shop, 4, 15)) {
            customers.awaitMore(50);
            database.cut();
            Shop.Answer refused = shop.place(anOrder()).expect(503);
            assertThat(refused.header("Retry-After")).isNotNull();
            await().pollDelay(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(15)).until(() -> true);
            shop.place(anOrder()).expect(503);
            database.restore();
            customers.awaitMore(50);
            System.out.printf("app's database unreachable for 5 s; %s%n", customers);
            database.block();
            shop.place(anOrder()).expect(503);
            database.restore();
            customers.awaitMore(50);
            System.out.printf("app's database says nothing any more; %s%n", customers);
            phone82.crashDatabases();
            customers.awaitMore(50);
            customers.stop();
            OrderComparison.awaitBalanced(phone82, customers);
            System.out.printf("kill -9 of all databases; %s%n", customers);
        }
    }
}
