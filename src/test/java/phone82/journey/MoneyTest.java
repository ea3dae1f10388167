package phone82.journey;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.command.Reconcile;
import phone82.command.Refunds;
import phone82.journey.Shop.Answer;
import phone82.pay.Payments;
import phone82.pay.provider.PaymentProvider;
import phone82.platform.api.Problem;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Failures between pay and its provider: in the end the provider's ledger and the orders agree. */
class MoneyTest {

    private static final Duration SETTLED = Duration.ofSeconds(60);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=2s", "--phone82.pay.longest-retry=200ms",
            "--phone82.pay.poll=200ms", "--phone82.pay.provider-limit=500ms", "--phone82.pay.breaker.open=500ms", "--phone82.app.breaker.open=500ms",
            "--phone82.app.payment.response-timeout=450", "--phone82.pay.provider-authorisation-limit=400ms");

    private final Shop shop = PHONE82.gateway();
    private final Provider provider = PHONE82.provider();

    @AfterEach
    void restoreTheProvider() {
        provider.removeFaults();
        accepted(anOrder());
    }

    @AfterAll
    static void assertTheLedgerAgreesWithTheOrders() {
        String[] arguments = Stream.concat(Stream.of(PHONE82.arguments()), Stream.of("--phone82.reconcile.settle=15s")).toArray(String[]::new);
        assertThat(Reconcile.run(line -> { }, arguments).breaches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"refuse", "error", "close", "hang", "lose", "delay", "garbage"})
    void aFailedCaptureIsRetriedUntilItSucceedsOnce(String kind) {
        provider.setFaults(fault("capture", kind, 2));

        long id = accepted(anOrder());

        await().atMost(SETTLED).untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isEqualTo("Completed"));
        assertThat(provider.account(id).expect(200).body().get("captured").asLong()).isEqualTo(1_199_000);
        await().atMost(SETTLED).untilAsserted(() -> assertThat(shop.status("/orders/" + id)).isEqualTo("Shipped"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"refuse", "error", "close", "hang", "lose", "delay", "garbage"})
    void aFailedAuthorisationLeavesNoOrderAndNoReservation(String kind) {
        long before = newest("/payments");
        provider.setFaults(fault("authorise", kind, 1));

        Set<Long> placed = new HashSet<>();
        while (provider.hasFaultsLeft()) {
            // refused because of the failure, or of a circuit breaker that is still open after the previous one; a request that app has given up may take the fault
            Answer answer = shop.place(anOrder()).expect(201, 503);
            if (answer.status() == 201) {
                placed.add(answer.id());
            }
        }

        Supplier<List<Long>> refused = () -> shop.all("/payments").stream().map(payment -> payment.get("orderId").asLong())
                .filter(id -> id > before && !placed.contains(id)).toList();
        await().atMost(SETTLED).untilAsserted(() -> assertThat(refused.get()).isNotEmpty().allSatisfy(id -> assertThat(provider.held(id)).isZero()));
        refused.get().forEach(id -> shop.get("/orders/" + id).expect(404));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 15})
    void aFailedRefundIsRetriedUntilItSucceeds(int times) {
        long id = paid();
        provider.setFaults(fault("refund", "refuse", times));

        cancel(id).expect(200, 202);

        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isEqualTo("Refunded"));
        assertThat(provider.held(id)).isZero();
        await().untilAsserted(() -> assertThat(shop.timeline(id)).containsOnlyOnce("PayCancelled"));
    }

    @Test
    void aCancellationWithAnUnknownCaptureReturnsTheMoney() {
        provider.setFaults(fault("capture", "lose", 1000));
        long id = accepted(anOrder());
        await().untilAsserted(() -> assertThat(provider.held(id)).isEqualTo(1_199_000));
        await().untilAsserted(() -> assertThat(provider.account(id).body().get("captured").asLong()).isEqualTo(1_199_000));

        cancel(id).expect(200, 202);

        await().atMost(SETTLED).untilAsserted(() -> assertThat(provider.held(id)).isZero());
        shop.awaitStatus("/payments/" + id, "Refunded");
    }

    @Test
    void aHundredAuthorisationsWithLostAnswersAreReleasedWithinAMinute() throws Exception {
        provider.setFaults(fault("authorise", "lose", 100));
        ExecutorService customers = Executors.newFixedThreadPool(4);
        List<Future<Answer>> answers = IntStream.range(0, 120).mapToObj(i -> customers.submit(() -> shop.place(anOrder().of("note21")))).toList();
        customers.shutdown();
        for (Future<Answer> answer : answers) {
            assertThat(answer.get().status()).isIn(201, 503);
        }
        provider.removeFaults();

        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(shop.all("/payments"))
                .filteredOn(payment -> payment.get("status").asText().equals("Voided"))
                .allSatisfy(payment -> assertThat(provider.held(payment.get("orderId").asLong())).isZero()));
    }

    /** A refused capture has ended the order; while its release has no answer, somebody captures at the provider. */
    @Test
    void moneyThatWasCapturedAfterARefusedCaptureIsReturned() {
        // no other order takes the fault
        await().atMost(SETTLED).until(() -> PHONE82.jdbc(Context.PAY).queryForObject("select count(*) from payment "
                + "where status in ('Authorising', 'Authorised', 'Capturing')", Integer.class) == 0);
        provider.setFaults(fault("capture", "decline", 1), fault("release", "refuse", 1000));
        long id = accepted(anOrder());
        shop.awaitStatus("/orders/" + id, "Cancelled");

        provider.perform("capture", id, 1_199_000, "by hand");
        provider.removeFaults();

        await().atMost(SETTLED).untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isEqualTo("Refunded"));
        assertThat(provider.held(id)).isZero();
        assertThat(PHONE82.jdbc(Context.PAY).queryForList("select topic from outbox where subject = ?", String.class, String.valueOf(id)))
                .containsExactly("phone82.pay.PayCancelled");
    }

    @Test
    void aFinallyRefusedRefundIsShownAndCanBeRetried() {
        long id = paid();
        provider.setFaults(fault("refund", "decline", 1));

        cancel(id).expect(200, 202);

        shop.awaitStatus("/payments/" + id, "RefundFailed");
        await().untilAsserted(() -> assertThat(shop.timeline(id)).contains("RefundFailed"));
        assertThat(shop.get("/payments/" + id).body().get("reason").asText()).isEqualTo("the bank refused");
        assertThat(PHONE82.operations().metrics()).containsPattern("phone82_payments\\{context=\"pay\",status=\"RefundFailed\",?} 1.0");

        assertThat(refunds(0, "list")).contains("order " + id + "  1199000 won  the bank refused");
        assertThat(refunds(2, "retry")).contains("retry <order>, retry all");
        assertThat(shop.status("/payments/" + id)).as("perhaps somebody settles it by hand").isEqualTo("RefundFailed");
        assertThat(refunds(0, "retry", String.valueOf(id))).contains("the refund is retried");

        shop.awaitStatus("/payments/" + id, "Refunded");
        assertThat(shop.get("/payments/" + id).body().get("reason").asText()).isEqualTo("cancelled by the customer");
        assertThat(provider.held(id)).isZero();
        assertThat(refunds(1, "retry", String.valueOf(id))).contains("pay: ");
    }

    @Test
    void aFinallyRefusedRefundCanBeSettledManually() {
        long id = accepted(anOrder().of("sim-refund-fails"));
        shop.awaitStatus("/orders/" + id, "Paid");
        cancel(id).expect(200, 202);
        shop.awaitStatus("/payments/" + id, "RefundFailed");

        assertThat(refunds(2, "settle", String.valueOf(id))).contains("settle <order>");
        assertThat(refunds(2, "settle", String.valueOf(id), "")).as("pay does not accept the note").contains("pay: ");
        assertThat(refunds(0, "settle", String.valueOf(id), "bank transfer of 27 November")).contains("settled by hand");

        assertThat(shop.get("/payments/" + id).body().get("reason").asText()).isEqualTo("settled by hand: bank transfer of 27 November");
        await().untilAsserted(() -> assertThat(shop.timeline(id)).contains("RefundFailed", "PayCancelled"));
    }

    @Test
    void aRefundThatIsSettledMeanwhileDoesNotKeepTheOthersFromBeingRetried() {
        provider.setFaults(fault("refund", "decline", 3));
        List<String> ids = Stream.generate(() -> {
            long id = paid();
            cancel(id).expect(200, 202);
            return String.valueOf(id);
        }).limit(3).toList();
        ids.forEach(id -> shop.awaitStatus("/payments/" + id, "RefundFailed"));
        List<String> listed = refunds(0, "list").lines().filter(line -> line.startsWith("order ")).map(line -> line.split(" +")[1]).toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(ids);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, UTF_8) {
            @Override
            public void println(String line) {
                super.println(line);
                if (line.startsWith("order " + listed.get(0))) {
                    refunds(0, "settle", listed.get(1), "bank transfer");
                }
            }
        };

        int exitCode = Refunds.main(out, out, Stream.concat(Stream.of(Refunds.NAME, "retry", "all"), Stream.of(PHONE82.arguments())).toArray(String[]::new));

        assertThat(printed.toString(UTF_8).lines()).satisfiesExactly(
                line -> assertThat(line).isEqualTo("order " + listed.get(0) + ": the refund is retried"),
                line -> assertThat(line).startsWith("order " + listed.get(1) + ": the refund is not retried: pay: "),
                line -> assertThat(line).isEqualTo("order " + listed.get(2) + ": the refund is retried"),
                line -> assertThat(line).isEqualTo("2 of 3 refunds are retried"));
        assertThat(exitCode).isEqualTo(1);
        Stream.of(0, 2).forEach(i -> shop.awaitStatus("/payments/" + listed.get(i), "Refunded"));
    }

    @Test
    void aReleaseOfARefusedOrderIsNoOrderWithoutProgress() {
        provider.setFaults(fault("authorise", "lose", 1), fault("release", "refuse", 1000));
        await().until(() -> {
            shop.place(anOrder());
            return PHONE82.jdbc(Context.PAY).queryForObject("select count(*) from payment where status = 'Releasing'", Integer.class) > 0;
        });
        age("Releasing");
        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"pay\"} 0.0");

        provider.setFaults(fault("capture", "refuse", 1000));
        accepted(anOrder());
        age("Capturing");
        assertThat(PHONE82.operations().metrics()).contains("phone82_orders_stuck{context=\"pay\"} 1.0");
    }

    /** Makes the newest payment with a status older than {@code phone82.reconcile.moving}; an attempt that ends at the same moment does not undo it. */
    private static void age(String status) {
        await().until(() -> PHONE82.jdbc(Context.PAY).update("update payment set changed_at = ?, version = version + 1 "
                + "where order_id = (select max(order_id) from payment where status = ?)", Timestamp.from(Instant.now().minus(Duration.ofHours(1))), status) == 1);
    }

    /** Two requests to authorise one payment are in progress, as after a repetition by a proxy; one of them is not sent to the provider. */
    @Test
    void aRepeatedAuthorisationThatIsNotSentLeavesNoReservation() {
        Payments payments = PHONE82.bean(Context.PAY, Payments.class);
        long id = paid() + 1;
        Payments.Wanted wanted = new Payments.Wanted(id, "note20", 1, 1_199_000, "demo");
        PaymentProvider.Request first = payments.beginAuthorisation(wanted, "one");
        PaymentProvider.Request repeated = payments.beginAuthorisation(wanted, "one");
        assertThat(repeated).isEqualTo(first);

        assertThatExceptionOfType(Problem.class).isThrownBy(() -> payments.authorised(new PaymentProvider.Answer(repeated, PaymentProvider.Outcome.NOT_SENT, null, "busy")));
        provider.perform("authorise", id, 1_199_000, first.key());
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> payments.authorised(new PaymentProvider.Answer(first, PaymentProvider.Outcome.SUCCEEDED, null, null)))
                .extracting(Problem::status).isEqualTo(409);

        await().atMost(SETTLED).untilAsserted(() -> assertThat(provider.held(id)).isZero());
    }

    @Test
    void anUnsettledPaymentDelaysNoOther() {
        List<Long> stuck = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stuck.add(accepted(anOrder().of("sim-capture-away-999")));
        }
        // one of several: something else may delay the others
        assertThat(Stream.generate(() -> {
            long asked = System.nanoTime();
            paid();
            return Duration.ofNanos(System.nanoTime() - asked);
        }).limit(5).anyMatch(took -> took.compareTo(Duration.ofSeconds(3)) < 0)).isTrue();
        stuck.forEach(each -> cancel(each).expect(200, 202));
        await().atMost(SETTLED).untilAsserted(() -> assertThat(stuck).allSatisfy(each -> assertThat(provider.held(each)).isZero()));
    }

    @Test
    void aProviderOutageRefusesOrdersAndDelaysRefunds() {
        List<Long> paid = IntStream.range(0, 5).mapToObj(i -> paid()).toList();
        provider.setFaults(fault("any", "close", 1_000_000));

        for (int i = 0; i < 20; i++) {
            shop.place(anOrder()).expect(503);
        }
        paid.forEach(id -> assertThat(cancel(id).status()).isIn(200, 202, 409));
        provider.removeFaults();

        await().atMost(SETTLED).until(() -> shop.place(anOrder()).status() == 201);
        await().atMost(SETTLED).untilAsserted(() -> assertThat(paid).allSatisfy(id ->
                assertThat(provider.held(id)).isEqualTo(shop.status("/orders/" + id).equals("Cancelled") ? 0 : 1_199_000)));
    }

    @Test
    void theLedgerAndTheFaultsOfTheProviderNeedTheirKeys() {
        Shop http = PHONE82.shop(Context.PROVIDER);
        assertThat(perform(http, "authorise", "k-1", 1_000).expect(200).body().get("outcome").asText()).isEqualTo("succeeded");
        assertThat(perform(http, "authorise", "k-1", 2_000).expect(409).body().get("detail").asText()).contains("k-1");
        assertThat(http.send(http.request("/operations/k-1").header("Authorization", "Bearer demo-provider-key").GET()).expect(200)
                .body().get("outcome").asText()).isEqualTo("succeeded");
        http.get("/accounts/1").expect(401);
        http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-key").GET()).expect(401);
        http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").GET()).expect(200);
        http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").DELETE()).expect(200);
        perform(http, "release", "k-2", 1_000).expect(200);
    }

    /** The output of the operator's command. */
    private static String refunds(int exitCode, String... words) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, UTF_8);
        String[] arguments = Stream.of(new String[] {Refunds.NAME}, words, PHONE82.arguments()).flatMap(Stream::of).toArray(String[]::new);
        assertThat(Refunds.main(out, out, arguments)).as(() -> printed.toString(UTF_8)).isEqualTo(exitCode);
        return printed.toString(UTF_8);
    }

    private static Answer perform(Shop http, String operation, String key, long amount) {
        return http.send(http.request("/payments/r-1/" + operation).header("Authorization", "Bearer demo-provider-key")
                .header("Idempotency-Key", key).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"orderId\":999999999,\"amount\":" + amount + ",\"item\":\"note20\"}")));
    }

    /** After an outage the circuit breaker may still be open for the first orders. */
    private long accepted(Shop.OrderRequest order) {
        return await().atMost(SETTLED).until(() -> shop.place(order), answer -> answer.status() == 201).id();
    }

    private long paid() {
        long id = accepted(anOrder());
        await().atMost(SETTLED).untilAsserted(() -> assertThat(shop.status("/orders/" + id)).isEqualTo("Paid"));
        return id;
    }

    private Answer cancel(long id) {
        return shop.cancel(shop.request("/orders/" + id).DELETE());
    }

    private long newest(String list) {
        return shop.get(list).expect(200).body().get("items").path(0).path("orderId").asLong(0);
    }

    private static String fault(String operation, String kind, int count) {
        return "{\"operation\":\"" + operation + "\",\"kind\":\"" + kind + "\",\"count\":" + count + ",\"millis\":900}";
    }
}
