package phone82.command;

import phone82.command.OrderRows.Account;
import phone82.command.OrderRows.Delivery;
import phone82.command.OrderRows.Order;
import phone82.command.OrderRows.Payment;
import phone82.command.OrderRows.Progress;
import phone82.command.Report.Breach;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules that an order's rows must satisfy if all of them existed at the same moment. Intermediate states (an event still on its way, a
 * cancellation in progress) break no rule.
 *
 * @param expired          an authorisation without an order that is older than this should have expired
 * @param stuck            an order in progress that has not changed since then is stuck
 * @param ledger           whether the provider's ledger is compared too
 * @param nothingIsShipped whether store ships nothing on purpose, so that due deliveries wait
 */
record ConsistencyRules(Instant expired, Instant stuck, boolean ledger, boolean nothingIsShipped) {

    /** Events that may be missing or repeated; all others occur exactly once if the final state implies them. */
    private static final Set<String> OPTIONAL = Set.of("CancellationRefused", "DeliveryPaused", "DeliveryResumed", "LinkEnded", "OrderAssigned", "RefundFailed");

    /** Events that pay publishes again for a payment that a restore has lost. The ledger shows whether money moved twice. */
    private static final Set<String> REPEATED_BY_PAY = Set.of("PayCancelled", "PayCompleted");

    private static final String UNKNOWN_TO_APP = "the view shows an order that does not exist";
    private static final String SHIPPED_UNKNOWN_TO_STORE = "the order is shipped, but store does not know it; never send its events again, or store ships it twice";
    private static final String CANCELLED_UNKNOWN_TO_STORE = "the order was paid and cancelled, but store does not know it; never send its events again, or store ships it";

    private static final String SETTLED_BY_HAND = "settled by hand";

    /**
     * Whether sending the order's events again can mend it and does no harm: of an order that app has lost, app makes dead letters; one that store has
     * lost, store ships, although it was shipped or its money is given back.
     */
    private static boolean isMendable(OrderRows rows) {
        boolean lostByStore = rows.delivery() == null && (rows.orderIs("Shipped")
                || rows.wasCaptured() && !(rows.orderIs("Ordered", "Paid") && rows.paymentIs("Completed")));
        return rows.order() != null && !lostByStore;
    }

    /** Whether the order is finished and breaks no rule. */
    boolean agree(OrderRows rows) {
        return rows.atRest() && breaches(0, rows).isEmpty();
    }

    List<Breach> breaches(long id, OrderRows rows) {
        Findings findings = new Findings(id, rows, new ArrayList<>());
        if (rows.order() == null) {
            withoutOrder(rows, findings);
        } else {
            payment(rows, findings);
            delivery(rows, findings);
            view(rows, findings);
        }
        shipment(rows, findings);
        doubles(rows, findings);
        money(rows, findings);
        if (!rows.atRest() && !rows.releasing() && isStuck(rows)) {
            findings.add("I5", "nothing has happened since " + rows.lastChange() + ", although the order is in progress; check dead letters and open intents");
        }
        if (rows.timeline() != null) {
            timeline(rows, findings);
        }
        return findings.breaches;
    }

    private boolean isStuck(OrderRows rows) {
        Instant change = rows.lastChange();
        return change != null && change.isBefore(stuck) && !waits(rows, stuck);
    }

    /**
     * Whether the order waits on purpose: for a dealer who has paused its delivery, for a time of dispatch after {@code time}, or because store ships
     * nothing.
     */
    boolean waits(OrderRows rows, Instant time) {
        return rows.deliveryIs("Paused") || isPaid(rows) && rows.deliveryIs("Received") && (nothingIsShipped || rows.delivery().isAfter(time));
    }

    private static boolean isPaid(OrderRows rows) {
        return rows.orderIs("Paid") && rows.paymentIs("Completed");
    }

