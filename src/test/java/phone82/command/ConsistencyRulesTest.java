package phone82.command;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.command.Report.Breach;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static phone82.command.OrderFixture.NONE;
import static phone82.command.OrderFixture.NOON;
import static phone82.command.OrderFixture.shipped;
import static phone82.command.OrderFixture.statuses;

class ConsistencyRulesTest {

    /** Authorisations of noon may still be confirmed. */
    private static final ConsistencyRules RULES = new ConsistencyRules(NOON, NOON, false, false);
    private static final ConsistencyRules WITH_LEDGER = new ConsistencyRules(NOON, NOON, true, false);

    private static final String NOT_PAID_FOR = "I1 the order is accepted, but its payment is not captured or was given back";
    private static final String NOT_GIVEN_BACK = "I2 the order is cancelled, but its money is not given back";
    private static final String UNPAID = "I3 it is shipped or about to be, but not paid";
    private static final String CANCELLED_YET_SHIPPED = "I4 the order is cancelled, but shipped or about to be";
    private static final String REFUNDED_YET_SHIPPED = "I4 it is shipped, but its money was given back";
    private static final String DELIVERY_CANCELLED = "I4 the delivery is cancelled, but the order is not";
    private static final String OTHER_STATUS = "I5 the view shows a wrong status";
    private static final String NO_SHIPMENT = "I6 the order is shipped, but the delivery is not";
    private static final String LOST_SHIPMENT = "I6 the order is shipped, but store does not know it; never send its events again, or store ships it twice";
    private static final String NO_DELIVERY = "I6 the order was paid and cancelled, but store does not know it; never send its events again, or store ships it";

