package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import phone82.platform.api.Problem;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class BankBreakersTest {

    private static final Duration OPEN = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private final BankBreakers breakers = new BankBreakers(3, OPEN);

    @Test
    void opensForOneCustomerAndOnePhoneOnly() {
        BankBreakers breakers = new BankBreakers(3, Duration.ofSeconds(3));
        undecided(breakers, order("kim", "note20"), 3);

        assertThatThrownBy(() -> breakers.refuseWhileOpen(order("kim", "note20"))).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.headers()).containsEntry("Retry-After", 3L);
        });
        breakers.refuseWhileOpen(order("kim", "note21"));
        breakers.refuseWhileOpen(order("lee", "note20"));
    }

    @Test
    void aDecisionResetsTheCount() {
        undecided(order("kim", "note20"), 2);
        breakers.answered(order("kim", "note20"), 402);
        undecided(order("kim", "note20"), 2);

        breakers.refuseWhileOpen(order("kim", "note20"));
    }

    @Test
    void oneTrialOrderClosesItForAll() {
        undecided(order("kim", "note20"), 3);

        awaitTrial(order("kim", "note20"));
        breakers.enter(order("kim", "note20"));
        assertThatThrownBy(() -> breakers.enter(order("kim", "note20"))).isInstanceOf(Problem.class);
        breakers.answered(order("kim", "note20"), 201);

        breakers.enter(order("kim", "note20"));
        breakers.enter(order("kim", "note20"));
    }

    @Test
    void aTrialOrderThatDoesNotReachTheBankLeavesTheTrialToTheNext() {
        undecided(order("kim", "note20"), 3);
        awaitTrial(order("kim", "note20"));

        breakers.enter(order("kim", "note20"));
        breakers.leave(order("kim", "note20"));
        breakers.enter(order("kim", "note20"));
        breakers.answered(order("kim", "note20"), 409);
        breakers.enter(order("kim", "note20"));

        assertThatThrownBy(() -> breakers.enter(order("kim", "note20"))).isInstanceOf(Problem.class);
    }

    @Test
    void closesWhenTheCustomerStops() {
        MeterRegistry metrics = new SimpleMeterRegistry();
        breakers.bindTo(metrics);
        undecided(order("kim", "note20"), 3);
        assertThat(metrics.get("phone82.payment.banks").gauge().value()).isEqualTo(1);

        await().atMost(LONGEST).until(() -> metrics.get("phone82.payment.banks").gauge().value() == 0);

        undecided(order("kim", "note20"), 2);
        breakers.refuseWhileOpen(order("kim", "note20"));
    }

    private void awaitTrial(Order order) {
        await().atMost(LONGEST).untilAsserted(() -> assertThatCode(() -> breakers.refuseWhileOpen(order)).doesNotThrowAnyException());
    }

    private void undecided(Order order, int times) {
        undecided(breakers, order, times);
    }

    private static void undecided(BankBreakers breakers, Order order, int times) {
        for (int i = 0; i < times; i++) {
            breakers.enter(order);
            breakers.answered(order, 424);
        }
    }

    private static Order order(String owner, String item) {
        return new Order(1, item, 1, 1, owner, Instant.now());
    }
}
