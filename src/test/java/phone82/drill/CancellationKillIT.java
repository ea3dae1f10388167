package phone82.drill;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.APP;
import static phone82.Context.COORDINATOR;
import static phone82.Context.PAY;
import static phone82.Context.STORE;

/**
 * {@code kill -9} of caller or callee at every HTTP call of a cancellation, before the call arrives or before its answer is sent, under
 * a stream of orders and cancellations: in the end every cancellation is complete or undone.
 */
@Tag("long")
class CancellationKillIT {

    /** A call of the saga: its caller, its callee, and the pattern of its request. */
    private record Step(String name, Context caller, Context callee, Pattern request) {

        Step(String name, Context caller, Context callee, String request) {
            this(name, caller, callee, Pattern.compile(request, Pattern.DOTALL));
        }
    }

    private enum Moment { BEFORE, AFTER }

    private record Kill(Step step, Moment moment, Context victim) {

        @Override
        public String toString() {
            return victim.id() + " " + moment + " " + step.name;
        }
    }

    private static final Duration SETTLED = Duration.ofSeconds(60);

    private final AtomicReference<Kill> armed = new AtomicReference<>();
    private volatile CountDownLatch killed;

    @Test
    void everyCancellationIsAllOrNothingAfterAnyKill() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (Processes phone82 = new Processes("cancel-kill", "--phone82.store.dispatch-delay=2s", "--phone82.warm-up=0")) {
            Map<Context, Tap> taps = new EnumMap<>(Context.class);
            for (Context context : List.of(APP, STORE, PAY, COORDINATOR)) {
                taps.put(context, new Tap(vertx, context.id(), phone82.port(context), new Assassin(phone82)));
            }
            phone82.set("--phone82.saga.coordinator-url=" + taps.get(COORDINATOR).url(),
                    "--phone82.app.callback-url=" + taps.get(APP).url(),
                    "--phone82.store.callback-url=" + taps.get(STORE).url(), "--phone82.app.store-url=" + taps.get(STORE).url(),
                    "--phone82.pay.callback-url=" + taps.get(PAY).url(), "--phone82.app.pay-url=" + taps.get(PAY).url());
            phone82.start("broker provider customer gateway", "coordinator", "store", "pay", "app");
            Shop shop = phone82.gateway();
            try (Customers customers = new Customers(shop, 3, 100)) {
                List<Kill> kills = drawn(kills(taps));
                for (int i = 0; i < kills.size(); i++) {
                    Kill kill = kills.get(i);
                    long cancelled = cancelled(customers);
                    await().atMost(SETTLED).until(() -> cancelled(customers) > cancelled);
                    killed = new CountDownLatch(1);
                    armed.set(kill);
                    assertThat(killed.await(60, TimeUnit.SECONDS)).as("%s happens", kill).isTrue();
                    long dead = System.nanoTime();
                    phone82.start(kill.victim.id());
                    System.out.printf("%2d/%d kill -9 of %-40s back after %,6d ms; %s%n",
                            i + 1, kills.size(), kill, (System.nanoTime() - dead) / 1_000_000, customers);
                }
                customers.stop();
                OrderComparison.awaitBalanced(phone82, customers);
            }
        } finally {
            vertx.close();
        }
    }

    /** All kills, or with {@code -Dphone82.kills=<number>} a random selection. */
    private static List<Kill> drawn(List<Kill> kills) {
        int number = Integer.getInteger("phone82.kills", kills.size());
        if (number < kills.size()) {
            Collections.shuffle(kills);
        }
        return kills.subList(0, Math.min(number, kills.size()));
    }

    private static long cancelled(Customers customers) {
        return customers.cancellations().values().stream().filter(status -> status == 200).count();
    }

    /** Kills the victim once, at the armed moment; the request or its answer is lost with it. */
    private final class Assassin implements Tap.Observer {

        private final Processes phone82;

        private Assassin(Processes phone82) {
            this.phone82 = phone82;
        }

        @Override
        public boolean before(String tap, String request) {
            return !strikes(Moment.BEFORE, tap, request);
        }

        @Override
        public boolean after(String tap, String request) {
            return !strikes(Moment.AFTER, tap, request);
        }

        private boolean strikes(Moment moment, String tap, String request) {
            Kill kill = armed.get();
            if (kill == null || kill.moment != moment || !kill.step.callee.id().equals(tap)
                    || !kill.step.request.matcher(request).matches() || !armed.compareAndSet(kill, null)) {
                return false;
            }
            try {
                phone82.kill(kill.victim.id());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            killed.countDown();
            return true;
        }
    }

    private static List<Kill> kills(Map<Context, Tap> taps) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("start", APP, COORDINATOR, "POST /lra-coordinator/start.*"));
        for (Context participant : List.of(APP, STORE, PAY)) {
            steps.add(new Step(participant.id() + "'s join", participant, COORDINATOR,
                    "PUT /lra-coordinator/[^/]+\\n.*" + taps.get(participant).url() + "/.*"));
        }
        steps.add(new Step("store's action", APP, STORE, "PUT /deliveries/\\d+/hold.*"));
        steps.add(new Step("pay's action", APP, PAY, "PUT /payments/\\d+/cancellation.*"));
        steps.add(new Step("close", APP, COORDINATOR, "PUT /lra-coordinator/[^/]+/close.*"));
        steps.add(new Step("cancel", APP, COORDINATOR, "PUT /lra-coordinator/[^/]+/cancel.*"));
        for (Context participant : List.of(APP, STORE, PAY)) {
            steps.add(new Step(participant.id() + "'s completion", COORDINATOR, participant, "PUT /lra-participant/complete.*"));
            steps.add(new Step(participant.id() + "'s compensation", COORDINATOR, participant, "PUT /lra-participant/compensate.*"));
        }
        List<Kill> kills = new ArrayList<>();
        for (Step step : steps) {
            for (Moment moment : Moment.values()) {
                kills.add(new Kill(step, moment, step.caller));
                kills.add(new Kill(step, moment, step.callee));
            }
        }
        // the coordinator treats all participants alike: it is killed at calls that involve app; the others are killed ten times each
        kills.removeIf(kill -> kill.victim == COORDINATOR && kill.step.caller != APP && kill.step.callee != APP);
        kills.addAll(kills.stream().filter(kill -> kill.step.name.endsWith("join") && (kill.victim == STORE || kill.victim == PAY)).toList());
        return kills;
    }
}
