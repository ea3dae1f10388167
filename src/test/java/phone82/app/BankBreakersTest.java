package phone82.app;

import org.junit.jupiter.api.Test;
import phone82.platform.Problem;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class BankBreakersTest {

    private static final Duration OPEN = Duration.ofSeconds(1);

    private final BankBreakers breakers = new BankBreakers(3, OPEN);

    @Test
    void opensForOneCustomerAndOnePhoneOnly() {
        undecided(order("kim", "note20"), 3);

        assertThatThrownBy(() -> breakers.enter(order("kim", "note20"))).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.headers()).containsEntry("Retry-After", OPEN.toSeconds());
        });
        breakers.enter(order("kim", "note21"));
        breakers.enter(order("lee", "note20"));
    }

    @Test
    void aDecisionResetsTheCount() {
        undecided(order("kim", "note20"), 2);
        breakers.answered(order("kim", "note20"), 402);
        undecided(order("kim", "note20"), 2);

        breakers.enter(order("kim", "note20"));
    }

    @Test
    void oneTrialOrderClosesItForAll() {
        undecided(order("kim", "note20"), 3);

        await().atMost(OPEN.multipliedBy(5)).untilAsserted(() -> assertThatCode(() -> breakers.enter(order("kim", "note20"))).doesNotThrowAnyException());
        assertThatThrownBy(() -> breakers.enter(order("kim", "note20"))).isInstanceOf(Problem.class);
        breakers.answered(order("kim", "note20"), 201);

        breakers.enter(order("kim", "note20"));
        breakers.enter(order("kim", "note20"));
    }

    @Test
    void anUnansweredTrialOrderDoesNotBlockTheNextTrial() {
        undecided(order("kim", "note20"), 3);

        for (int i = 0; i < 2; i++) {
            await().atMost(OPEN.multipliedBy(5)).untilAsserted(() -> assertThatCode(() -> breakers.enter(order("kim", "note20"))).doesNotThrowAnyException());
        }
    }

    private void undecided(Order order, int times) {
        for (int i = 0; i < times; i++) {
            breakers.enter(order);
            breakers.answered(order, 424);
        }
    }

    private static Order order(String owner, String item) {
        return new Order(1, item, 1, 1, owner, Instant.now());
    }
}
