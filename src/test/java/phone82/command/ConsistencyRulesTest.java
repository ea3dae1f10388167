package phone82.command;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.command.Report.Breach;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static phone82.command.Told.NONE;
import static phone82.command.Told.NOON;
import static phone82.command.Told.shipped;
import static phone82.command.Told.told;

class ConsistencyRulesTest {

    /** All that is authorised at noon may still be confirmed. */
    private static final ConsistencyRules RULES = new ConsistencyRules(NOON, NOON, false);
    private static final ConsistencyRules WITH_LEDGER = new ConsistencyRules(NOON, NOON, true);

    private static final String NOT_PAID_FOR = "I1 the order is accepted, but its payment is not";
    private static final String NOT_GIVEN_BACK = "I2 the order is cancelled, but its money is not given back";
    private static final String UNPAID = "I3 it is shipped or about to be, but not paid";
    private static final String CANCELLED_YET_SHIPPED = "I4 the order is cancelled, but shipped or about to be";
    private static final String REFUNDED_YET_SHIPPED = "I4 it is shipped, but its money was given back";
    private static final String DELIVERY_CANCELLED = "I4 the delivery is cancelled, but the order is not";
    private static final String OTHER_STATUS = "I5 the view shows a wrong status";
    private static final String NO_SHIPMENT = "I6 the order is shipped, but the delivery is not";
    private static final String NO_DELIVERY = "I6 the order was paid, but has no delivery";