    /** Amounts are compared if the order is paid or finished; the other rules of the ledger always hold. */
    private void money(OrderRows rows, Findings findings) {
        findings.add(rows.paymentIs("RefundFailed"), "I9", "the provider refuses the refund"
                + (rows.payment() == null ? "" : " of " + rows.payment().amount() + " won: " + rows.payment().reason())
                + "; retry it, or record that it was settled by hand");
        if (!ledger) {
            return;
        }
        Account money = rows.money();
        boolean awaitsMoney = rows.orderIs("Ordered") && rows.paymentIs("Authorised", "Expired");
        findings.add(nothingIsShipped && awaitsMoney && money.held() == 0 && money.reserved() == 0, "I9",
                "the provider holds no money for the order: its reservation lapsed, or was released after the backup; cancel the order if its customer "
                        + "had cancelled it, otherwise its money is reserved again when store ships");
        findings.add(money.refunded() > money.captured(), "I9", "the provider refunded more than it captured: " + sums(money));
        findings.add(rows.releasing() && isStuck(rows), "I9", "the provider still reserves money, and nothing has happened since "
                + rows.lastChange() + ": " + sums(money) + "; release it there");
        boolean paid = isPaid(rows);
        if (!paid && !rows.atRest() || rows.paymentIs("RefundFailed")) {
            return;
        }
        findings.add(money.reserved() != 0, "I9", (paid ? "the order is paid" : "the order is finished") + ", but the provider still reserves money: " + sums(money) + "; release it there");
        boolean accepted = rows.orderIs("Paid", "Shipped");
        long due = accepted ? rows.order().amount() : 0;
        boolean settledByHand = rows.paymentIs("Refunded") && rows.payment().reason() != null && rows.payment().reason().startsWith(SETTLED_BY_HAND);
        if (money.held() != due && !settledByHand) {
            findings.add("I9", "the provider holds " + money.held() + " won, but should hold " + due + ": " + sums(money) + advice(rows, paid, money.held() > due));
        }
    }

    /** @param paid whether the order is paid and not shipped, as far as app knows */
    private static String advice(OrderRows rows, boolean paid, boolean tooMuch) {
        if (tooMuch) {
            return "; refund the difference there";
        }
        return paid && rows.money().isGivenBack() && !rows.deliveryIs("Shipped") ? "; its money was given back, as after a restore: cancel the order"
                : "; take the difference from the customer, or write it off";
    }

    private static String sums(Account money) {
        return "captured " + money.captured() + ", refunded " + money.refunded() + ", reserved " + money.reserved();
    }

    private void withoutOrder(OrderRows rows, Findings findings) {
        findings.add(rows.paymentIs("Completed", "Cancelling", "Refunding", "RefundFailed", "Refunded"), "I7", "money was taken, but there is no order");
        findings.add(rows.paymentIs("Authorised") && rows.payment().authorisedAt().isBefore(expired),
                "I7", "money is held, but there is no order, and it should have expired");
        findings.add(rows.delivery() != null, "I7", "there is a delivery, but no order");
        findings.add(rows.view() != null, "I5", UNKNOWN_TO_APP);
    }

    private static void payment(OrderRows rows, Findings findings) {
        Order order = rows.order();
        Payment payment = rows.payment();
        findings.add(payment == null, "I1", "the order has no payment");
        if (payment != null && payment.amount() != order.amount()) {
            findings.add("I1", "the payment is of " + payment.amount() + " won, the order of " + order.amount());
        }
        findings.add(rows.orderIs("Paid") && rows.paymentIs("Authorised", "Expired", "Voided")
                        || rows.orderIs("Ordered", "Paid") && rows.paymentIs("Refunding", "RefundFailed", "Refunded"),
                "I1", "the order is accepted, but its payment is not captured or was given back");
        findings.add(rows.orderIs("Cancelled") && rows.paymentIs("Authorised", "Expired", "Completed"),
                "I2", "the order is cancelled, but its money is not given back");
    }

    private static void delivery(OrderRows rows, Findings findings) {
        Order order = rows.order();
        Delivery delivery = rows.delivery();
        findings.add(rows.orderIs("Cancelled") && rows.deliveryIs("Received", "Paused", "Shipped"),
                "I4", "the order is cancelled, but shipped or about to be");
        findings.add(rows.orderIs("Ordered", "Paid", "Shipped") && rows.deliveryIs("Cancelled"),
                "I4", "the delivery is cancelled, but the order is not");
        findings.add(rows.orderIs("Shipped") && rows.deliveryIs("Received", "Paused", "Held"), "I6", "the order is shipped, but the delivery is not");
        findings.add(rows.orderIs("Shipped") && delivery == null, "I6", SHIPPED_UNKNOWN_TO_STORE);
        findings.add(rows.orderIs("Cancelled") && rows.wasCaptured() && delivery == null,
                "I6", CANCELLED_UNKNOWN_TO_STORE);
        if (delivery != null && !(order.item().equals(delivery.item()) && delivery.qty() == order.qty())) {
            findings.add("I6", "the delivery is of " + delivery.qty() + " x " + delivery.item()
                    + ", the order of " + order.qty() + " x " + order.item());
        }
    }

