package phone82.command;

import phone82.command.OrderRows.Account;
import phone82.command.OrderRows.Delivery;
import phone82.command.OrderRows.Order;
import phone82.command.OrderRows.Payment;
import phone82.command.OrderRows.Progress;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What the contexts tell of order 7: statuses, of which "-" is none, and what a test makes of the rest. */
record Told(Order order, Payment payment, Delivery delivery, Progress view, Account account, List<String> timeline, Set<String> twice) {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final String NONE = "-";

    static Told told(String order, String payment, String delivery, String view) {
        return new Told(order.equals(NONE) ? null : new Order(7, "note20", 2, 2_398_000, order, NOON),
                payment.equals(NONE) ? null : payment(2_398_000, payment),
                delivery.equals(NONE) ? null : new Delivery(7, "note20", 2, delivery, NOON, null),
                view.equals(NONE) ? null : new Progress(7, "note20", 2, 2_398_000L, view, NOON), null, null, Set.of());
    }

    private static Payment payment(long amount, String status) {
        boolean captured = List.of("Completed", "Refunding", "RefundFailed", "Refunded").contains(status);
        return new Payment(7, amount, status, NOON, captured ? NOON : null, null);
    }

    /** The provider's ledger; amounts in won. */
    Told ledger(long reserved, long captured, long refunded) {
        return new Told(order, payment, delivery, view, new Account(7, reserved, captured, refunded), timeline, twice);
    }

    Told because(String reason) {
        return new Told(order, new Payment(7, payment.amount(), payment.status(), NOON, payment.completedAt(), reason), delivery, view, account,
                timeline, twice);
    }

    static Told shipped() {
        return told("Shipped", "Completed", "Shipped", "Shipped");
    }

    Told paying(long amount) {
        return new Told(order, payment(amount, payment.status()), delivery, view, account, timeline, twice);
    }

    Told delivering(String item, int qty) {
        return new Told(order, payment, new Delivery(7, item, qty, delivery.status(), NOON, null), view, account, timeline, twice);
    }

    Told dispatchedAt(Instant time) {
        return new Told(order, payment, new Delivery(7, "note20", 2, delivery.status(), NOON, time), view, account, timeline, twice);
    }

    /** Store was asked to hold it back before it heard that it was paid. */
    Told heldInAdvance() {
        return new Told(order, payment, new Delivery(7, "note20", 2, delivery.status(), null, null), view, account, timeline, twice);
    }

    Told seeing(String item, Integer qty, Long amount) {
        return new Told(order, payment, delivery, new Progress(7, item, qty, amount, view.status(), NOON), account, timeline, twice);
    }

    Told telling(String... types) {
        return new Told(order, payment, delivery, view, account, List.of(types), twice);
    }

    Told doubledIn(String... lists) {
        return new Told(order, payment, delivery, view, account, timeline, Set.of(lists));
    }

    OrderRows rows() {
        return new OrderRows(order, payment, delivery, view, account, timeline, twice);
    }

    @Override
    public String toString() {
        return rows().toString();
    }
}