    /** A breach, rows that have it, and rows that are as near to it as can be, but do not. */
    static Stream<Arguments> breaches() {
        return Stream.of(
                arguments("I1 the order has no payment",
                        told("Ordered", NONE, NONE, NONE), told("Ordered", "Authorised", NONE, NONE)),
                arguments("I1 the payment is of 5 won, the order of 2398000",
                        shipped().paying(5), shipped()),
                arguments(NOT_PAID_FOR, told("Paid", "Authorised", NONE, NONE), told("Ordered", "Authorised", NONE, NONE)),
                arguments(NOT_PAID_FOR, told("Paid", "Expired", NONE, NONE), told("Ordered", "Expired", NONE, NONE)),
                arguments(NOT_PAID_FOR, told("Paid", "Voided", NONE, NONE), told("Ordered", "Voided", NONE, NONE)),
                arguments(NOT_PAID_FOR, told("Paid", "Refunded", "Held", "Paid"), told("Cancelling", "Refunded", "Held", "Paid")),
                arguments(NOT_PAID_FOR, told("Ordered", "Refunded", "Held", "Paid"), told("Ordered", "Cancelling", "Held", "Paid")),
                arguments("I1 /payments contains it twice", shipped().doubledIn("/payments"), shipped()),
                arguments(NOT_GIVEN_BACK, told("Cancelled", "Completed", "Cancelled", "Cancelled"), told("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(NOT_GIVEN_BACK, told("Cancelled", "Authorised", "Cancelled", "Cancelled"), told("Cancelled", "Voided", "Cancelled", "Cancelled")),
                arguments(NOT_GIVEN_BACK, told("Cancelled", "Expired", "Cancelled", "Cancelled"), told("Cancelled", "Cancelling", "Cancelled", "Cancelled")),
                arguments(UNPAID, told("Ordered", "Authorised", "Shipped", "Ordered"), told("Ordered", "Completed", "Shipped", "Ordered")),
                arguments(UNPAID, told("Ordered", "Authorised", "Received", "Ordered"), told("Ordered", "Authorised", "Held", "Ordered")),
                arguments(UNPAID, told("Shipped", "Authorised", "Shipped", "Shipped"), told("Shipped", "Cancelling", "Shipped", "Shipped")),
                arguments(UNPAID, told("Shipped", "Voided", NONE, "Ordered"), told("Ordered", "Voided", NONE, "Ordered")),
                arguments(UNPAID, told(NONE, NONE, "Shipped", NONE), told(NONE, "Completed", "Shipped", NONE)),
                arguments(CANCELLED_YET_SHIPPED, told("Cancelled", "Refunded", "Shipped", "Cancelled"), told("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(CANCELLED_YET_SHIPPED, told("Cancelled", "Cancelling", "Received", "Paid"), told("Cancelled", "Cancelling", "Held", "Paid")),
                arguments(REFUNDED_YET_SHIPPED, told("Shipped", "Refunded", "Shipped", "Shipped"), shipped()),
                arguments(REFUNDED_YET_SHIPPED, told("Shipped", "Voided", "Shipped", "Shipped"), told("Shipped", "Authorised", "Shipped", "Shipped")),
                arguments(REFUNDED_YET_SHIPPED, told("Cancelling", "Refunded", "Shipped", "Shipped"), told("Cancelling", "Refunded", "Held", "Paid")),
                arguments(REFUNDED_YET_SHIPPED, told("Shipped", "Refunded", NONE, "Shipped"), told("Cancelling", "Refunded", NONE, "Paid")),
                arguments(DELIVERY_CANCELLED, told("Paid", "Completed", "Cancelled", "Paid"), told("Cancelling", "Completed", "Cancelled", "Paid")),
                arguments(DELIVERY_CANCELLED, told("Ordered", "Completed", "Cancelled", "Paid"), told("Cancelled", "Cancelling", "Cancelled", "Paid")),
                arguments(DELIVERY_CANCELLED, told("Shipped", "Completed", "Cancelled", "Shipped"), shipped()),
                arguments("I5 the view shows an order that does not exist",
                        told(NONE, "Voided", NONE, "Ordered"), told(NONE, "Voided", NONE, NONE)),
                arguments("I5 the view does not show the order",
                        told("Shipped", "Completed", "Shipped", NONE), told("Paid", "Completed", "Shipped", NONE)),
                arguments(OTHER_STATUS, told("Shipped", "Completed", "Shipped", "Paid"), told("Paid", "Completed", "Received", "Ordered")),
                arguments(OTHER_STATUS, told("Shipped", "Completed", "Shipped", "Cancelled"), shipped()),
                arguments(OTHER_STATUS, told("Ordered", "Authorised", NONE, "Paid"), told("Ordered", "Completed", NONE, "Paid")),
                arguments(OTHER_STATUS, told("Cancelling", "Voided", "Held", "Paid"), told("Cancelling", "Refunded", "Held", "Paid")),
                arguments(OTHER_STATUS, told("Paid", "Completed", "Received", "Shipped"), told("Paid", "Completed", "Shipped", "Shipped")),
                arguments(OTHER_STATUS, told("Cancelling", "Cancelling", "Held", "Cancelled"), told("Cancelling", "Voided", "Held", "Cancelled")),
                arguments(OTHER_STATUS, told("Paid", "Cancelling", "Held", "Cancelled"), told("Cancelled", "Cancelling", "Held", "Cancelled")),
                arguments("I5 the view shows 2 x note21 for 2398000 won, the order is of 2 x note20 for 2398000",
                        shipped().seeing("note21", 2, 2_398_000L), shipped()),
                arguments("I5 the view shows 3 x note20 for 2398000 won, the order is of 2 x note20 for 2398000",
                        shipped().seeing("note20", 3, 2_398_000L), shipped()),
                arguments("I5 the view shows 2 x note20 for 1 won, the order is of 2 x note20 for 2398000",
                        shipped().seeing("note20", 2, 1L), shipped()),
                arguments("I5 the view shows 2 x note21 for null won, the order is of 2 x note20 for 2398000",
                        told("Paid", "Completed", "Received", "Paid").seeing("note21", 2, null), shipped()),
                arguments("I5 the view shows null x null for null won, the order is of 2 x note20 for 2398000",
                        shipped().seeing(null, null, null), told("Paid", "Completed", "Shipped", "Shipped").seeing(null, null, null)),
                arguments(NO_SHIPMENT, told("Shipped", "Completed", NONE, "Paid"), told("Paid", "Completed", NONE, "Paid")),
                arguments(NO_SHIPMENT, told("Shipped", "Completed", "Received", "Paid"), told("Paid", "Completed", "Received", "Paid")),
                arguments(NO_SHIPMENT, told("Shipped", "Completed", "Held", "Paid"), shipped()),
                arguments(NO_DELIVERY, told("Cancelled", "Refunded", NONE, "Cancelled"), told("Cancelled", "Voided", NONE, "Cancelled")),
                arguments(NO_DELIVERY, told("Cancelled", "Refunded", NONE, "Cancelled"), told("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(NO_DELIVERY, told("Cancelled", "Refunded", NONE, "Cancelled"), told("Cancelling", "Refunded", NONE, "Cancelled")),
                arguments("I6 the delivery is of 1 x note20, the order of 2 x note20", shipped().delivering("note20", 1), shipped()),
                arguments("I6 the delivery is of 2 x note21, the order of 2 x note20", shipped().delivering("note21", 2), shipped()),
                arguments("I6 /deliveries contains it twice", shipped().doubledIn("/deliveries"), shipped().doubledIn("/payments")),
                arguments("I6 the timeline contains twice Shipped",
                        shipped().telling("Ordered", "PayCompleted", "OrderReceived", "Shipped", "Shipped"),
                        shipped().telling("Ordered", "CancellationRefused", "PayCompleted", "OrderReceived", "CancellationRefused", "Shipped")),
                arguments("I6 the timeline lacks OrderReceived, PayCompleted",
                        shipped().telling("Ordered", "Shipped"), shipped()),
                arguments("I6 the timeline contains events that did not happen: OrderCancelled, PayCancelled",
                        shipped().telling("Ordered", "PayCompleted", "OrderReceived", "Shipped", "PayCancelled", "OrderCancelled"),
                        shipped().telling("Ordered", "PayCompleted", "OrderReceived", "Shipped", "CancellationRefused")),
                arguments("I7 money was taken, but there is no order", told(NONE, "Completed", NONE, NONE), told(NONE, "Voided", NONE, NONE)),
                arguments("I7 money was taken, but there is no order", told(NONE, "Refunded", NONE, NONE), told(NONE, "Expired", NONE, NONE)),
                arguments("I7 money was taken, but there is no order", told(NONE, "Cancelling", NONE, NONE), told(NONE, "Authorised", NONE, NONE)),
                arguments("I7 there is a delivery, but no order", told(NONE, "Voided", "Held", NONE), told(NONE, "Voided", NONE, NONE)));
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void aBreachIsNamed(String breach, Told broken, Told fine) {
        assertThat(breachesOf(broken)).contains(breach);
        assertThat(RULES.agree(broken.rows())).isFalse();
        assertThat(breachesOf(fine)).doesNotContain(breach);
    }

    @Test
    void moneyOfNoOrderIsHeldUntilItShouldHaveExpired() {
        Told held = told(NONE, "Authorised", NONE, NONE);

        assertThat(breachesOf(held)).isEmpty();
        assertThat(new ConsistencyRules(NOON.plus(Duration.ofMillis(1)), NOON, false).breaches(7, held.rows())).extracting(Breach::promise, Breach::what)
                .containsExactly(tuple("I7", "money is held, but there is no order, and it should have expired"));
    }

    @Test
    void aBreachTellsWhereTheOrderStands() {
        assertThat(RULES.breaches(7, told("Paid", NONE, "Held", "Ordered").rows()))
                .containsExactly(new Breach(7, "I1", "the order has no payment", "order Paid, payment none, delivery Held, view Ordered"));
        assertThat(RULES.breaches(7, told(NONE, "Refunded", NONE, NONE).rows())).extracting(Breach::statuses)
                .containsExactly("order none, payment Refunded, delivery none, view none");
    }

    @Test
    void onlyTheseCombinationsAgree() {
        List<String> agreeing = new ArrayList<>();
        for (String order : List.of(NONE, "Ordered", "Paid", "Shipped", "Cancelling", "Cancelled")) {
            for (String payment : List.of(NONE, "Authorised", "Completed", "Cancelling", "Voided", "Refunded", "Expired")) {
                for (String delivery : List.of(NONE, "Received", "Held", "Shipped", "Cancelled")) {
                    for (String view : List.of(NONE, "Ordered", "Paid", "Shipped", "Cancelled")) {
                        if (RULES.agree(told(order, payment, delivery, view).rows())) {
                            agreeing.add(String.join(" ", order, payment, delivery, view));
                        }
                    }
                }
            }
        }
        assertThat(agreeing).containsExactlyInAnyOrder(
                "Shipped Completed Shipped Shipped",
                "Cancelled Refunded Cancelled Cancelled", "Cancelled Voided Cancelled Cancelled",
                "Cancelled Voided - Cancelled",
                "- - - -", "- Voided - -", "- Expired - -");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
            "Ordered Authorised - -", "Ordered Authorised - Ordered", "Ordered Expired - Ordered", "Ordered Voided - Ordered",
            "Ordered Voided - Cancelled", "Ordered Completed - -", "Ordered Completed Received Paid", "Ordered Completed Shipped Shipped",
            "Ordered Authorised Held Ordered", "Ordered Cancelling Held Ordered", "Ordered Voided Held Cancelled",
            "Paid Completed - Ordered", "Paid Completed Received -", "Paid Completed Shipped Shipped", "Paid Completed Held Paid",
            "Paid Cancelling Received Paid", "Paid Cancelling Held Paid", "Paid Cancelling Shipped Shipped",
            "Shipped Cancelling Shipped Shipped", "Shipped Cancelling Shipped Paid",
            "Cancelling Authorised - Ordered", "Cancelling Expired Held -", "Cancelling Completed Received Paid", "Cancelling Cancelling Held Paid",
            "Cancelling Completed Shipped Shipped", "Cancelling Refunded Held Cancelled", "Cancelling Refunded Cancelled Cancelled",
            "Cancelling Voided Cancelled Ordered", "Cancelling Voided - Cancelled",
            "Cancelled Cancelling Held Paid", "Cancelled Cancelling Cancelled Cancelled", "Cancelled Refunded Held Cancelled",
            "Cancelled Voided Held Ordered", "- Authorised - -"})
    void whatIsUnderWayIsNoBreachAndNotOverYet(String order, String payment, String delivery, String view) {
        Told underWay = told(order, payment, delivery, view);

        assertThat(breachesOf(underWay)).isEmpty();
        assertThat(RULES.agree(underWay.rows())).isFalse();
    }

    static Stream<Told> lives() {
        return Stream.of(
                shipped().telling("Ordered", "PayCompleted", "OrderReceived", "Shipped"),
                shipped().telling("Ordered", "CancellationRefused", "PayCompleted", "OrderReceived", "CancellationRefused", "Shipped"),
                told("Cancelled", "Refunded", "Cancelled", "Cancelled")
                        .telling("Ordered", "PayCompleted", "OrderReceived", "OrderCancelled", "DeliveryCancelled", "PayCancelled"),
                told("Cancelled", "Refunded", "Cancelled", "Cancelled").heldInAdvance()
                        .telling("Ordered", "PayCompleted", "OrderCancelled", "PayCancelled", "DeliveryCancelled"),
                told("Cancelled", "Voided", "Cancelled", "Cancelled").heldInAdvance()
                        .telling("Ordered", "PayCancelled", "OrderCancelled", "DeliveryCancelled"),
                told("Cancelled", "Voided", NONE, "Cancelled").telling("Ordered", "PayCancelled"));
    }

    @ParameterizedTest
    @MethodSource("lives")
    void theTimelineTellsAllThatHappenedOnce(Told life) {
        assertThat(breachesOf(life)).isEmpty();
        assertThat(RULES.agree(life.rows())).isTrue();

        life.timeline().stream().filter(event -> !event.equals("CancellationRefused")).forEach(event -> assertThat(breachesOf(
                life.telling(life.timeline().stream().filter(other -> !other.equals(event)).toArray(String[]::new))))
                .containsExactly("I6 the timeline lacks " + event));
    }

    static Stream<Arguments> ledgers() {
        return Stream.of(
                arguments(shipped().ledger(0, 2_398_000, 0), null),
                arguments(shipped(), "the provider holds 0 won, but should hold 2398000: captured 0, refunded 0, reserved 0; "
                        + "take the difference from the customer, or write it off"),
                arguments(shipped().ledger(0, 2_398_000, 1), "the provider holds 2397999 won, but should hold 2398000: "
                        + "captured 2398000, refunded 1, reserved 0; take the difference from the customer, or write it off"),
                arguments(shipped().ledger(5, 2_398_000, 0), "the order is finished, but the provider still reserves money: "
                        + "captured 2398000, refunded 0, reserved 5; release it there"),
                arguments(told("Cancelled", "Refunded", "Cancelled", "Cancelled").ledger(0, 2_398_000, 2_398_000), null),
                arguments(told("Cancelled", "Refunded", "Cancelled", "Cancelled").ledger(0, 2_398_000, 0), "the provider holds 2398000 won, "
                        + "but should hold 0: captured 2398000, refunded 0, reserved 0; refund the difference there"),
                arguments(told("Cancelled", "Refunded", "Cancelled", "Cancelled").because("settled by hand: bank transfer")
                        .ledger(0, 2_398_000, 0), null),
                arguments(told("Cancelled", "Refunding", "Cancelled", "Cancelled").ledger(0, 2_398_000, 0), null),
                arguments(told("Cancelled", "RefundFailed", "Cancelled", "Cancelled").because("account closed").ledger(0, 2_398_000, 0),
                        "the provider refuses the refund of 2398000 won: account closed; retry it, or record that it was settled by hand"),
                arguments(told("Cancelled", "Voided", NONE, "Cancelled").ledger(2_398_000, 0, 0), null),
                arguments(told(NONE, NONE, NONE, NONE).ledger(2_398_000, 0, 0), "the order is finished, but the provider still reserves "
                        + "money: captured 0, refunded 0, reserved 2398000; release it there"),
                arguments(told("Paid", "Completed", NONE, "Paid").ledger(0, 2_398_000, 0), null),
                arguments(told("Paid", "Completed", NONE, "Paid"), "the provider holds 0 won, but should hold 2398000: captured 0, refunded 0, "
                        + "reserved 0; take the difference from the customer, or write it off"),
                arguments(told("Paid", "Completed", "Received", "Paid").ledger(0, 4_796_000, 0), "the provider holds 4796000 won, but should "
                        + "hold 2398000: captured 4796000, refunded 0, reserved 0; refund the difference there"),
                arguments(told("Paid", "Cancelling", "Held", "Paid").ledger(0, 0, 0), null),
                arguments(told("Ordered", "Authorised", NONE, "Ordered").ledger(2_398_000, 0, 0), null),
                arguments(told(NONE, NONE, NONE, NONE).ledger(0, 2_398_000, 0), "the provider holds 2398000 won, but should hold 0: "
                        + "captured 2398000, refunded 0, reserved 0; refund the difference there"),
                arguments(told("Ordered", "Authorised", NONE, "Ordered").ledger(0, 1, 2), "the provider refunded more than it captured: "
                        + "captured 1, refunded 2, reserved 0"));
    }

    @ParameterizedTest
    @MethodSource("ledgers")
    void theLedgerAgreesToTheWon(Told told, String finding) {
        assertThat(WITH_LEDGER.breaches(7, told.rows())).extracting(Breach::promise, Breach::what)
                .isEqualTo(finding == null ? List.of() : List.of(tuple("I9", finding)));
    }

    @Test
    void anOrderThatDoesNotMoveAnyMoreIsABreach() {
        OrderRows waiting = told("Paid", "Completed", NONE, "Paid").rows();
        assertThat(RULES.breaches(7, waiting)).isEmpty();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), false).breaches(7, waiting)).extracting(Breach::what)
                .containsExactly("nothing has happened since 2026-01-01T12:00:00Z, although the order is in progress; "
                        + "check dead letters and open intents");
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), false).breaches(7, shipped().rows())).isEmpty();
    }

    @Test
    void aDeliveryMayWaitForItsDispatch() {
        OrderRows waiting = told("Paid", "Completed", "Received", "Paid").dispatchedAt(NOON.plusSeconds(3600)).rows();

        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(3600), false).breaches(7, waiting)).isEmpty();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(3601), false).breaches(7, waiting)).extracting(Breach::promise).containsExactly("I5");
    }

    @ParameterizedTest
    @CsvSource({"Voided", "Expired"})
    void aReservationIsReleasedInTime(String payment) {
        OrderRows releasing = told(NONE, payment, NONE, NONE).ledger(2_398_000, 0, 0).rows();

        assertThat(WITH_LEDGER.breaches(7, releasing)).isEmpty();
        assertThat(WITH_LEDGER.agree(releasing)).isFalse();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), true).breaches(7, releasing)).extracting(Breach::promise, Breach::what)
                .containsExactly(tuple("I9", "the provider still reserves money, and nothing has happened since 2026-01-01T12:00:00Z: "
                        + "captured 0, refunded 0, reserved 2398000; release it there"));
    }

    private static List<String> breachesOf(Told told) {
        return RULES.breaches(7, told.rows()).stream().map(breach -> breach.promise() + " " + breach.what()).toList();
    }
}
