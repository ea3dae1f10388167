package phone82.provider;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

class ReservationTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final Duration VALIDITY = Duration.ofDays(7);

    private Reservation reservation = new Reservation("7-1", 7, "note20");

    @Test
    void aCaptureTakesAtMostWhatIsAuthorised() {
        assertThat(decide(Operation.capture, 1).code()).isEqualTo("not_authorised");
        decide(Operation.authorise, 1_000);
        assertThat(decide(Operation.capture, 1_001).code()).isEqualTo("amount_too_large");
    }

    @Test
    void aRefundGivesBackAtMostWhatIsCaptured() {
        assertThat(decide(Operation.refund, 1).code()).isEqualTo("not_captured");
        decide(Operation.authorise, 1_000);
        decide(Operation.capture, 1_000);
        assertThat(decide(Operation.refund, 1_001).code()).isEqualTo("amount_too_large");
        assertThat(decide(Operation.refund, 1_000)).isEqualTo(Decision.SUCCEEDED);
        assertThat(decide(Operation.refund, 1).code()).isEqualTo("amount_too_large");
    }

    @Test
    void anAuthorisationLapses() {
        decide(Operation.authorise, 1_000);
        Instant late = NOON.plus(VALIDITY);
        assertThat(reservation.reserved(late, VALIDITY)).isZero();
        assertThat(reservation.decide(Operation.capture, 1_000, late, PATIENCE, VALIDITY).code()).isEqualTo("lapsed");
        assertThat(reservation.decide(Operation.authorise, 1_000, late, PATIENCE, VALIDITY).code()).isEqualTo("already_authorised");
    }

    @Test
    void aSlowAuthorisationIsPendingAndReservesLaterUnlessItIsReleased() {
        reservation = new Reservation("7-1", 7, "sim-slow-900");
        assertThat(decide(Operation.authorise, 1_000).outcome()).isEqualTo(Outcome.pending);
        assertThat(decide(Operation.authorise, 2_000).code()).as("another amount").isEqualTo("already_authorised");
        assertThat(reservation.reserved(NOON, VALIDITY)).isZero();
        reservation.settle(NOON.plusMillis(900));
        assertThat(reservation.reserved(NOON.plusMillis(900), VALIDITY)).isEqualTo(1_000);

        reservation = new Reservation("8-1", 8, "sim-slow-900");
        decide(Operation.authorise, 1_000);
        decide(Operation.release, 1_000);
        reservation.settle(NOON.plusMillis(900));
        assertThat(reservation.reserved(NOON.plusMillis(900), VALIDITY)).isZero();
    }

    private Decision decide(Operation operation, long amount) {
        return reservation.decide(operation, amount, NOON, PATIENCE, VALIDITY);
    }
}