    /** A breach, rows that have it, and rows that are as close to it as possible without having it. */
    static Stream<Arguments> breaches() {
        return Stream.of(
                arguments("I1 the order has no payment",
                        statuses("Ordered", NONE, NONE, NONE), statuses("Ordered", "Authorised", NONE, NONE)),
                arguments("I1 the payment is of 5 won, the order of 2398000",
                        shipped().paying(5), shipped()),
                arguments(NOT_PAID_FOR, statuses("Paid", "Authorised", NONE, NONE), statuses("Ordered", "Authorised", NONE, NONE)),
                arguments(NOT_PAID_FOR, statuses("Paid", "Expired", NONE, NONE), statuses("Ordered", "Expired", NONE, NONE)),
                arguments(NOT_PAID_FOR, statuses("Paid", "Voided", NONE, NONE), statuses("Ordered", "Voided", NONE, NONE)),
                arguments(NOT_PAID_FOR, statuses("Paid", "Refunded", "Held", "Paid"), statuses("Cancelling", "Refunded", "Held", "Paid")),
                arguments(NOT_PAID_FOR, statuses("Ordered", "Refunded", "Held", "Paid"), statuses("Ordered", "Cancelling", "Held", "Paid")),
                arguments("I1 /payments contains it twice", shipped().duplicatedIn("/payments"), shipped()),
                arguments(NOT_GIVEN_BACK, statuses("Cancelled", "Completed", "Cancelled", "Cancelled"), statuses("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(NOT_GIVEN_BACK, statuses("Cancelled", "Authorised", "Cancelled", "Cancelled"), statuses("Cancelled", "Voided", "Cancelled", "Cancelled")),
                arguments(NOT_GIVEN_BACK, statuses("Cancelled", "Expired", "Cancelled", "Cancelled"), statuses("Cancelled", "Cancelling", "Cancelled", "Cancelled")),
                arguments(UNPAID, statuses("Ordered", "Authorised", "Shipped", "Ordered"), statuses("Ordered", "Completed", "Shipped", "Ordered")),
                arguments(UNPAID, statuses("Ordered", "Authorised", "Received", "Ordered"), statuses("Ordered", "Authorised", "Held", "Ordered")),
                arguments(UNPAID, statuses("Shipped", "Authorised", "Shipped", "Shipped"), statuses("Shipped", "Cancelling", "Shipped", "Shipped")),
                arguments(UNPAID, statuses("Shipped", "Voided", NONE, "Ordered"), statuses("Ordered", "Voided", NONE, "Ordered")),
                arguments(UNPAID, statuses(NONE, NONE, "Shipped", NONE), statuses(NONE, "Completed", "Shipped", NONE)),
                arguments(CANCELLED_YET_SHIPPED, statuses("Cancelled", "Refunded", "Shipped", "Cancelled"), statuses("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(CANCELLED_YET_SHIPPED, statuses("Cancelled", "Cancelling", "Received", "Paid"), statuses("Cancelled", "Cancelling", "Held", "Paid")),
                arguments(CANCELLED_YET_SHIPPED, statuses("Cancelled", "Cancelling", "Paused", "Paid"), statuses("Cancelling", "Cancelling", "Paused", "Paid")),
                arguments(UNPAID, statuses("Paid", "Refunded", "Paused", "Paid"), statuses("Paid", "Completed", "Paused", "Paid")),
                arguments(REFUNDED_YET_SHIPPED, statuses("Shipped", "Refunded", "Shipped", "Shipped"), shipped()),
                arguments(REFUNDED_YET_SHIPPED, statuses("Shipped", "Voided", "Shipped", "Shipped"), statuses("Shipped", "Authorised", "Shipped", "Shipped")),
                arguments(REFUNDED_YET_SHIPPED, statuses("Cancelling", "Refunded", "Shipped", "Shipped"), statuses("Cancelling", "Refunded", "Held", "Paid")),
                arguments(REFUNDED_YET_SHIPPED, statuses("Shipped", "Refunded", NONE, "Shipped"), statuses("Cancelling", "Refunded", NONE, "Paid")),
                arguments(DELIVERY_CANCELLED, statuses("Paid", "Completed", "Cancelled", "Paid"), statuses("Cancelling", "Completed", "Cancelled", "Paid")),
                arguments(DELIVERY_CANCELLED, statuses("Ordered", "Completed", "Cancelled", "Paid"), statuses("Cancelled", "Cancelling", "Cancelled", "Paid")),
                arguments(DELIVERY_CANCELLED, statuses("Shipped", "Completed", "Cancelled", "Shipped"), shipped()),
                arguments("I5 the view shows an order that does not exist",
                        statuses(NONE, "Voided", NONE, "Ordered"), statuses(NONE, "Voided", NONE, NONE)),
                arguments("I5 the view does not show the order",
                        statuses("Shipped", "Completed", "Shipped", NONE), statuses("Paid", "Completed", "Shipped", NONE)),
                arguments(OTHER_STATUS, statuses("Shipped", "Completed", "Shipped", "Paid"), statuses("Paid", "Completed", "Received", "Ordered")),
                arguments(OTHER_STATUS, statuses("Shipped", "Completed", "Shipped", "Cancelled"), shipped()),
                arguments(OTHER_STATUS, statuses("Ordered", "Authorised", NONE, "Paid"), statuses("Ordered", "Completed", NONE, "Paid")),
                arguments(OTHER_STATUS, statuses("Cancelling", "Voided", "Held", "Paid"), statuses("Cancelling", "Refunded", "Held", "Paid")),
                arguments(OTHER_STATUS, statuses("Paid", "Completed", "Received", "Shipped"), statuses("Paid", "Completed", "Shipped", "Shipped")),
                arguments(OTHER_STATUS, statuses("Cancelling", "Cancelling", "Held", "Cancelled"), statuses("Cancelling", "Voided", "Held", "Cancelled")),
                arguments(OTHER_STATUS, statuses("Paid", "Cancelling", "Held", "Cancelled"), statuses("Cancelled", "Cancelling", "Held", "Cancelled")),
                arguments("I5 the view shows 2 x note21 for 2398000 won, the order is of 2 x note20 for 2398000",
                        shipped().viewedAs("note21", 2, 2_398_000L), shipped()),
                arguments("I5 the view shows 3 x note20 for 2398000 won, the order is of 2 x note20 for 2398000",
                        shipped().viewedAs("note20", 3, 2_398_000L), shipped()),
                arguments("I5 the view shows 2 x note20 for 1 won, the order is of 2 x note20 for 2398000",
                        shipped().viewedAs("note20", 2, 1L), shipped()),
                arguments("I5 the view shows 2 x note21 for null won, the order is of 2 x note20 for 2398000",
                        statuses("Paid", "Completed", "Received", "Paid").viewedAs("note21", 2, null), shipped()),
                arguments("I5 the view shows null x null for null won, the order is of 2 x note20 for 2398000",
                        shipped().viewedAs(null, null, null), statuses("Paid", "Completed", "Shipped", "Shipped").viewedAs(null, null, null)),
                arguments(LOST_SHIPMENT, statuses("Shipped", "Completed", NONE, "Paid"), statuses("Paid", "Completed", NONE, "Paid")),
                arguments(NO_SHIPMENT, statuses("Shipped", "Completed", "Received", "Paid"), statuses("Paid", "Completed", "Received", "Paid")),
                arguments(NO_SHIPMENT, statuses("Shipped", "Completed", "Held", "Paid"), shipped()),
                arguments(NO_SHIPMENT, statuses("Shipped", "Completed", "Paused", "Paid"), shipped()),
                arguments(NO_DELIVERY, statuses("Cancelled", "Refunded", NONE, "Cancelled"), statuses("Cancelled", "Voided", NONE, "Cancelled")),
                arguments(NO_DELIVERY, statuses("Cancelled", "Refunded", NONE, "Cancelled"), statuses("Cancelled", "Refunded", "Cancelled", "Cancelled")),
                arguments(NO_DELIVERY, statuses("Cancelled", "Refunded", NONE, "Cancelled"), statuses("Cancelling", "Refunded", NONE, "Cancelled")),
                arguments(NO_DELIVERY, statuses("Cancelled", "Refunding", NONE, "Paid"), statuses("Cancelled", "Refunding", "Held", "Paid")),
                arguments(NO_DELIVERY, statuses("Cancelled", "RefundFailed", NONE, "Paid"), statuses("Cancelled", "RefundFailed", "Held", "Paid")),
                arguments("I6 the delivery is of 1 x note20, the order of 2 x note20", shipped().delivering("note20", 1), shipped()),
                arguments("I6 the delivery is of 2 x note21, the order of 2 x note20", shipped().delivering("note21", 2), shipped()),
                arguments("I6 /deliveries contains it twice", shipped().duplicatedIn("/deliveries"), shipped().duplicatedIn("/payments")),
                arguments("I6 the timeline repeats Shipped",
                        shipped().withTimeline("Ordered", "PayCompleted", "OrderReceived", "Shipped", "Shipped"),
                        shipped().withTimeline("Ordered", "CancellationRefused", "PayCompleted", "OrderReceived", "CancellationRefused", "Shipped")),
                arguments("I6 the timeline lacks OrderReceived, PayCompleted",
                        shipped().withTimeline("Ordered", "Shipped"), shipped()),
                arguments("I6 the timeline contains events that did not happen: OrderCancelled, PayCancelled",
                        shipped().withTimeline("Ordered", "PayCompleted", "OrderReceived", "Shipped", "PayCancelled", "OrderCancelled"),
                        shipped().withTimeline("Ordered", "PayCompleted", "OrderReceived", "Shipped", "CancellationRefused")),
                arguments("I6 the timeline lacks OrderCancelled",
                        statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").withTimeline("Ordered", "PayCompleted", "OrderReceived", "PayCancelled", "DeliveryCancelled"),
                        statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").withTimeline("Ordered", "CancellationRefused", "PayCompleted", "PayCancelled")),
                arguments("I6 the timeline repeats OrderCancelled",
                        statuses("Cancelled", "Voided", NONE, "Cancelled").withTimeline("Ordered", "PayCancelled", "OrderCancelled", "OrderCancelled"),
                        statuses("Cancelled", "Voided", NONE, "Cancelled").withTimeline("Ordered", "PayCancelled", "OrderCancelled")),
                arguments("I6 the timeline contains events that did not happen: PayCompleted",
                        statuses("Cancelled", "Voided", NONE, "Cancelled").withTimeline("Ordered", "PayCompleted", "PayCancelled"),
                        statuses("Cancelled", "Voided", NONE, "Cancelled").ledger(0, 2_398_000, 2_398_000).withTimeline("Ordered", "PayCompleted", "PayCancelled")),
                arguments("I7 money was taken, but there is no order", statuses(NONE, "Completed", NONE, NONE), statuses(NONE, "Voided", NONE, NONE)),
                arguments("I7 money was taken, but there is no order", statuses(NONE, "Refunded", NONE, NONE), statuses(NONE, "Expired", NONE, NONE)),
                arguments("I7 money was taken, but there is no order", statuses(NONE, "Cancelling", NONE, NONE), statuses(NONE, "Authorised", NONE, NONE)),
                arguments("I7 there is a delivery, but no order", statuses(NONE, "Voided", "Held", NONE), statuses(NONE, "Voided", NONE, NONE)));
    }

    @ParameterizedTest
    @MethodSource("breaches")
    void aBreachIsReported(String breach, OrderFixture broken, OrderFixture fine) {
        assertThat(breachesOf(broken)).contains(breach);
        assertThat(RULES.agree(broken.rows())).isFalse();
        assertThat(breachesOf(fine)).doesNotContain(breach);
    }

    @Test
    void moneyWithoutAnOrderIsNoBreachUntilItShouldHaveExpired() {
        OrderFixture held = statuses(NONE, "Authorised", NONE, NONE);

        assertThat(breachesOf(held)).isEmpty();
        assertThat(new ConsistencyRules(NOON.plus(Duration.ofMillis(1)), NOON, false, false).breaches(7, held.rows())).extracting(Breach::promise, Breach::what)
                .containsExactly(tuple("I7", "money is held, but there is no order, and it should have expired"));
    }

    @Test
    void aBreachContainsTheStatusesOfTheOrder() {
        assertThat(RULES.breaches(7, statuses("Paid", NONE, "Held", "Ordered").rows()))
                .containsExactly(new Breach(7, "I1", "the order has no payment", "order Paid, payment none, delivery Held, view Ordered", false));
        assertThat(RULES.breaches(7, statuses(NONE, "Refunded", NONE, NONE).rows())).extracting(Breach::statuses)
                .containsExactly("order none, payment Refunded, delivery none, view none");
    }

    @Test
    void onlyTheseCombinationsAgree() {
        List<String> agreeing = new ArrayList<>();
        for (String order : List.of(NONE, "Ordered", "Paid", "Shipped", "Cancelling", "Cancelled")) {
            for (String payment : List.of(NONE, "Authorised", "Completed", "Cancelling", "Voided", "Refunded", "Expired")) {
                for (String delivery : List.of(NONE, "Received", "Paused", "Held", "Shipped", "Cancelled")) {
                    for (String view : List.of(NONE, "Ordered", "Paid", "Shipped", "Cancelled")) {
                        if (RULES.agree(statuses(order, payment, delivery, view).rows())) {
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
            "Paid Completed - Ordered", "Paid Completed Received -", "Paid Completed Paused Paid", "Ordered Completed Paused Ordered", "Paid Completed Shipped Shipped", "Paid Completed Held Paid",
            "Paid Cancelling Received Paid", "Paid Cancelling Held Paid", "Paid Cancelling Shipped Shipped",
            "Shipped Cancelling Shipped Shipped", "Shipped Cancelling Shipped Paid",
            "Cancelling Authorised - Ordered", "Cancelling Expired Held -", "Cancelling Completed Received Paid", "Cancelling Cancelling Held Paid",
            "Cancelling Completed Shipped Shipped", "Cancelling Refunded Held Cancelled", "Cancelling Refunded Cancelled Cancelled",
            "Cancelling Voided Cancelled Ordered", "Cancelling Voided - Cancelled",
            "Cancelled Cancelling Held Paid", "Cancelled Cancelling Cancelled Cancelled", "Cancelled Refunded Held Cancelled",
            "Cancelled Voided Held Ordered", "- Authorised - -"})
    void anOrderUnderWayIsMovingAndNoBreach(String order, String payment, String delivery, String view) {
        OrderFixture underWay = statuses(order, payment, delivery, view);

        assertThat(breachesOf(underWay)).isEmpty();
        assertThat(RULES.agree(underWay.rows())).isFalse();
    }

    /** A restore of pay has lost the payment, which was made again; a cancellation can overtake its second capture. */
    @Test
    void aPaymentThatWasMadeAgainIsReportedTwiceInTheTimeline() {
        OrderFixture shipped = shipped().ledger(0, 2_398_000, 0).withTimeline("Ordered", "PayCompleted", "OrderReceived", "Shipped", "PayCompleted");
        OrderFixture refunded = statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").uncaptured().ledger(0, 2_398_000, 2_398_000)
                .withTimeline("Ordered", "PayCompleted", "OrderReceived", "OrderCancelled", "DeliveryCancelled", "PayCancelled", "PayCancelled");

        assertThat(breachesOf(shipped)).isEmpty();
        assertThat(breachesOf(refunded)).isEmpty();
        assertThat(breachesOf(refunded.ledger(0, 0, 0))).as("nothing was captured").contains("I6 the timeline contains events that did not happen: PayCompleted");
    }

    static Stream<OrderFixture> lives() {
        return Stream.of(
                shipped().withTimeline("Ordered", "PayCompleted", "OrderReceived", "Shipped"),
                shipped().withTimeline("Ordered", "CancellationRefused", "PayCompleted", "OrderReceived", "CancellationRefused", "Shipped"),
                shipped().withTimeline("Ordered", "PayCompleted", "OrderReceived", "DeliveryPaused", "DeliveryResumed", "DeliveryPaused", "DeliveryResumed", "Shipped"),
                statuses("Cancelled", "Refunded", "Cancelled", "Cancelled")
                        .withTimeline("Ordered", "PayCompleted", "OrderReceived", "OrderCancelled", "DeliveryCancelled", "PayCancelled"),
                statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").heldInAdvance()
                        .withTimeline("Ordered", "PayCompleted", "OrderCancelled", "PayCancelled", "DeliveryCancelled"),
                statuses("Cancelled", "Voided", "Cancelled", "Cancelled").heldInAdvance()
                        .withTimeline("Ordered", "PayCancelled", "OrderCancelled", "DeliveryCancelled"),
                statuses("Cancelled", "Voided", NONE, "Cancelled").withTimeline("Ordered", "PayCancelled"),
                // the capture was refused while the order was being cancelled: app had not undone the cancellation yet, or had
                statuses("Cancelled", "Voided", NONE, "Cancelled").withTimeline("Ordered", "PayCancelled", "OrderCancelled"),
                statuses("Cancelled", "Voided", "Cancelled", "Cancelled").heldInAdvance()
                        .withTimeline("Ordered", "PayCancelled", "CancellationRefused", "DeliveryCancelled"),
                // pay has completed a cancellation that app had undone
                statuses("Cancelled", "Refunded", "Cancelled", "Cancelled")
                        .withTimeline("Ordered", "PayCompleted", "OrderReceived", "CancellationRefused", "PayCancelled", "DeliveryCancelled"),
                // pay was restored to a time before the capture, and an operator gave the money back
                statuses("Cancelled", "Voided", "Cancelled", "Cancelled").ledger(0, 2_398_000, 2_398_000)
                        .withTimeline("Ordered", "PayCompleted", "OrderReceived", "PayCancelled", "DeliveryCancelled"));
    }

    @ParameterizedTest
    @MethodSource("lives")
    void theTimelineHasEachEventOnce(OrderFixture life) {
        assertThat(breachesOf(life)).isEmpty();
        assertThat(RULES.agree(life.rows())).isTrue();

        boolean isVoided = life.payment().status().equals("Voided");
        Set<String> optional = new HashSet<>(Set.of("CancellationRefused", "DeliveryPaused", "DeliveryResumed"));
        optional.addAll(isVoided ? Set.of("OrderCancelled", "PayCompleted") : Set.of());
        life.timeline().stream().filter(event -> !optional.contains(event)).forEach(event -> assertThat(breachesOf(
                life.withTimeline(life.timeline().stream().filter(other -> !other.equals(event)).toArray(String[]::new))))
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
                arguments(statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").ledger(0, 2_398_000, 2_398_000), null),
                arguments(statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").ledger(0, 2_398_000, 0), "the provider holds 2398000 won, "
                        + "but should hold 0: captured 2398000, refunded 0, reserved 0; refund the difference there"),
                arguments(statuses("Cancelled", "Refunded", "Cancelled", "Cancelled").because("settled by hand: bank transfer")
                        .ledger(0, 2_398_000, 0), null),
                arguments(statuses("Cancelled", "Refunding", "Cancelled", "Cancelled").ledger(0, 2_398_000, 0), null),
                arguments(statuses("Cancelled", "RefundFailed", "Cancelled", "Cancelled").because("account closed").ledger(0, 2_398_000, 0),
                        "the provider refuses the refund of 2398000 won: account closed; retry it, or record that it was settled by hand"),
                arguments(statuses("Cancelled", "Voided", NONE, "Cancelled").ledger(2_398_000, 0, 0), null),
                arguments(statuses(NONE, NONE, NONE, NONE).ledger(2_398_000, 0, 0), "the order is finished, but the provider still reserves "
                        + "money: captured 0, refunded 0, reserved 2398000; release it there"),
                arguments(statuses("Paid", "Completed", NONE, "Paid").ledger(0, 2_398_000, 0), null),
                arguments(statuses("Paid", "Completed", NONE, "Paid"), "the provider holds 0 won, but should hold 2398000: captured 0, refunded 0, "
                        + "reserved 0; take the difference from the customer, or write it off"),
                arguments(statuses("Paid", "Completed", "Received", "Paid").ledger(0, 4_796_000, 0), "the provider holds 4796000 won, but should "
                        + "hold 2398000: captured 4796000, refunded 0, reserved 0; refund the difference there"),
                arguments(statuses("Paid", "Cancelling", "Held", "Paid").ledger(0, 0, 0), null),
                arguments(statuses("Ordered", "Authorised", NONE, "Ordered").ledger(2_398_000, 0, 0), null),
                arguments(statuses(NONE, NONE, NONE, NONE).ledger(0, 2_398_000, 0), "the provider holds 2398000 won, but should hold 0: "
                        + "captured 2398000, refunded 0, reserved 0; refund the difference there"),
                arguments(statuses("Ordered", "Authorised", NONE, "Ordered").ledger(0, 1, 2), "the provider refunded more than it captured: "
                        + "captured 1, refunded 2, reserved 0"));
    }

    @ParameterizedTest
    @MethodSource("ledgers")
    void theLedgerMatchesTheOrderExactly(OrderFixture order, String finding) {
        assertThat(WITH_LEDGER.breaches(7, order.rows())).extracting(Breach::promise, Breach::what)
                .isEqualTo(finding == null ? List.of() : List.of(tuple("I9", finding)));
    }

    @Test
    void aStuckOrderIsABreach() {
        OrderRows waiting = statuses("Paid", "Completed", NONE, "Paid").rows();
        assertThat(RULES.breaches(7, waiting)).isEmpty();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), false, false).breaches(7, waiting)).extracting(Breach::what)
                .containsExactly("nothing has happened since 2026-01-01T12:00:00Z, although the order is in progress; "
                        + "check dead letters and open intents");
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), false, false).breaches(7, shipped().rows())).isEmpty();
    }

    @Test
    void aPausedDeliveryMayWaitForAnyTime() {
        OrderRows paused = statuses("Paid", "Completed", "Paused", "Paid").dispatchedAt(NOON).rows();

        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(86_400), false, false).breaches(7, paused)).isEmpty();
    }

    @Test
    void aDeliveryWaitingForItsDispatchIsNoBreach() {
        OrderRows waiting = statuses("Paid", "Completed", "Received", "Paid").dispatchedAt(NOON.plusSeconds(3600)).rows();

        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(3600), false, false).breaches(7, waiting)).isEmpty();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(3601), false, false).breaches(7, waiting)).extracting(Breach::promise).containsExactly("I5");
    }

    @Test
    void aDueDeliveryIsNotStuckWhileNothingIsShipped() {
        ConsistencyRules held = new ConsistencyRules(NOON, NOON.plusSeconds(86_400), true, true);

        assertThat(held.breaches(7, statuses("Paid", "Completed", "Received", "Paid").dispatchedAt(NOON).ledger(0, 2_398_000, 0).rows())).isEmpty();
        for (OrderFixture moves : List.of(statuses("Paid", "Completed", NONE, "Paid"), statuses("Ordered", "Completed", "Received", "Paid"),
                statuses("Paid", "Cancelling", "Received", "Paid"), statuses("Paid", "Completed", "Held", "Paid"))) {
            assertThat(held.breaches(7, moves.ledger(0, 2_398_000, 0).rows())).as(moves.toString()).extracting(Breach::promise).containsExactly("I5");
        }
    }

    /** After a restore: it was cancelled after the backup. */
    @ParameterizedTest
    @ValueSource(strings = {NONE, "Received", "Paused"})
    void anOrderWhoseMoneyWasGivenBackIsToBeCancelled(String delivery) {
        OrderFixture order = statuses("Paid", "Completed", delivery, "Paid").ledger(0, 2_398_000, 2_398_000);

        for (boolean nothingIsShipped : new boolean[] {false, true}) {
            assertThat(new ConsistencyRules(NOON, NOON, true, nothingIsShipped).breaches(7, order.rows())).extracting(Breach::promise, Breach::what).containsExactly(tuple("I9",
                    "the provider holds 0 won, but should hold 2398000: captured 2398000, refunded 2398000, reserved 0; "
                            + "its money was given back, as after a restore: cancel the order"));
        }
    }

    /** It cannot be cancelled any more. */
    @ParameterizedTest
    @CsvSource({"Shipped", "Paid"})
    void aShippedOrderWhoseMoneyWasGivenBackIsToBePaidAgain(String order) {
        OrderFixture shipped = statuses(order, "Completed", "Shipped", "Shipped").ledger(0, 2_398_000, 2_398_000);

        assertThat(WITH_LEDGER.breaches(7, shipped.rows())).extracting(Breach::what).containsExactly("the provider holds 0 won, but should hold 2398000: "
                + "captured 2398000, refunded 2398000, reserved 0; take the difference from the customer, or write it off");
    }

    /** After a restore: its reservation was released because it was cancelled after the backup, or has lapsed. */
    @ParameterizedTest
    @CsvSource({"Authorised", "Expired"})
    void anAcceptedOrderWithoutMoneyIsReportedWhileNothingIsShipped(String payment) {
        ConsistencyRules held = new ConsistencyRules(NOON, NOON, true, true);
        OrderFixture order = statuses("Ordered", payment, NONE, "Ordered");

        assertThat(held.breaches(7, order.ledger(0, 0, 0).rows())).extracting(Breach::promise, Breach::what, Breach::mendable).containsExactly(tuple("I9",
                "the provider holds no money for the order: its reservation lapsed, or was released after the backup; cancel the order if its customer had cancelled it, "
                        + "otherwise its money is reserved again when store ships", false));
        assertThat(held.breaches(7, order.ledger(0, 2_398_000, 2_398_000).rows())).as("given back").hasSize(1);
        assertThat(held.breaches(7, order.ledger(2_398_000, 0, 0).rows())).isEmpty();
        assertThat(held.breaches(7, order.ledger(0, 2_398_000, 0).rows())).isEmpty();
        assertThat(WITH_LEDGER.breaches(7, order.ledger(0, 0, 0).rows())).as("pay reserves it by itself").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Voided", "Expired"})
    void aReservationThatIsNotReleasedInTimeIsABreach(String payment) {
        OrderRows releasing = statuses(NONE, payment, NONE, NONE).ledger(2_398_000, 0, 0).rows();

        assertThat(WITH_LEDGER.breaches(7, releasing)).isEmpty();
        assertThat(WITH_LEDGER.agree(releasing)).isFalse();
        assertThat(new ConsistencyRules(NOON, NOON.plusSeconds(1), true, false).breaches(7, releasing)).extracting(Breach::promise, Breach::what)
                .containsExactly(tuple("I9", "the provider still reserves money, and nothing has happened since 2026-01-01T12:00:00Z: "
                        + "captured 0, refunded 0, reserved 2398000; release it there"));
    }

    private static List<String> breachesOf(OrderFixture order) {
        return RULES.breaches(7, order.rows()).stream().map(breach -> breach.promise() + " " + breach.what()).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {"Cancelled Refunding", "Cancelled RefundFailed", "Cancelled Refunded", "Cancelling Completed", "Cancelling Refunding",
            "Paid Refunding", "Paid Refunded", "- Refunding"})
    void aRepairLeavesAStuckOrderAloneThatStoreWouldShipAlthoughItsMoneyIsGivenBack(String order, String payment) {
        ConsistencyRules later = new ConsistencyRules(NOON, NOON.plusSeconds(1), true, false);

        for (String view : List.of(NONE, "Ordered", "Paid", "Shipped", "Cancelled")) {
            assertThat(new Report(1, later.breaches(7, statuses(order, payment, NONE, view).rows()), List.of(), null).mendable()).as(view).isEmpty();
        }
        assertThat(new Report(1, later.breaches(7, statuses("Paid", "Completed", NONE, "Paid").rows()), List.of(), null).mendable()).containsExactly(7L);
    }

    @Test
    void aRepairLeavesOrdersAloneThatAppOrStoreHasLost() {
        List<Breach> breaches = Stream.of(
                RULES.breaches(1, statuses("Shipped", "Completed", NONE, "Paid").rows()),
                RULES.breaches(2, statuses("Cancelled", "Refunded", NONE, "Cancelled").rows()),
                RULES.breaches(3, statuses(NONE, "Refunded", "Cancelled", "Cancelled").rows()),
                RULES.breaches(4, statuses("Shipped", "Completed", "Shipped", NONE).rows())).flatMap(List::stream).toList();

        assertThat(new Report(4, breaches, List.of(), null).mendable()).containsExactly(4L);
    }
}