    private static void shipment(OrderRows rows, Findings findings) {
        findings.add((rows.orderIs("Shipped") || rows.deliveryIs("Received", "Paused", "Shipped")) && !rows.paymentIs("Completed", "Cancelling"),
                "I3", "it is shipped or about to be, but not paid");
        findings.add((rows.orderIs("Shipped") || rows.deliveryIs("Shipped")) && rows.paymentIs("Refunding", "RefundFailed", "Refunded", "Voided"),
                "I4", "it is shipped, but its money was given back");
    }

    /** The view follows by events: before the order is finished it may lag behind, but never be ahead. */
    private static void view(OrderRows rows, Findings findings) {
        Order order = rows.order();
        Progress view = rows.view();
        if (view == null) {
            findings.add(rows.atRest(), "I5", "the view does not show the order");
            return;
        }
        findings.add(rows.atRest() ? !order.status().equals(view.status())
                        : rows.viewIs("Paid") && !rows.paymentIs("Completed", "Cancelling", "Refunding", "RefundFailed", "Refunded")
                        || rows.viewIs("Shipped") && !rows.deliveryIs("Shipped")
                        || rows.viewIs("Cancelled") && !rows.orderIs("Cancelled") && !rows.paymentIs("Voided", "RefundFailed", "Refunded"),
                "I5", "the view shows a wrong status");
        if (differs(view.item(), order.item(), rows) || differs(view.qty(), order.qty(), rows) || differs(view.amount(), order.amount(), rows)) {
            findings.add("I5", "the view shows " + view.qty() + " x " + view.item() + " for " + view.amount()
                    + " won, the order is of " + order.qty() + " x " + order.item() + " for " + order.amount());
        }
    }

    private static boolean differs(Object seen, Object is, OrderRows rows) {
        return seen == null ? rows.atRest() : !seen.equals(is);
    }

    private static void doubles(OrderRows rows, Findings findings) {
        for (String list : new TreeSet<>(rows.twice())) {
            findings.add(list.equals("/payments") ? "I1" : "I6", list + " contains it twice");
        }
    }

    private static void timeline(OrderRows rows, Findings findings) {
        Set<String> happened = happened(rows);
        findings.addAll("the timeline repeats ", rows.timeline().stream()
                .filter(type -> Collections.frequency(rows.timeline(), type) > 1 && !OPTIONAL.contains(type) && !REPEATED_BY_PAY.contains(type)).toList());
        findings.addAll("the timeline lacks ", happened.stream().filter(type -> !rows.timeline().contains(type)).toList());
        findings.addAll("the timeline contains events that did not happen: ", rows.timeline().stream()
                .filter(type -> !happened.contains(type) && !OPTIONAL.contains(type) && !mayHaveHappened(type, rows)).toList());
    }

    private static boolean mayHaveHappened(String type, OrderRows rows) {
        return switch (type) {
            case "OrderCancelled" -> rows.orderIs("Cancelled");
            // its capture was refused, but the money was taken
            case "PayCancelled" -> rows.paymentIs("RefundFailed");
            // pay was restored to a time before
            case "PayCompleted" -> rows.paymentIs("Voided", "Refunded") && rows.money().captured() > 0;
            default -> false;
        };
    }

    /** Returns the events that the contexts must have published for a finished order. */
    private static Set<String> happened(OrderRows rows) {
        Set<String> types = new TreeSet<>(Set.of("Ordered"));
        // a capture that a cancellation overtook is refunded without the event
        if (rows.paymentIs("Completed") || rows.wasCaptured()) {
            types.add("PayCompleted");
        }
        if (rows.paymentIs("Voided", "Refunded")) {
            types.add("PayCancelled");
        }
        if (rows.delivery() != null && rows.delivery().receivedAt() != null) {
            types.add("OrderReceived");
        }
        if (rows.deliveryIs("Shipped")) {
            types.add("Shipped");
        }
        if (rows.deliveryIs("Cancelled")) {
            types.add("DeliveryCancelled");
        }
        // none if pay alone ended the order: where its capture was refused, or app had undone the cancellation
        boolean byPay = rows.paymentIs("Voided") || rows.delivery() == null || rows.timeline().contains("CancellationRefused");
        if (rows.orderIs("Cancelled") && !byPay) {
            types.add("OrderCancelled");
        }
        return types;
    }

    private record Findings(long id, OrderRows rows, List<Breach> breaches) {

        void add(boolean broken, String promise, String what) {
            if (broken) {
                add(promise, what);
            }
        }

        void add(String promise, String what) {
            breaches.add(new Breach(id, promise, what, rows.statuses(), List.of("I5", "I6").contains(promise) && isMendable(rows)));
        }

        void addAll(String what, Collection<String> events) {
            if (!events.isEmpty()) {
                add("I6", what + String.join(", ", new TreeSet<>(events)));
            }
        }
    }
}
