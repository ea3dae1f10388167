package phone82.store;

import org.junit.jupiter.api.Test;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class DeliveryTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant DISPATCH = NOON.plusSeconds(10);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final Delivery delivery = delivery(DISPATCH);

    @Test
    void aNewDeliveryIsReceived() {
        assertThat(delivery.status()).isEqualTo(DeliveryStatus.Received);
        assertThat(delivery.received()).isEqualTo(new OrderReceived(7, "note20", 3, "ann"));
        assertThat(delivery.shippedAt()).isNull();
        assertThat(delivery.traceparent()).isEqualTo(TRACE);
    }

    @Test
    void aDeliveryIsDueAfterItsDispatchDelay() {
        assertThat(delivery.isDue(DISPATCH.minusMillis(1))).isFalse();
        assertThat(delivery.isDue(DISPATCH)).isTrue();
        assertThat(delivery.isDue(DISPATCH.plusMillis(1))).isTrue();
    }

    @Test
    void aDeliveryWithoutDispatchDelayIsDueAtOnce() {
        assertThat(delivery(NOON).isDue(NOON)).isTrue();
    }

    @Test
    void aShipmentHasItsItemQuantityAndTime() {
        assertThat(delivery.ship(DISPATCH)).isEqualTo(new Shipped(7, "note20", 3, DISPATCH, "ann"));
        assertThat(delivery.status()).isEqualTo(DeliveryStatus.Shipped);
        assertThat(delivery.shippedAt()).isEqualTo(DISPATCH);
    }

    @Test
    void aShippedDeliveryCannotBeShippedAgain() {
        delivery.ship(DISPATCH);
        assertThat(delivery.isDue(DISPATCH)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> delivery.ship(DISPATCH.plusSeconds(1)))
                .withMessageContaining("order 7 is Shipped");
        assertThat(delivery.shippedAt()).isEqualTo(DISPATCH);
    }

    @Test
    void aDealerCanShipBeforeTheDispatchTime() {
        Instant early = DISPATCH.minusSeconds(5);

        assertThat(delivery.ship(early)).isEqualTo(new Shipped(7, "note20", 3, early, "ann"));
        assertThat(delivery.shippedAt()).isEqualTo(early).isBefore(delivery.dispatchAt());
        assertThat(delivery.isDue(DISPATCH)).isFalse();
    }

    @Test
    void aHeldOrCancelledDeliveryCannotBeShipped() {
        delivery.hold();
        assertThatIllegalStateException().isThrownBy(() -> delivery.ship(DISPATCH)).withMessageContaining("order 7 is Held");

        delivery.cancel();
        assertThatIllegalStateException().isThrownBy(() -> delivery.ship(DISPATCH)).withMessageContaining("order 7 is Cancelled");
        assertThat(delivery.shippedAt()).isNull();
    }

    @Test
    void aReleasedDeliveryCanBeShipped() {
        delivery.hold();
        delivery.release();

        assertThat(delivery.ship(NOON).shippedAt()).isEqualTo(NOON);
    }

    @Test
    void aHeldDeliveryIsNotDue() {
        delivery.hold();
        assertThat(delivery.isDue(DISPATCH)).isFalse();

        delivery.release();
        assertThat(delivery.isDue(DISPATCH)).isTrue();
    }

    @Test
    void aPausedDeliveryIsNeitherDueNorShipped() {
        assertThat(delivery.pause("out of stock", NOON)).isEqualTo(new DeliveryPaused(7, "note20", 3, "ann"));
        assertThat(delivery.pauseReason()).isEqualTo("out of stock");
        assertThat(delivery.pausedAt()).isEqualTo(NOON);
        assertThat(delivery.isDue(DISPATCH)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> delivery.ship(DISPATCH)).withMessageContaining("order 7 is Paused");
        assertThatIllegalStateException().isThrownBy(() -> delivery.pause("again", DISPATCH)).withMessageContaining("order 7 is Paused");

        delivery.correctPauseReason("address unclear");
        assertThat(delivery.pauseReason()).isEqualTo("address unclear");
        assertThat(delivery.pausedAt()).isEqualTo(NOON);

        assertThat(delivery.resume()).isEqualTo(new DeliveryResumed(7, "note20", 3, "ann"));
        assertThat(delivery.pauseReason()).isNull();
        assertThat(delivery.pausedAt()).isNull();
        assertThat(delivery.isDue(DISPATCH)).isTrue();
    }

    @Test
    void aRefusedCancellationLeavesThePauseAsItWas() {
        delivery.pause("out of stock", NOON);
        delivery.hold();
        delivery.release();

        assertThat(delivery.status()).isEqualTo(DeliveryStatus.Paused);
        assertThat(delivery.pauseReason()).isEqualTo("out of stock");
    }

    @Test
    void aPausedDeliveryCanBeCancelled() {
        delivery.pause("out of stock", NOON);
        delivery.hold();

        assertThat(delivery.cancel()).isEqualTo(new DeliveryCancelled(7, "note20", 3, "ann"));
        assertThat(delivery.pauseReason()).isNull();
    }

    @Test
    void aDeliveryHeldBeforeItsOrderArrivesStaysHeld() {
        Delivery advance = Delivery.heldInAdvance(7, "note20", 3, "ann", TRACE);
        assertThat(advance.isHeldInAdvance()).isTrue();

        assertThat(advance.receivedWhileHeld(NOON, DISPATCH)).isEqualTo(new OrderReceived(7, "note20", 3, "ann"));
        assertThat(advance.status()).isEqualTo(DeliveryStatus.Held);
        assertThat(advance.cancel()).isEqualTo(new DeliveryCancelled(7, "note20", 3, "ann"));
    }

    private static Delivery delivery(Instant dispatchAt) {
        return new Delivery(7, "note20", 3, "ann", NOON, dispatchAt, TRACE);
    }
}
