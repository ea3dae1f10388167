package phone82.app;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class OrderTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant ONE = NOON.plusSeconds(3600);

    private final Order order = new Order(7, "note20", 3, 1_199_000, "ann", NOON);

    @Test
    void aNewOrderIsOrdered() {
        assertThat(order.status()).isEqualTo(OrderStatus.Ordered);
        assertThat(order.orderedAt()).isEqualTo(NOON);
        assertThat(order.shippedAt()).isNull();
        assertThat(order.reason()).isNull();
    }

    @Test
    void theAmountIsTheUnitPriceTimesTheQuantity() {
        assertThat(order.amount()).isEqualTo(3_597_000);
        assertThat(order.ordered()).isEqualTo(new Ordered(7, "note20", 3, 1_199_000, 3_597_000, NOON, "ann"));
    }

    @Test
    void anAmountThatOverflowsIsRefused() {
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> new Order(7, "note20", 2, Long.MAX_VALUE, "ann", NOON));
    }

    @Test
    void aRejectionNamesTheOrderAndTheReason() {
        assertThat(order.rejected("payment not authorised")).isEqualTo(new OrderRejected(7, "payment not authorised", order.paymentKey(), "ann"));
    }

    @Test
    void ordersWithTheSameIdDifferInTheirPaymentKeys() {
        assertThat(new Order(7, "note20", 3, 1_199_000, "ann", NOON).paymentKey()).isNotBlank().isNotEqualTo(order.paymentKey());
    }

    @Test
    void anOrderWithoutAnOwnerIsAssignedOnce() {
        Order former = new Order(7, "note20", 3, 1_199_000, null, NOON);

        assertThat(former.assign("kim")).isEqualTo(new OrderAssigned(7, "kim"));
        assertThat(former.owner()).isEqualTo("kim");
        assertThatIllegalStateException().isThrownBy(() -> former.assign("lee"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # before , news meanwhile , status
                     ,                , Ordered
            paid     ,                , Paid
                     , paid           , Paid
            paid     , shipped        , Shipped
                     , refused        , Cancelled
            """)
    void aRefusedCancellationLeavesNoTraceInTheOrder(String before, String meanwhile, OrderStatus status) {
        handleAll(before);
        order.cancelling();
        handleAll(meanwhile);
        assertThat(order.status()).isEqualTo(OrderStatus.Cancelling);

        assertThat(order.restored().orderId()).isEqualTo(7);
        assertThat(order.status()).isEqualTo(status);
    }

    @Test
    void aCancelledOrderStaysCancelled() {
        order.cancelling();
        assertThat(order.cancelled("cancelled by the customer")).isEqualTo(new OrderCancelled(7, order.amount(), "cancelled by the customer", "ann"));

        handleAll("paid shipped refused");
        assertThat(order.status()).isEqualTo(OrderStatus.Cancelled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shipped", "refused"})
    void anEndedOrderIsNotCancelled(String news) {
        handle(news);
        OrderStatus ended = order.status();

        assertThatIllegalStateException().isThrownBy(order::cancelling).withMessageContaining("order 7 is " + ended);
        assertThat(order.status()).isEqualTo(ended);
    }

    @Test
    void aSecondConcurrentCancellationIsRefused() {
        order.cancelling();

        assertThatIllegalStateException().isThrownBy(order::cancelling);
        order.restored();
        assertThat(order.status()).isEqualTo(OrderStatus.Ordered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "paid", "shipped", "refused"})
    void aCancellationThatWasNotStartedIsNeitherCompletedNorUndone(String news) {
        if (!news.isEmpty()) {
            handle(news);
        }
        OrderStatus before = order.status();

        assertThatIllegalStateException().isThrownBy(() -> order.cancelled("")).withMessageContaining("order 7 is " + before);
        assertThatIllegalStateException().isThrownBy(order::restored).withMessageContaining("order 7 is " + before);
        assertThat(order.status()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # news                      , status
            paid                        , Paid
            shipped                     , Shipped
            refused                     , Cancelled
            paid paid                   , Paid
            paid shipped                , Shipped
            shipped paid                , Shipped
            paid shipped paid shipped   , Shipped
            paid refused                , Cancelled
            shipped refused             , Shipped
            refused refused             , Cancelled
            refused paid                , Cancelled
            refused shipped             , Cancelled
            """)
    void eventsAdvanceAnOrderInAnySequence(String news, OrderStatus status) {
        handleAll(news);
        assertThat(order.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"paid shipped", "shipped paid", "shipped shipped"})
    void theFirstShipmentEventSetsTheTime(String news) {
        String[] each = news.split(" ");
        handle(each[0]);
        handle(each[1]);
        order.shipped(ONE.plusSeconds(1));
        assertThat(order.shippedAt()).isEqualTo(ONE);
    }

    @Test
    void anOrderWithARefusedPaymentKeepsTheReason() {
        order.paymentEnded("card blocked");
        order.paymentEnded("declined");
        assertThat(order.reason()).isEqualTo("card blocked");
    }

    @Test
    void aLateRefusalDoesNotChangeAShippedOrder() {
        order.shipped(ONE);
        order.paymentEnded("card blocked");
        assertThat(order.reason()).isNull();
    }

    private void handleAll(String news) {
        if (news != null) {
            for (String each : news.split(" ")) {
                handle(each);
            }
        }
    }

    private void handle(String news) {
        switch (news) {
            case "paid" -> order.paid();
            case "shipped" -> order.shipped(ONE);
            default -> order.paymentEnded("card blocked");
        }
    }
}
