package phone82.command;

import phone82.command.Rows.Delivery;
import phone82.command.Rows.Order;
import phone82.command.Rows.Payment;
import phone82.command.Rows.Progress;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What the contexts tell of order 7: statuses, of which "-" is none, and what a test makes of the rest. */
record Told(Order order, Payment payment, Delivery delivery, Progress view, List<String> timeline, Set<String> twice) {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final String NONE = "-";

    static Told told(String order, String payment, String delivery, String view) {
        return new Told(order.equals(NONE) ? null : new Order(7, "note20", 2, 2_398_000, order),
                payment.equals(NONE) ? null : new Payment(7, 2_398_000, payment, NOON),
                delivery.equals(NONE) ? null : new Delivery(7, "note20", 2, delivery, NOON),
                view.equals(NONE) ? null : new Progress(7, "note20", 2, 2_398_000L, view), null, Set.of());
    }

    static Told shipped() {
        return told("Shipped", "Completed", "Shipped", "Shipped");
    }

    Told paying(long amount) {
        return new Told(order, new Payment(7, amount, payment.status(), NOON), delivery, view, timeline, twice);
    }

    Told delivering(String item, int qty) {
        return new Told(order, payment, new Delivery(7, item, qty, delivery.status(), NOON), view, timeline, twice);
    }

    /** Store was asked to hold it back before it heard that it was paid. */
    Told heldInAdvance() {
        return new Told(order, payment, new Delivery(7, "note20", 2, delivery.status(), null), view, timeline, twice);
    }

    Told seeing(String item, Integer qty, Long amount) {
        return new Told(order, payment, delivery, new Progress(7, item, qty, amount, view.status()), timeline, twice);
    }

    Told telling(String... types) {
        return new Told(order, payment, delivery, view, List.of(types), twice);
    }

    Told doubledIn(String... lists) {
        return new Told(order, payment, delivery, view, timeline, Set.of(lists));
    }

    Rows rows() {
        return new Rows(order, payment, delivery, view, timeline, twice);
    }

    @Override
    public String toString() {
        return rows().toString();
    }
}
