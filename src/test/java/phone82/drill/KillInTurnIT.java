package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;

import java.util.Arrays;

/** {@code kill -9} of each context, under a stream of orders and cancellations. */
@Tag("long")
class KillInTurnIT {

    private static final String[] ALL = Arrays.stream(Context.values()).map(Context::id).toArray(String[]::new);

    @Test
    void contextsAgreeAfterEachKillAndAKillOfAll() throws Exception {
        try (Processes phone82 = new Processes("faults", "--phone82.store.dispatch-delay=1s", "--phone82.warm-up=0")) {
            phone82.start(ALL);
            try (Customers customers = new Customers(phone82.gateway(), 4, 15)) {
                for (Context victim : Context.values()) {
                    customers.awaitMore(30);
                    long killed = System.nanoTime();
                    phone82.kill(victim.id());
                    phone82.start(victim.id());
                    System.out.printf("kill -9 of %-12s back after %,6d ms; %s%n", victim.id(), (System.nanoTime() - killed) / 1_000_000, customers);
                }
                customers.awaitMore(30);
                for (Context victim : Context.values()) {
                    phone82.kill(victim.id());
                }
                phone82.start(ALL);
                customers.awaitMore(30);
                customers.stop();
                OrderComparison.awaitBalanced(phone82, customers);
                System.out.printf("everything killed at once, and back; %s%n", customers);
            }
        }
    }
}
