package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.CUSTOMER;
import static phone82.Context.PAY;
import static phone82.Context.STORE;

/** Two instances of each context on the same databases, queues and cancellations; one instance of each is killed. */
@Tag("long")
class ReplicasIT {

    private static final List<Context> DOUBLE = List.of(CUSTOMER, STORE, PAY, APP);

    private static final Duration SETTLED = Duration.ofMinutes(3);
    private static final String[] SHIPPED = {"Ordered", "PayCompleted", "OrderReceived", "Shipped"};
    private static final String[] CANCELLED = {"Ordered", "OrderCancelled", "PayCancelled", "DeliveryCancelled"};

    private record Victim(Processes site, String name, Context context) {

        @Override
        public String toString() {
            return name + " " + context.id();
        }
    }

    @Test
    void twoInstancesOfEachContextAgreeAfterAnyKill() throws Exception {
        try (Processes one = new Processes("replicas", Databases::onServers, "--phone82.store.dispatch-delay=1s", "--phone82.warm-up=0");
             Processes other = one.twin()) {
            // the result of a call by one instance may reach the other
            for (Context participant : List.of(APP, STORE, PAY)) {
                one.set("--phone82." + participant.id() + ".callback-url=" + other.url(participant));
                other.set("--phone82." + participant.id() + ".callback-url=" + one.url(participant));
                one.set("--phone82.coordinator." + participant.id() + "-url=" + one.url(participant) + "," + other.url(participant));
            }
            one.start("broker coordinator provider gateway");
            one.startWith(other, DOUBLE.stream().map(Context::id).toArray(String[]::new));
            List<Victim> victims = new ArrayList<>();
            for (Context context : DOUBLE) {
                victims.add(ThreadLocalRandom.current().nextBoolean() ? new Victim(one, "one", context) : new Victim(other, "other", context));
            }
            Collections.shuffle(victims);
            try (Customers some = new Customers(one.shop(APP), 2, 30); Customers others = new Customers(other.shop(APP), 2, 30)) {
                for (Victim victim : victims) {
                    int before = some.accepted().size() + others.accepted().size();
                    await().atMost(SETTLED).until(() -> some.accepted().size() + others.accepted().size() > before + 50);
                    long killed = System.nanoTime();
                    victim.site.kill(victim.context.id());
                    victim.site.start(victim.context.id());
                    System.out.printf("kill -9 of %-14s back after %,6d ms; %s; %s%n", victim, (System.nanoTime() - killed) / 1_000_000, some, others);
                }
                some.stop();
                others.stop();

                Shop shop = one.gateway();
                OrderComparison.awaitBalanced(one, some, others);
                assertThat(shop.all("/orders")).allSatisfy(order -> assertThat(shop.timeline(order.get("id").asLong()))
                        .contains(order.get("status").asText().equals("Shipped") ? SHIPPED : CANCELLED).doesNotHaveDuplicates());
            }
        }
    }
}
