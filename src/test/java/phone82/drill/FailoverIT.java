package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.drill.PostgreSqlCluster.Server;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The highly available set-up under load: the database's primary and the active broker are killed, then frozen and continued. */
@Tag("long")
class FailoverIT {

    private static final int ORDERS_PER_SECOND = Integer.getInteger("phone82.drill.orders-per-second", 10);
    /** How long a frozen primary is observed before an operator acts. */
    private static final Duration DETECTION = Duration.ofSeconds(10);
    private static final Duration FROZEN = Duration.ofSeconds(20);

    @Test
    void noAcceptedOrderIsLostWhenServersDieOrFreeze() throws Exception {
        try (HighlyAvailable phone82 = new HighlyAvailable("failover", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0")) {
            PostgreSqlCluster database = phone82.database();
            Artemis active = phone82.activeBroker();
            try (PatientCustomers customers = new PatientCustomers(phone82.shop(), ORDERS_PER_SECOND, 0)) {
                await().atMost(Duration.ofMinutes(1)).until(() -> customers.accepted().size() > 100);

                Server killed = database.primary();
                long began = System.nanoTime();
                database.kill(killed);
                database.failOver();
                phone82.awaitRecovery("kill -9 of PostgreSQL's primary", began, customers);
                database.rejoin(killed);

                began = System.nanoTime();
                active.kill();
                phone82.awaitRecovery("kill -9 of the active broker", began, customers);
                Artemis waiting = phone82.activeBroker();
                assertThat(waiting).isNotSameAs(active);
                phone82.restart(active);

                Server frozen = database.primary();
                began = System.nanoTime();
                database.freeze(frozen);
                await().pollDelay(DETECTION).atMost(DETECTION.plusSeconds(5)).until(() -> true);
                database.failOver();
                phone82.awaitRecovery("freeze of PostgreSQL's primary, noticed after " + DETECTION.toSeconds() + " s", began, customers);
                began = System.nanoTime();
                database.thaw(frozen);
                assertThat(database.connections(frozen)).as("the former primary answers").isNotNegative();
                assertThat(database.confirmsWrites(frozen)).as("the former primary confirms a write").isFalse();
                phone82.awaitRecovery("PostgreSQL's former primary continues", began, customers);
                database.kill(frozen);
                database.rejoin(frozen);

                began = System.nanoTime();
                waiting.freeze();
                long accepted = customers.awaitAcceptedAfter(began + Duration.ofSeconds(5).toNanos());
                await().pollDelay(FROZEN).atMost(FROZEN.plusSeconds(5)).until(() -> true);
                assertThat(active.listens()).as("a second broker is active while a frozen one holds the lock").isFalse();
                assertThat(customers.longestGap(began)).as("without a broker orders are accepted").isLessThan(Duration.ofSeconds(5));
                waiting.thaw();
                phone82.awaitShipped(accepted);
                phone82.awaitRecovery("freeze of the active broker for " + FROZEN.toSeconds() + " s", began, customers);

                began = System.nanoTime();
                waiting.freeze();
                await().pollDelay(DETECTION).atMost(DETECTION.plusSeconds(5)).until(() -> true);
                waiting.kill();
                phone82.awaitRecovery("freeze of the active broker, killed after " + DETECTION.toSeconds() + " s", began, customers);
                customers.stop();
                phone82.requireNothingLost(customers);
            }
        }
    }
}
