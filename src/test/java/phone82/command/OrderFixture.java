package phone82.command;

import phone82.command.OrderRows.Account;
import phone82.command.OrderRows.Delivery;
import phone82.command.OrderRows.Order;
import phone82.command.OrderRows.Payment;
import phone82.command.OrderRows.Progress;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The rows of order 7 in all contexts; the status "-" means that there is no row. Tests adapt the other fields. */
record OrderFixture(Order order, Payment payment, Delivery delivery, Progress view, Account account, List<String> timeline, Set<String> twice) {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final String NONE = "-";

    static OrderFixture statuses(String order, String payment, String delivery, String view) {
        return new OrderFixture(order.equals(NONE) ? null : new Order(7, "note20", 2, 2_398_000, order, NOON),
                payment.equals(NONE) ? null : payment(2_398_000, payment),
                delivery.equals(NONE) ? null : new Delivery(7, "note20", 2, delivery, NOON, null),
                view.equals(NONE) ? null : new Progress(7, "note20", 2, 2_398_000L, view, NOON), null, null, Set.of());
    }

    private static Payment payment(long amount, String status) {
        boolean captured = List.of("Completed", "Refunding", "RefundFailed", "Refunded").contains(status);
        return new Payment(7, amount, status, NOON, captured ? NOON : null, null);
    }

    /** The provider's ledger; amounts in won. */
    OrderFixture ledger(long reserved, long captured, long refunded) {
        return new OrderFixture(order, payment, delivery, view, new Account(7, reserved, captured, refunded), timeline, twice);
    }

    /** Pay does not know that the money was captured. */
    OrderFixture uncaptured() {
        return new OrderFixture(order, new Payment(7, payment.amount(), payment.status(), null, null, null), delivery, view, account, timeline, twice);
    }

    OrderFixture because(String reason) {
        return new OrderFixture(order, new Payment(7, payment.amount(), payment.status(), NOON, payment.completedAt(), reason), delivery, view, account,
                timeline, twice);
    }

    static OrderFixture shipped() {
        return statuses("Shipped", "Completed", "Shipped", "Shipped");
    }

    OrderFixture paying(long amount) {
        return new OrderFixture(order, payment(amount, payment.status()), delivery, view, account, timeline, twice);
    }

    OrderFixture delivering(String item, int qty) {
        return new OrderFixture(order, payment, new Delivery(7, item, qty, delivery.status(), NOON, null), view, account, timeline, twice);
    }

    OrderFixture dispatchedAt(Instant time) {
        return new OrderFixture(order, payment, new Delivery(7, "note20", 2, delivery.status(), NOON, time), view, account, timeline, twice);
    }

    /** Store held the delivery before it received the payment. */
    OrderFixture heldInAdvance() {
        return new OrderFixture(order, payment, new Delivery(7, "note20", 2, delivery.status(), null, null), view, account, timeline, twice);
    }

    OrderFixture viewedAs(String item, Integer qty, Long amount) {
        return new OrderFixture(order, payment, delivery, new Progress(7, item, qty, amount, view.status(), NOON), account, timeline, twice);
    }

    OrderFixture withTimeline(String... types) {
        return new OrderFixture(order, payment, delivery, view, account, List.of(types), twice);
    }

    OrderFixture duplicatedIn(String... lists) {
        return new OrderFixture(order, payment, delivery, view, account, timeline, Set.of(lists));
    }

    OrderRows rows() {
        return new OrderRows(order, payment, delivery, view, account, timeline, twice);
    }

    @Override
    public String toString() {
        return rows().toString();
    }
}
