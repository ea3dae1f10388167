package phone82.pay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.pay.provider.PaymentProvider.Operation;
import phone82.pay.provider.PaymentProvider.Request;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class PaymentTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration VALIDITY = Duration.ofMinutes(30);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static final Map<String, Consumer<Payment>> ACTIONS = Map.of(
            "authorised", payment -> payment.authorised(NOON, VALIDITY),
            "completed", payment -> payment.completed(NOON),
            "refused", payment -> payment.refused("card blocked", NOON),
            "reject", payment -> payment.reject("order rejected", NOON),
            "released", payment -> payment.released(NOON),
            "authorise again", payment -> payment.authoriseAgain(NOON),
            "refunded", payment -> payment.refunded(NOON),
            "refund failed", payment -> payment.refundFailed("account closed", NOON),
            "retry refund", payment -> payment.retryRefund(NOON),
            "begin cancellation", payment -> payment.cancelling(NOON));

    /** The status to which each action leads from each status; an action that is not listed is refused. */
    private static final Map<PaymentStatus, Map<String, PaymentStatus>> LEADS_TO = Map.ofEntries(
            Map.entry(PaymentStatus.Authorising, Map.of("authorised", PaymentStatus.Authorised, "refused", PaymentStatus.Voided,
                    "released", PaymentStatus.Voided, "reject", PaymentStatus.Releasing, "authorise again", PaymentStatus.Authorising,
                    "begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Authorised, Map.of("refused", PaymentStatus.Releasing, "reject", PaymentStatus.Releasing,
                    "begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Capturing, Map.of("completed", PaymentStatus.Completed, "refused", PaymentStatus.Releasing,
                    "reject", PaymentStatus.Releasing, "authorise again", PaymentStatus.Authorising, "begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Completed, Map.of("begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Cancelling, Map.of()),
            Map.entry(PaymentStatus.Releasing, Map.of("released", PaymentStatus.Voided, "authorise again", PaymentStatus.Authorising,
                    "retry refund", PaymentStatus.Refunding, "begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Refunding, Map.of("refunded", PaymentStatus.Refunded, "refund failed", PaymentStatus.RefundFailed)),
            Map.entry(PaymentStatus.RefundFailed, Map.of("retry refund", PaymentStatus.Refunding, "refunded", PaymentStatus.Refunded)),
            Map.entry(PaymentStatus.Expired, Map.of("authorise again", PaymentStatus.Authorising, "begin cancellation", PaymentStatus.Cancelling)),
            Map.entry(PaymentStatus.Voided, Map.of()),
            Map.entry(PaymentStatus.Refunded, Map.of()),
            Map.entry(PaymentStatus.Declined, Map.of()),
            Map.entry(PaymentStatus.Rejected, Map.of()));

    static Stream<Arguments> everyActionInEveryStatus() {
        return Arrays.stream(PaymentStatus.values())
                .flatMap(status -> ACTIONS.keySet().stream().sorted().map(action -> arguments(status, action)));
    }

    @ParameterizedTest
    @MethodSource("everyActionInEveryStatus")
    void theStatusPermitsOrRefusesAnAction(PaymentStatus status, String action) {
        Payment given = paymentThatIs(status);
        assertThat(LEADS_TO).as("what each action leads to").containsKey(status);
        PaymentStatus next = LEADS_TO.get(status).get(action);
        if (next == null) {
            assertThatIllegalStateException().isThrownBy(() -> ACTIONS.get(action).accept(given))
                    .withMessageContaining("order 7 is " + status);
            assertThat(given.status()).isEqualTo(status);
        } else {
            ACTIONS.get(action).accept(given);
            assertThat(given.status()).isEqualTo(next);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyIntentIsDueAgainAndAsksTheProvider(PaymentStatus status) {
        Payment given = paymentThatIs(status);
        if (status.isIntent()) {
            assertThat(given.isDue(NOON)).isTrue();
            given.claim(NOON, Duration.ofSeconds(7));
            assertThat(given.dueAt()).isEqualTo(NOON.plusSeconds(7));
            assertThat(given.awaits(given.request())).isTrue();
        } else {
            assertThatIllegalStateException().isThrownBy(given::request);
        }
    }

    @Test
    void requestsToTheProviderHaveTheWholeAmountAndAStableKey() {
        Request request = paymentThatIs(PaymentStatus.Capturing).request();
        assertThat(request).isEqualTo(new Request("7-1-capture", "7-1", Operation.capture, 7, "note20", 3_597_000))
                .isEqualTo(paymentThatIs(PaymentStatus.Capturing).request());
    }

    @Test
    void aCancellationOfAnUncapturedPaymentReleasesIt() {
        Payment payment = paymentThatIs(PaymentStatus.Authorised);
        payment.cancelling(NOON);
        payment.cancelled(NOON, TRACE);
        assertThat(payment.request().operation()).isEqualTo(Operation.release);
        assertThat(payment.released(NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "cancelled by the customer", "ann"));
        assertThat(payment.status()).isEqualTo(PaymentStatus.Voided);
    }

    @Test
    void aCancellationOfACapturedPaymentRefundsIt() {
        Payment payment = paymentThatIs(PaymentStatus.Completed);
        payment.cancelling(NOON);
        payment.cancelled(NOON, TRACE);
        assertThat(payment.request().operation()).isEqualTo(Operation.refund);
        assertThat(payment.refunded(NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "cancelled by the customer", "ann"));
    }

    @Test
    void aCancellationWithAnUnknownCaptureReleasesOrRefundsByTheProvidersAnswer() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        Request capture = payment.request();
        payment.cancelling(NOON);
        assertThat(payment.awaits(capture)).as("a capture's late answer has no effect").isFalse();
        payment.cancelled(NOON, TRACE);
        assertThat(payment.request().operation()).isEqualTo(Operation.release);
        assertThat(payment.continueAfterCapture(NOON)).isTrue();
        assertThat(payment.request().operation()).isEqualTo(Operation.refund);
    }

    @ParameterizedTest
    @EnumSource(names = {"Authorised", "Capturing", "Completed", "Expired"})
    void aRefusedCancellationLeavesThePaymentAsItWas(PaymentStatus before) {
        Payment given = paymentThatIs(before);
        given.cancelling(NOON);
        given.restored(VALIDITY, NOON);
        assertThat(given.status()).isEqualTo(before);
    }

    @Test
    void anOrderAcceptedDuringARefusedCancellationIsCaptured() {
        Payment payment = paymentThatIs(PaymentStatus.Authorised);
        payment.cancelling(NOON);
        payment.confirm(NOON, TRACE);
        payment.restored(VALIDITY, NOON);
        assertThat(payment.status()).isEqualTo(PaymentStatus.Capturing);
    }

    @Test
    void anUnconfirmedAuthorisationIsDueWhenItExpires() {
        Payment payment = paymentThatIs(PaymentStatus.Authorised);
        assertThat(payment.dueAt()).isEqualTo(NOON.plus(VALIDITY));
        payment.expire(NOON.plus(VALIDITY));
        assertThat(payment.released(NOON)).isNull();
        assertThat(payment.status()).isEqualTo(PaymentStatus.Expired);
    }

    @Test
    void anOrderAcceptedAfterItsAuthorisationExpiredIsAuthorisedUnderANewReference() {
        Payment payment = paymentThatIs(PaymentStatus.Expired);
        payment.confirm(NOON, TRACE);
        assertThat(payment.request()).extracting(Request::key, Request::reference).containsExactly("7-2-authorise", "7-2");
        payment.authorised(NOON, VALIDITY);
        assertThat(payment.request().key()).isEqualTo("7-2-capture");
    }

    @Test
    void anOrderAcceptedWhileItsAuthorisationIsReleasedIsAuthorisedAgain() {
        Payment payment = paymentThatIs(PaymentStatus.Authorised);
        payment.expire(NOON);
        payment.confirm(NOON, TRACE);
        assertThat(payment.released(NOON)).isNull();
        assertThat(payment.request().key()).isEqualTo("7-2-authorise");
    }

    @Test
    void aCompletedPaymentHasAllFieldsThatStoreNeeds() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        assertThat(payment.completed(NOON.plusSeconds(2))).isEqualTo(new PayCompleted(7, "note20", 3, 3_597_000, "ann"));
        assertThat(payment.completedAt()).isEqualTo(NOON.plusSeconds(2));
        assertThat(payment.dueAt()).isNull();
    }

    @Test
    void aRefusedCaptureKeepsTheReasonAndReleasesTheReservation() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        assertThat(payment.refused("card blocked", NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "card blocked", "ann"));
        assertThat(payment.released(NOON)).as("the event is published already").isNull();
        assertThat(payment.reason()).isEqualTo("card blocked");
    }

    /** The provider answers twice differently, or somebody has captured there. */
    @Test
    void moneyThatWasCapturedAfterAllIsRefundedAfterARefusedCapture() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        payment.refused("card blocked", NOON);
        assertThat(payment.continueAfterCapture(NOON)).isTrue();
        assertThat(payment.request().operation()).isEqualTo(Operation.refund);

        assertThat(payment.refundFailed("account closed", NOON).orderId()).isEqualTo(7);
        payment.retryRefund(NOON);
        assertThat(payment.reason()).as("the customer did not cancel").isEqualTo("the capture was refused");
        assertThat(payment.refunded(NOON)).as("the end of the order is published already").isNull();
        assertThat(payment.status()).isEqualTo(PaymentStatus.Refunded);
    }

    static Stream<Consumer<Payment>> endsWithoutAnOrder() {
        return Stream.of(
                payment -> {
                    payment.expire(NOON);
                    payment.released(NOON);
                },
                payment -> {
                    payment.authorised(NOON, VALIDITY);
                    payment.reject("not confirmed in time", NOON);
                    payment.released(NOON);
                },
                payment -> {
                    payment.authorised(NOON, VALIDITY);
                    payment.expire(NOON);
                    payment.endAfterRefund(NOON);
                });
    }

    /** The record was restored from a time before the order was accepted. */
    @ParameterizedTest
    @MethodSource("endsWithoutAnOrder")
    void anOrderThatIsAcceptedAfterItsPaymentHasEndedEnds(Consumer<Payment> end) {
        Payment payment = paymentThatIs(PaymentStatus.Authorising);
        end.accept(payment);
        assertThat(payment.status()).isEqualTo(PaymentStatus.Voided);

        assertThat(payment.confirm(NOON, TRACE)).isEqualTo(new PayCancelled(7, 3_597_000, payment.reason(), "ann"));

        assertThat(payment.reason()).isIn("not confirmed in time", "captured and refunded at the provider already");
        assertThat(payment.traceparent()).isEqualTo(TRACE);
        assertThat(payment.confirm(NOON, TRACE)).as("once").isNull();
    }

    @Test
    void anOrderThatIsAcceptedWhileItsPaymentEndsEndsWithIt() {
        Payment payment = paymentThatIs(PaymentStatus.Authorising);
        payment.expire(NOON);
        assertThat(payment.confirm(NOON, TRACE)).isNull();

        assertThat(payment.released(NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "not confirmed in time", "ann"));
    }

    @Test
    void anOrderThatWasCancelledBeforeItsPaymentWasConfirmedEndsOnce() {
        Payment payment = paymentThatIs(PaymentStatus.Expired);
        payment.cancelling(NOON);
        payment.cancelled(NOON, TRACE);
        assertThat(payment.released(NOON)).isNotNull();

        assertThat(payment.confirm(NOON, TRACE)).isNull();
    }

    /** The record was restored from a time before the order was accepted; app has cancelled the order since then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theMoneyOfACancelledOrderIsGivenBackAlsoIfItsPaymentEndsUnconfirmed(boolean confirmed) {
        Payment payment = paymentThatIs(PaymentStatus.Authorising);
        payment.expire(NOON);
        if (confirmed) {
            payment.confirm(NOON, TRACE);
        }

        assertThat(payment.isToBeGivenBack()).isTrue();
        payment.cancelling(NOON);
        payment.cancelled(NOON, TRACE);

        assertThat(payment.isToBeGivenBack()).as("once").isFalse();
        assertThat(payment.released(NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "cancelled by the customer", "ann"));
        assertThat(payment.confirm(NOON, TRACE)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void theMoneyOfACancelledOrderIsGivenBackUnlessThePaymentHasEnded(PaymentStatus status) {
        assertThat(paymentThatIs(status).isToBeGivenBack()).isEqualTo(Set.of(PaymentStatus.Authorising, PaymentStatus.Authorised, PaymentStatus.Capturing,
                PaymentStatus.Completed, PaymentStatus.Releasing, PaymentStatus.Expired).contains(status));
    }

    @Test
    void theMoneyOfAnOrderWhoseCaptureWasRefusedIsGivenBackAlready() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        payment.refused("card blocked", NOON);

        assertThat(payment.isToBeGivenBack()).isFalse();
    }

    @Test
    void moneyThatIsReservedAgainAndAgainIsDueSinceTheFirstTime() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        for (int i = 1; i <= 20; i++) {
            payment.reservationLost(NOON.plusSeconds(60 * i));
            payment.authoriseAgain(NOON.plusSeconds(60 * i + 10));
            assertThat(payment.changedAt()).isEqualTo(NOON);
            payment.authorised(NOON.plusSeconds(60 * i + 20), VALIDITY);
            assertThat(payment.changedAt()).isEqualTo(NOON);
        }
        assertThat(payment.authorisedAt()).isEqualTo(NOON);

        Instant captured = NOON.plusSeconds(3600);
        payment.completed(captured);

        assertThat(payment.changedAt()).isEqualTo(captured);
    }

    @Test
    void anOrderThatIsAcceptedLateIsDueSinceThen() {
        Payment payment = paymentThatIs(PaymentStatus.Expired);
        Instant accepted = NOON.plusSeconds(3600);
        payment.confirm(accepted, TRACE);
        assertThat(payment.changedAt()).isEqualTo(accepted);

        payment.authorised(accepted.plusSeconds(1), VALIDITY);

        assertThat(payment.authorisedAt()).isEqualTo(accepted.plusSeconds(1));
    }

    @Test
    void moneyIsReservedAgainFromTheSecondReservationOn() {
        Payment payment = paymentThatIs(PaymentStatus.Authorising);
        assertThat(payment.isReservedAgain()).isFalse();
        payment.confirm(NOON, TRACE);
        assertThat(payment.isReservedAgain()).as("the provider has reserved it, as the order is accepted").isFalse();
        payment.authorised(NOON, VALIDITY);
        payment.reservationLost(NOON);
        assertThat(payment.isReservedAgain()).isTrue();
        payment.authorised(NOON, VALIDITY);
        assertThat(payment.isReservedAgain()).isFalse();
    }

    @Test
    void aLongReasonIsTruncated() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        payment.refused("x".repeat(5_000), NOON);
        assertThat(payment.reason()).hasSize(500);
    }

    @Test
    void anOperatorRetriesARefundAsANewRequestOrRecordsThatItIsSettled() {
        Payment payment = paymentThatIs(PaymentStatus.RefundFailed);
        payment.retryRefund(NOON);
        assertThat(payment.request().key()).isEqualTo("7-1-refund-2");
        payment.refundFailed("still closed", NOON);
        assertThat(payment.refundSettledByHand("bank transfer", NOON)).isEqualTo(new PayCancelled(7, 3_597_000, "settled by hand: bank transfer", "ann"));
        assertThat(payment.status()).isEqualTo(PaymentStatus.Refunded);
    }

    @ParameterizedTest
    @CsvSource({"1, 500", "2, 1000", "3, 2000", "6, 16000", "7, 30000", "64, 30000", "1000, 30000"})
    void anUnknownOutcomeIsRetriedWithGrowingPauses(int attempt, int millis) {
        Payment payment = paymentThatIs(PaymentStatus.Refunding);
        for (int i = 1; i <= attempt; i++) {
            payment.retryLater(NOON, LONGEST);
        }
        assertThat(payment.dueAt()).isEqualTo(NOON.plusMillis(millis));
        assertThat(payment.isDue(NOON.plusMillis(millis))).isTrue();
        assertThat(payment.isDue(NOON.plusMillis(millis - 1))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"2, false, 500", "3, false, 500", "4, true, 1000", "5, true, 2000", "64, true, 30000"})
    void aReservationThatIsLostAgainAndAgainIsRequestedAfterGrowingPauses(int reservation, boolean inVain, int millis) {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        for (int i = 2; i <= reservation; i++) {
            payment.reservationLost(NOON);
        }
        assertThat(payment.request().reference()).isEqualTo("7-" + reservation);
        assertThat(payment.isReservedInVain()).isEqualTo(inVain);

        payment.retryLater(NOON, LONGEST);

        assertThat(payment.dueAt()).isEqualTo(NOON.plusMillis(millis));
    }

    @Test
    void reservationsThatTheBankDidNotDecideAreNotLost() {
        Payment payment = paymentThatIs(PaymentStatus.Capturing);
        payment.reservationLost(NOON);
        for (int i = 0; i < 50; i++) {
            payment.authoriseAgain(NOON);
        }
        payment.retryLater(NOON, LONGEST);
        assertThat(payment.dueAt()).isEqualTo(NOON.plus(LONGEST));
        payment.authorised(NOON, VALIDITY);

        payment.reservationLost(NOON);

        assertThat(payment.isReservedInVain()).isFalse();
        payment.retryLater(NOON, LONGEST);
        assertThat(payment.dueAt()).isEqualTo(NOON.plusMillis(500));
    }

    @Test
    void anotherOrderWithTheSameIdDiffersInKeyOrContent() {
        Payment payment = Payment.authorising(7, "key", "note20", 3, 3_597_000, "ann", NOON);

        assertThat(payment.isFor("key", "note20", 3, 3_597_000)).isTrue();
        assertThat(payment.isFor("other", "note20", 3, 3_597_000)).isFalse();
        assertThat(payment.isFor(null, "note20", 3, 3_597_000)).isFalse();
        assertThat(payment.isFor("key", "note21", 3, 3_597_000)).isFalse();
        assertThat(payment.isFor("key", "note20", 2, 3_597_000)).isFalse();
        assertThat(payment.isFor("key", "note20", 3, 1)).isFalse();
        assertThat(payment.isOfAnotherOrder("key")).isFalse();
        assertThat(payment.isOfAnotherOrder("other")).isTrue();
    }

    @Test
    void paymentsOfEarlierVersionsHaveNoKey() {
        assertThat(Payment.authorising(7, "key", "note20", 3, 3_597_000, "ann", NOON).isOfAnotherOrder(null)).isFalse();
        assertThat(Payment.authorising(7, null, "note20", 3, 3_597_000, "ann", NOON).isOfAnotherOrder("key")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void theContractNamesEveryStatusThatIsShown(PaymentStatus status) throws IOException {
        JsonNode named = new YAMLMapper().readTree(new File("routes/pay/pay.openapi.yaml")).at("/components/schemas/Payment/properties/status/enum");
        PaymentStatus shown = paymentThatIs(status).shownStatus();
        if (shown != null) {
            assertThat(named.valueStream()).extracting(JsonNode::asText).as("the statuses of a payment in routes/pay/pay.openapi.yaml").contains(shown.name());
        }
    }

    private static Payment paymentThatIs(PaymentStatus status) {
        Payment payment = status == PaymentStatus.Rejected ? Payment.rejected(7, "key", "ann", NOON)
                : Payment.authorising(7, "key", "note20", 3, 3_597_000, "ann", NOON);
        switch (status) {
            case Authorising, Rejected -> { }
            case Declined -> payment.declined("insufficient funds", NOON);
            case Voided, Releasing -> payment.reject("order rejected", NOON);
            default -> payment.authorised(NOON, VALIDITY);
        }
        switch (status) {
            case Capturing, Completed, Refunding, Refunded, RefundFailed -> payment.confirm(NOON, TRACE);
            case Voided -> payment.released(NOON);
            case Cancelling -> payment.cancelling(NOON);
            case Expired -> {
                payment.expire(NOON);
                payment.released(NOON);
            }
            default -> { }
        }
        switch (status) {
            case Completed, Refunding, Refunded, RefundFailed -> payment.completed(NOON);
            default -> { }
        }
        switch (status) {
            case Refunding, Refunded, RefundFailed -> {
                payment.cancelling(NOON);
                payment.cancelled(NOON, TRACE);
            }
            default -> { }
        }
        switch (status) {
            case Refunded -> payment.refunded(NOON);
            case RefundFailed -> payment.refundFailed("account closed", NOON);
            default -> { }
        }
        assertThat(payment.status()).as("paymentThatIs of this test knows the way to %s", status).isEqualTo(status);
        return payment;
    }
}
