package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.command.Report;
import phone82.journey.Provider;
import phone82.journey.Shop.Answer;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.PAY;
import static phone82.Context.PROVIDER;
import static phone82.journey.Shop.anOrder;

/**
 * Halts a context before and after each of its durable steps, and drops the provider's answers to pay. A first run finds the steps:
 * each commit of its database and of the broker, and each call to the provider. Afterwards all contexts and the provider's ledger agree.
 * {@code -Dphone82.crash-contexts=pay,app} selects the contexts, {@code -Dphone82.crash-journeys=N} draws N journeys, and
 * {@code -Dphone82.crash-points=N} draws N of their steps in each context.
 */
@Tag("long")
class CrashPointsIT {

    private static final List<String> CONTEXTS = List.of("broker", "coordinator", "provider", "customer", "store", "pay", "app", "gateway");

    private final Set<Long> accepted = new HashSet<>();
    private final Map<Long, Integer> cancellations = new HashMap<>();
    private Processes phone82;
    private SteppedContext stepped;
    private long unknownOrder = 5_000_000;

    private final Map<String, Runnable> journeys = new LinkedHashMap<>();
    {
        journeys.put("an order", () -> awaitShipped(place("note20")));
        journeys.put("a declined payment", () -> place("sim-decline"));
        journeys.put("a payment that the provider does not decide in time", () -> place("sim-slow-600"));
        journeys.put("an authorisation whose answer is lost", () -> {
            setFault("authorise", "lose", 1);
            place("note20");
        });
        journeys.put("an authorisation that is answered when app has given up", () -> {
            provider().setFaults("{\"operation\":\"authorise\",\"kind\":\"delay\",\"millis\":600,\"count\":1}");
            place("note20");
        });
        journeys.put("an authorisation that nobody confirms", () -> {
            long id = ++unknownOrder;
            tried(() -> phone82.shop(PAY).post("/payments", "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1,\"amount\":1199000}"));
            briefly(() -> payment(id).equals("Expired"));
        });
        journeys.put("a cancellation before the capture", () -> {
            setFault("capture", "refuse", 3);
            cancel(place("note20"));
        });
        journeys.put("a cancellation after the capture", () -> cancel(paid("note20")));
        journeys.put("a cancellation of a payment that may be captured", () -> {
            setFault("capture", "lose", 3);
            cancel(place("note20"));
        });
        journeys.put("a refund that fails at first", () -> {
            long id = paid("note20");
            setFault("refund", "refuse", 2);
            cancel(id);
        });
        journeys.put("a refund that is refused, and retried by an operator", () -> {
            long id = paid("note20");
            setFault("refund", "decline", 1);
            cancel(id);
            briefly(() -> payment(id).equals("RefundFailed"));
            retryRefunds();
        });
    }

    private record Point(String journey, int step) {
    }

    static Stream<String> steppedContexts() {
        return Stream.of(System.getProperty("phone82.crash-contexts", "pay,app,store,customer").split(","));
    }

    @ParameterizedTest
    @MethodSource("steppedContexts")
    void theLedgerAgreesAfterAHaltAtAnyStep(String context) throws Exception {
        try (Processes started = new Processes("crash", "--phone82.store.dispatch-delay=1s", "--phone82.pay.authorisation-validity=2s",
                "--phone82.pay.longest-retry=500ms", "--phone82.pay.poll=200ms", "--phone82.pay.breaker.open=500ms",
                "--phone82.warm-up=10", "--phone82.reconcile.timelines=0", "--phone82.reconcile.settle=60s")) {
            phone82 = started;
            stepped = new SteppedContext(phone82, context);
            phone82.start(CONTEXTS.stream().filter(each -> !each.equals(context)).collect(Collectors.joining(" ")));
            long seed = Long.getLong("phone82.seed", System.nanoTime());
            Random random = new Random(seed);
            List<Point> points = countSteps(context, drawn(random));
            Collections.shuffle(points, random);
            int wanted = Math.min(points.size(), Integer.getInteger("phone82.crash-points", points.size()));
            System.out.printf("%s: %d crash points in all, %d wanted with -Dphone82.seed=%d%n", context, points.size(), wanted, seed);
            int reached = 0;
            startStepped(points.get(0).step);
            for (int i = 0; i < points.size() && reached < wanted; i++) {
                Point point = points.get(i);
                String step = runTo(point);
                System.out.printf("%d %s: %s%n", i + 1, point, step == null ? "not reached" : step);
                reached += step == null ? 0 : 1;
                // the process that settles the rest of this point also executes the next point
                startStepped(i + 1 < points.size() ? points.get(i + 1).step : 0);
                assertSettles(point.toString());
            }
            stepped.kill();
            // repetitions depend on time, so the last steps of a journey do not occur in each run
            assertThat(reached).as("points that were reached").isGreaterThanOrEqualTo(wanted - points.size() / 5);
        }
    }

    private List<String> drawn(Random random) {
        List<String> drawn = new ArrayList<>(journeys.keySet());
        Collections.shuffle(drawn, random);
        return drawn.subList(0, Math.min(drawn.size(), Integer.getInteger("phone82.crash-journeys", drawn.size())));
    }

    private List<Point> countSteps(String context, List<String> drawn) throws Exception {
        List<Point> points = new ArrayList<>();
        startStepped(0);
        for (String journey : drawn) {
            int before = stepped.steps().size();
            stepped.arm();
            journeys.get(journey).run();
            assertSettles(journey);
            stepped.disarm();
            int steps = stepped.steps().size() - before;
            // pay takes part in every journey
            assertThat(steps).as("the steps of %s in %s", journey, context).isGreaterThan(context.equals("pay") ? 4 : -1);
            System.out.printf("%s, %s: %d crash points%n", context, journey, steps);
            IntStream.rangeClosed(1, steps).forEach(step -> points.add(new Point(journey, step)));
        }
        stepped.kill();
        assertThat(points).hasSizeGreaterThan(3 * drawn.size());
        return points;
    }

