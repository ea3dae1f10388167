package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import phone82.Context;
import phone82.journey.Databases;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The coordinator is killed, also together with pay or store, frozen, and loses its folder, or another one takes over, under a stream of
 * orders and cancellations: orders are accepted meanwhile, each cancellation is complete or undone, and cancellations work again afterwards.
 */
@Tag("long")
class CoordinatorLostIT {

    private static final String COORDINATOR = "coordinator";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Longer than the time limit of a cancellation. */
    private static final Duration FROZEN = Duration.ofSeconds(15);

    private final List<String> times = new ArrayList<>();

    @Test
    void everyCancellationIsAllOrNothingAfterTheLossOfTheCoordinator() throws Exception {
        try (Processes phone82 = new Processes("coordinator-lost", "--phone82.store.dispatch-delay=2s", "--phone82.warm-up=0")) {
            phone82.start("broker provider customer gateway", COORDINATOR, "store", "pay", "app");
            try (Customers customers = new Customers(phone82.gateway(), 3, 60)) {
                awaitCancelled(customers, 3);

                phone82.kill(COORDINATOR);
                awaitRefused(customers, 2);
                customers.awaitMore(5);
                restart("kill -9", phone82, customers, COORDINATOR);

                ProcessHandle frozen = phone82.handles().get(COORDINATOR);
                PostgreSqlCluster.signal("-STOP", List.of(frozen));
                long began = System.nanoTime();
                awaitRefused(customers, 2);
                customers.awaitMore(5);
                await().atMost(FROZEN.plusSeconds(5)).until(() -> System.nanoTime() - began > FROZEN.toNanos());
                PostgreSqlCluster.signal("-CONT", List.of(frozen));
                recovered("frozen for %d s".formatted(FROZEN.toSeconds()), System.nanoTime(), customers);

                for (String other : List.of("pay", "store")) {
                    phone82.kill(COORDINATOR);
                    phone82.kill(other);
                    awaitRefused(customers, other.equals("pay") ? 0 : 2);
                    restart("kill -9, with " + other, phone82, customers, COORDINATOR, other);
                }

                phone82.kill(COORDINATOR);
                FileSystemUtils.deleteRecursively(phone82.data(COORDINATOR));
                awaitRefused(customers, 2);
                customers.awaitMore(5);
                restart("loss of its folder", phone82, customers, COORDINATOR);

                customers.stop();
                long stopped = System.nanoTime();
                OrderComparison.awaitBalanced(phone82, customers);
                System.out.printf("%s%nall contexts agree %.1f s after the last order; %s%n", String.join("\n", times), (System.nanoTime() - stopped) / 1e9, customers);
                assertThat(customers.unanswered()).isZero();
                assertThat(Set.copyOf(customers.cancellations().values())).isSubsetOf(200, 202, 409, 503);
            }
        }
    }

    @Test
    void everyCancellationIsAllOrNothingWhenAnotherCoordinatorTakesOver() throws Exception {
        String[] database = Databases.onPostgreSql(Set.of(Context.COORDINATOR)).options().toArray(String[]::new);
        try (Processes one = new Processes("coordinator-replaced", "--phone82.store.dispatch-delay=2s", "--phone82.warm-up=0"); Processes other = one.twin()) {
            other.set(database);
            other.separate(Context.COORDINATOR);
            for (Context participant : List.of(Context.APP, Context.PAY, Context.STORE)) {
                other.set("--phone82.coordinator." + participant.id() + "-url=" + one.url(participant));
            }
            try (Balancer service = new Balancer(one.data(""), Network.HERE.address(), List.of(Context.COORDINATOR, Context.GATEWAY), List.of(one, other))) {
                one.set("--phone82.saga.coordinator-url=" + service.url(Context.COORDINATOR));
                one.start("broker provider customer gateway", COORDINATOR, "store", "pay", "app");
                try (Customers customers = new Customers(one.gateway(), 3, 80)) {
                    awaitCancelled(customers, 3);

                    one.kill(COORDINATOR);
                    one.set(database);
                    restart("kill -9, a database in place of the folder", one, customers, COORDINATOR);
                    one.kill(COORDINATOR);
                    restart("kill -9, another one starts", other, customers, COORDINATOR);
                    other.kill(COORDINATOR);
                    restart("kill -9, the first one starts", one, customers, COORDINATOR);

                    ProcessHandle frozen = one.handles().get(COORDINATOR);
                    for (int freeze = 0; freeze < 3; freeze++) {
                        awaitCancelled(customers, 1);
                        PostgreSqlCluster.signal("-STOP", List.of(frozen));
                        restart("frozen, another one starts", other, customers, COORDINATOR);
                        PostgreSqlCluster.signal("-CONT", List.of(frozen));
                        long began = System.nanoTime();
                        awaitCancelled(customers, 5);
                        assertThat(other.operations(Context.COORDINATOR).get("/actuator/health/readiness").status()).isEqualTo(200);
                        assertThat(one.operations(Context.COORDINATOR).get("/actuator/health/readiness").status()).isEqualTo(503);
                        recovered("it continues, and waits", began, customers);
                        began = System.nanoTime();
                        other.kill(COORDINATOR);
                        recovered("kill -9 of the other one, it takes over", began, customers);
                    }

                    customers.stop();
                    OrderComparison.awaitBalanced(one, customers);
                    System.out.printf("%s%n%s%n", String.join("\n", times), customers);
                    assertThat(customers.unanswered()).isZero();
                    assertThat(Set.copyOf(customers.cancellations().values())).isSubsetOf(200, 202, 409, 503);
                }
            }
        }
    }

    private void restart(String fault, Processes phone82, Customers customers, String... contexts) throws Exception {
        long began = System.nanoTime();
        phone82.start(contexts);
        recovered(fault, began, customers);
    }

    private void recovered(String fault, long began, Customers customers) {
        awaitCancelled(customers, 1);
        times.add("%-42s orders are cancelled again %.1f s after the restart".formatted(fault, (System.nanoTime() - began) / 1e9));
        System.out.println(times.get(times.size() - 1));
    }

    private static void awaitCancelled(Customers customers, int more) {
        awaitAnswers(customers, 200, more);
    }

    private static void awaitRefused(Customers customers, int more) {
        awaitAnswers(customers, 503, more);
    }

    private static void awaitAnswers(Customers customers, int status, int more) {
        long before = answers(customers, status);
        await().atMost(PATIENCE).until(() -> answers(customers, status) >= before + more);
    }

    private static long answers(Customers customers, int status) {
        return customers.cancellations().values().stream().filter(each -> each == status).count();
    }
}
