package phone82.pay;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.pay.provider.PaymentProvider.Charge;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
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
            "capture", payment -> payment.capture(NOON),
            "refuse", payment -> payment.captureRefused("card blocked"),
            "void", payment -> payment.voidAuthorisation("order rejected"),
            "expire", Payment::expire,
            "authorise again", Payment::authoriseAgain,
            "begin cancellation", Payment::cancelling);

    /** What each action leads to from each status; an action that is not named is refused. */
    private static final Map<PaymentStatus, Map<String, PaymentStatus>> LEADS_TO = Map.of(
            PaymentStatus.Authorised, Map.of("capture", PaymentStatus.Completed, "refuse", PaymentStatus.Voided,
                    "void", PaymentStatus.Voided, "expire", PaymentStatus.Expired, "begin cancellation", PaymentStatus.Cancelling),
            PaymentStatus.Expired, Map.of("authorise again", PaymentStatus.Authorised, "refuse", PaymentStatus.Voided,
                    "void", PaymentStatus.Voided, "begin cancellation", PaymentStatus.Cancelling),
            PaymentStatus.Completed, Map.of("begin cancellation", PaymentStatus.Cancelling),
            PaymentStatus.Cancelling, Map.of(),
            PaymentStatus.Voided, Map.of(),
            PaymentStatus.Refunded, Map.of(),
            PaymentStatus.Rejected, Map.of());

    private final Payment payment = authorised();

    static Stream<Arguments> everyActionInEveryStatus() {
        return Arrays.stream(PaymentStatus.values())
                .flatMap(status -> ACTIONS.keySet().stream().sorted().map(action -> arguments(status, action)));
    }

    @ParameterizedTest
    @MethodSource("everyActionInEveryStatus")
    void anActionIsTakenOrRefusedByTheStatus(PaymentStatus status, String action) {
        Payment given = paymentThatIs(status);
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

    @Test
    void aCancelledAuthorisationIsVoidedAndTakenMoneyIsRefunded() {
        payment.cancelling();
        assertThat(payment.cancelled()).isEqualTo(new PayCancelled(7, payment.amount(), "cancelled by the customer"));
        assertThat(payment.status()).isEqualTo(PaymentStatus.Voided);

        assertThat(paymentThatIs(PaymentStatus.Refunded).isCaptured()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"Authorised", "Completed", "Expired"})
    void aRefusedCancellationLeavesThePaymentAsItWas(PaymentStatus before) {
        Payment given = paymentThatIs(before);

        given.cancelling();
        given.restored();

        assertThat(given.status()).isEqualTo(before);
    }

    @Test
    void anAuthorisationExpiresAfterItsValidity() {
        assertThat(payment.authorisedAt()).isEqualTo(NOON);
        assertThat(payment).extracting("expiresAt", "captureAt").containsExactly(NOON.plus(VALIDITY), null);
    }

    @Test
    void anAuthorisationWhoseOrderStandsIsToBeCapturedAndNoLongerExpires() {
        payment.confirm(NOON.plusSeconds(1), TRACE);
        assertThat(payment).extracting("expiresAt", "captureAt").containsExactly(null, NOON.plusSeconds(1));
        assertThat(payment.traceparent()).isEqualTo(TRACE);
    }

    @Test
    void theProviderIsAskedForTheWholeAmount() {
        assertThat(payment.charge()).isEqualTo(new Charge(7, "note20", 3_597_000));
    }

    @Test
    void aCaptureTellsAllThatStoreNeeds() {
        payment.confirm(NOON, TRACE);
        assertThat(payment.capture(NOON.plusSeconds(2))).isEqualTo(new PayCompleted(7, "note20", 3, 3_597_000));
        assertThat(payment.completedAt()).isEqualTo(NOON.plusSeconds(2));
        assertThat(payment).extracting("captureAt").isNull();
    }

    @Test
    void aRefusedCaptureEndsThePaymentAndTellsWhy() {
        payment.confirm(NOON, TRACE);
        assertThat(payment.captureRefused("card blocked")).isEqualTo(new PayCancelled(7, 3_597_000, "card blocked"));
        assertThat(payment.reason()).isEqualTo("card blocked");
        assertThat(payment.completedAt()).isNull();
        assertThat(payment).extracting("captureAt").isNull();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "4, 8", "5, 16", "6, 30", "7, 30", "64, 30"})
    void aProviderThatIsAwayIsAskedAtGrowingDistances(int attempt, int seconds) {
        for (int i = 1; i <= attempt; i++) {
            payment.captureLater(NOON, LONGEST);
        }
        assertThat(payment).extracting("captureAt").isEqualTo(NOON.plusSeconds(seconds));
        assertThat(payment.status()).isEqualTo(PaymentStatus.Authorised);
    }

    @Test
    void aVoidedAuthorisationSaysWhyAndNoLongerExpires() {
        payment.voidAuthorisation("payment not authorised");
        assertThat(payment.reason()).isEqualTo("payment not authorised");
        assertThat(payment).extracting("expiresAt").isNull();
    }

    @Test
    void anExpiredAuthorisationExpiresOnce() {
        payment.expire();
        assertThat(payment).extracting("expiresAt").isNull();
    }

    private static Payment authorised() {
        return Payment.authorised(7, "note20", 3, 3_597_000, NOON, VALIDITY);
    }

    private static Payment paymentThatIs(PaymentStatus status) {
        Payment payment = status == PaymentStatus.Rejected ? Payment.rejected(7) : authorised();
        switch (status) {
            case Completed -> payment.capture(NOON);
            case Voided -> payment.voidAuthorisation("order rejected");
            case Expired -> payment.expire();
            case Cancelling -> payment.cancelling();
            case Refunded -> {
                payment.capture(NOON);
                payment.cancelling();
                payment.cancelled();
            }
            default -> { }
        }
        assertThat(payment.status()).isEqualTo(status);
        return payment;
    }
}
