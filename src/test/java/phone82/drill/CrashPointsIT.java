package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.jboss.byteman.agent.Main;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.command.Report;
import phone82.journey.Provider;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.Context.PAY;
import static phone82.Context.PROVIDER;
import static phone82.journey.Shop.anOrder;

/**
 * Pay is halted before and after each of its durable steps, or loses the provider's answer there. The steps are found by running: each
 * commit of its database and of the broker, and each call to the provider. Afterwards all contexts and the provider's ledger agree.
 * {@code -Dphone82.crash-points=N} draws N of them.
 */
@Tag("long")
class CrashPointsIT {

    private static final String OTHERS = "broker coordinator provider customer store app gateway";
    private static final String STEP = "crash point: ";

    private Processes phone82;
    private Path armed;
    private long unknownOrder = 5_000_000;

    private final Map<String, Runnable> journeys = new LinkedHashMap<>();
    {
        journeys.put("an order", () -> awaitShipped(place("note20")));
        journeys.put("a declined payment", () -> place("sim-decline"));
        journeys.put("a payment that the provider does not decide in time", () -> place("sim-slow-600"));
        journeys.put("an authorisation whose answer is lost", () -> {
            fails("authorise", "lose", 1);
            place("note20");
        });
        journeys.put("an authorisation that nobody confirms", () -> {
            long id = ++unknownOrder;
            tried(() -> phone82.shop(PAY).post("/payments", "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1,\"amount\":1199000}"));
            briefly(() -> payment(id).equals("Expired"));
        });
        journeys.put("a cancellation before the capture", () -> {
            fails("capture", "refuse", 3);
            cancel(place("note20"));
        });
        journeys.put("a cancellation after the capture", () -> cancel(paid("note20")));
        journeys.put("a cancellation of a payment that may be captured", () -> {
            fails("capture", "lose", 3);
            cancel(place("note20"));
        });
        journeys.put("a refund that fails at first", () -> {
            long id = paid("note20");
            fails("refund", "refuse", 2);
            cancel(id);
        });
        journeys.put("a refund that is refused, and retried by an operator", () -> {
            long id = paid("note20");
            fails("refund", "decline", 1);
            cancel(id);
            briefly(() -> payment(id).equals("RefundFailed"));
            retryRefunds();
        });
    }

    private record Point(String journey, int step) {
    }

    @Test
    void theLedgerAgreesWhereverPayIsHalted() throws Exception {
        try (Processes started = new Processes("crash", "--phone82.store.dispatch-delay=2s", "--phone82.pay.authorisation-validity=2s",
                "--phone82.pay.longest-retry=500ms", "--phone82.pay.poll=200ms", "--phone82.pay.breaker.open=500ms",
                "--phone82.warm-up=10", "--phone82.reconcile.timelines=0", "--phone82.reconcile.settle=20s")) {
            phone82 = started;
            armed = phone82.data("armed");
            phone82.start(OTHERS);
            List<Point> points = new ArrayList<>();
            startPay(0);
            for (String journey : journeys.keySet()) {
                int steps = count(journey);
                assertThat(steps).as("the steps of %s", journey).isGreaterThan(4);
                System.out.printf("%s: %d crash points%n", journey, steps);
                IntStream.rangeClosed(1, steps).forEach(step -> points.add(new Point(journey, step)));
            }
            long seed = Long.getLong("phone82.seed", System.nanoTime());
            Collections.shuffle(points, new Random(seed));
            List<Point> drawn = points.subList(0, Math.min(points.size(), Integer.getInteger("phone82.crash-points", points.size())));
            System.out.printf("%d crash points in all, %d drawn with -Dphone82.seed=%d%n", points.size(), drawn.size(), seed);
            phone82.kill("pay");
            int halted = 0;
            for (Point point : drawn) {
                startPay(point.step);
                halted += runArmed(point.journey) ? 1 : 0;
                assertSettles(point);
            }
            System.out.printf("pay was halted %d times; at the other points the answer was lost%n", halted);
        }
    }

    private void startPay(int step) throws Exception {
        phone82.jvm(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=128m",
                "-javaagent:" + Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                        + "=script:" + Path.of(CrashPointsIT.class.getResource("/crash-points.btm").toURI()),
                "-Dcrash.armed=" + armed, "-Dcrash.at=" + step));
        phone82.start("pay");
        await().atMost(Duration.ofSeconds(20)).until(() -> place("note20") > 0);
    }

    private int count(String journey) throws Exception {
        long before = steps();
        Files.createFile(armed);
        journeys.get(journey).run();
        settle();
        Files.delete(armed);
        return (int) (steps() - before);
    }

    private long steps() {
        return phone82.log().lines().filter(line -> line.startsWith(STEP)).count();
    }

    /** Returns whether pay was halted. */
    private boolean runArmed(String journey) throws Exception {
        Files.createFile(armed);
        journeys.get(journey).run();
        briefly(() -> !phone82.handles().get("pay").isAlive());
        Files.delete(armed);
        boolean halted = !phone82.handles().get("pay").isAlive();
        if (!halted) {
            phone82.kill("pay");
        }
        return halted;
    }

    private void assertSettles(Point point) throws Exception {
        startPay(0);
        Report report = settle();
        assertThat(report.breaches()).as("%s", point).isEmpty();
        assertThat(report.moving()).as("%s", point).isEmpty();
        phone82.kill("pay");
    }

    private Report settle() {
        provider().works();
        await().atMost(Duration.ofMinutes(1)).ignoreExceptionsInstanceOf(UncheckedIOException.class).until(() -> {
            retryRefunds();
            return phone82.gateway().all("/payments").stream().noneMatch(payment -> payment.get("status").asText().matches("Refund(ing|Failed)"));
        });
        return phone82.reconcile();
    }

    private Provider provider() {
        return new Provider(phone82.shop(PROVIDER));
    }

    private void fails(String operation, String kind, int count) {
        provider().fails("{\"operation\":\"" + operation + "\",\"kind\":\"" + kind + "\",\"count\":" + count + "}");
    }

    /** The id of the order, or 0 if there is none. */
    private long place(String item) {
        Answer answer = tried(() -> phone82.gateway().place(anOrder().of(item)));
        return answer != null && answer.status() == 201 ? answer.id() : 0;
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
        tried(() -> phone82.gateway().send("DELETE", "/orders/" + Math.max(id, 1), null, null));
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

    /** What pay may have been halted in answers nothing. */
    private static <T> T tried(Supplier<T> call) {
        try {
            return call.get();
        } catch (UncheckedIOException | AssertionError e) {
            return null;
        }
    }

    /** A journey that is cut off goes no further. */
    private void briefly(BooleanSupplier reached) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        await().atMost(Duration.ofSeconds(10)).until(() -> reached.getAsBoolean() || System.nanoTime() > deadline
                || !phone82.handles().get("pay").isAlive());
    }
}