    /** Runs the journey in a process started for it, then ends the process. Returns the last step, or null if the step was not reached. */
    private String runTo(Point point) throws Exception {
        stepped.arm();
        journeys.get(point.journey).run();
        briefly(() -> stepped.isHalted());
        stepped.disarm();
        List<String> steps = stepped.steps();
        stepped.kill();
        return steps.size() < point.step ? null : steps.get(point.step - 1);
    }

    /** Waits until an order has shipped, so that its steps are not counted for the journey. */
    private void startStepped(int actAt) throws Exception {
        stepped.start(actAt);
        AtomicLong id = new AtomicLong();
        await().atMost(Duration.ofSeconds(30)).until(() -> id.updateAndGet(none -> place("note20")) > 0);
        await().atMost(Duration.ofSeconds(30)).until(() -> order(id.get()).equals("Shipped"));
    }

    private void assertSettles(String run) {
        provider().removeFaults();
        await().atMost(Duration.ofMinutes(1)).ignoreExceptionsInstanceOf(UncheckedIOException.class).until(() -> {
            retryRefunds();
            return phone82.gateway().all("/payments").stream().noneMatch(payment -> payment.get("status").asText().matches("Refund(ing|Failed)"));
        });
        Report report = phone82.reconcile();
        assertThat(report.breaches()).as(run).isEmpty();
        assertThat(report.moving()).as(run).isEmpty();
        assertAsAnswered(run);
        assertLedger(run);
    }

    /** The orders match the answers to their customers. */
    private void assertAsAnswered(String run) {
        accepted.forEach(id -> assertThat(order(id)).as("accepted order %d, %s", id, run).isIn("Shipped", "Cancelled"));
        cancellations.forEach((id, answer) -> assertThat(order(id)).as("order %d, whose cancellation was answered %d, %s", id, answer, run)
                .isEqualTo(answer == 200 ? "Cancelled" : "Shipped"));
        accepted.clear();
        cancellations.clear();
    }

    /** The provider has the money of the shipped orders only. */
    private void assertLedger(String run) {
        Map<Long, JsonNode> orders = new HashMap<>();
        phone82.gateway().all("/orders").forEach(order -> orders.put(order.get("id").asLong(), order));
        Set<Long> charged = new HashSet<>();
        for (JsonNode account : provider().accounts()) {
            long id = account.get("orderId").asLong();
            JsonNode order = orders.get(id);
            boolean shipped = order != null && order.get("status").asText().equals("Shipped");
            long captured = account.get("captured").asLong();
            assertThat(account.get("reserved").asLong()).as("reserved for order %d, %s", id, run).isZero();
            assertThat(captured - account.get("refunded").asLong()).as("held for order %d, %s", id, run)
                    .isEqualTo(shipped ? order.get("amount").asLong() : 0);
            assertThat(order != null || captured == 0).as("nothing was captured for order %d, which does not exist, %s", id, run).isTrue();
            if (shipped) {
                charged.add(id);
            }
        }
        orders.forEach((id, order) -> assertThat(order.get("status").asText().equals("Shipped")).as("order %d is charged if shipped, %s", id, run)
                .isEqualTo(charged.contains(id)));
    }

    private Provider provider() {
        return new Provider(phone82.shop(PROVIDER));
    }

    private void setFault(String operation, String kind, int count) {
        provider().setFaults("{\"operation\":\"" + operation + "\",\"kind\":\"" + kind + "\",\"count\":" + count + "}");
    }

    /** The id of the order, or 0 if there is none. */
    private long place(String item) {
        Answer answer = tried(() -> phone82.gateway().place(anOrder().of(item)));
        if (answer == null || answer.status() != 201) {
            return 0;
        }
        accepted.add(answer.id());
        return answer.id();
    }

    private long paid(String item) {
        long id = place(item);
        briefly(() -> order(id).equals("Paid"));
        return id;
    }

    private void awaitShipped(long id) {
        briefly(() -> order(id).equals("Shipped"));
    }

    private void cancel(long id) {
        if (id == 0) {
            return;
        }
        Answer answer = tried(() -> phone82.gateway().send("DELETE", "/orders/" + id, null, null));
        if (answer != null && (answer.status() == 200 || answer.status() == 409)) {
            cancellations.put(id, answer.status());
        }
        briefly(() -> payment(id).matches("Voided|Refunded|RefundFailed"));
    }

    private void retryRefunds() {
        List<JsonNode> payments = tried(() -> phone82.gateway().all("/payments"));
        if (payments != null) {
            payments.stream().filter(payment -> payment.get("status").asText().equals("RefundFailed"))
                    .forEach(payment -> tried(() -> phone82.shop(PAY).send("POST", "/payments/" + payment.get("orderId").asLong() + "/refund", null, null)));
        }
    }

    private String order(long id) {
        return status("/orders/" + id);
    }

    private String payment(long id) {
        return status("/payments/" + id);
    }

    private String status(String path) {
        Answer answer = tried(() -> phone82.gateway().get(path));
        return answer == null ? "" : answer.body().path("status").asText();
    }

    /** Null if the context was halted during the call. */
    private static <T> T tried(Supplier<T> call) {
        try {
            return call.get();
        } catch (UncheckedIOException | AssertionError e) {
            return null;
        }
    }

    /** Does not wait for a journey that was halted. */
    private void briefly(BooleanSupplier reached) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        await().atMost(Duration.ofSeconds(10)).until(() -> reached.getAsBoolean() || System.nanoTime() > deadline
                || stepped.isHalted());
    }
}
