package phone82.command;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the four contexts tell of one order, each as its API shows it; null where a context does not know the order.
 *
 * @param timeline the types of the view's events, read where the rows agree; otherwise null
 * @param twice    the lists that name the order more than once
 */
record Rows(Order order, Payment payment, Delivery delivery, Progress view, List<String> timeline, Set<String> twice) {

    static final String ORDERS = "/orders";
    static final String PAYMENTS = "/payments";
    static final String DELIVERIES = "/deliveries";
    static final String HISTORY = "/history";

    /** What the four lists tell; each of them should know the order once at most. */
    static Rows of(List<Order> orders, List<Payment> payments, List<Delivery> deliveries, List<Progress> views) {
        Set<String> twice = Map.of(ORDERS, orders, PAYMENTS, payments, DELIVERIES, deliveries, HISTORY, views).entrySet().stream()
                .filter(list -> list.getValue().size() > 1).map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
        return new Rows(first(orders), first(payments), first(deliveries), first(views), null, twice);
    }

    private static <T> T first(List<T> rows) {
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** @param amount won */
    record Order(long id, String item, int qty, long amount, String status) {
    }

    /** @param amount won */
    record Payment(long orderId, long amount, String status, Instant authorisedAt) {
    }

    /** @param receivedAt null where store holds an order back that it has not heard of otherwise */
    record Delivery(long orderId, String item, int qty, String status, Instant receivedAt) {
    }

    /** @param amount won; like item and quantity null until an event has told it */
    record Progress(long orderId, String item, Integer qty, Long amount, String status) {
    }

    Rows withTimeline(List<String> types) {
        return new Rows(order, payment, delivery, view, types, twice);
    }

    boolean orderIs(String... statuses) {
        return order != null && Arrays.asList(statuses).contains(order.status);
    }

    boolean paymentIs(String... statuses) {
        return payment != null && Arrays.asList(statuses).contains(payment.status);
    }

    boolean deliveryIs(String... statuses) {
        return delivery != null && Arrays.asList(statuses).contains(delivery.status);
    }

    boolean viewIs(String... statuses) {
        return view != null && Arrays.asList(statuses).contains(view.status);
    }

    /** Whether app, pay and store have nothing more to do; what the view does not know then, it has missed. */
    boolean atRest() {
        return !orderIs("Ordered", "Paid", "Cancelling") && !paymentIs("Authorised", "Cancelling") && !deliveryIs("Received", "Held");
    }

    /** The statuses in words. */
    String statuses() {
        return "order " + (order == null ? "none" : order.status) + ", payment " + (payment == null ? "none" : payment.status)
                + ", delivery " + (delivery == null ? "none" : delivery.status) + ", view " + (view == null ? "none" : view.status);
    }
}
