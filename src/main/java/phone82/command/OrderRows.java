package phone82.command;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of one order in the four contexts and at the payment provider, as their APIs return them; null where the order is unknown.
 *
 * @param timeline the types of the view's events if they were read; otherwise null
 * @param twice    the lists that contain the order more than once
 */
record OrderRows(Order order, Payment payment, Delivery delivery, Progress view, Account account, List<String> timeline, Set<String> twice) {

    static final String ORDERS = "/orders";
    static final String PAYMENTS = "/payments";
    static final String DELIVERIES = "/deliveries";
    static final String HISTORY = "/history";
    static final String ACCOUNTS = "/accounts";

    /** Combines the rows of all lists; each list should contain the order at most once. */
    static OrderRows of(List<Order> orders, List<Payment> payments, List<Delivery> deliveries, List<Progress> views, List<Account> accounts) {
        Set<String> twice = Map.of(ORDERS, orders, PAYMENTS, payments, DELIVERIES, deliveries, HISTORY, views).entrySet().stream()
                .filter(list -> list.getValue().size() > 1).map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
        return new OrderRows(first(orders), first(payments), first(deliveries), first(views), first(accounts), null, twice);
    }

    private static <T> T first(List<T> rows) {
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** @param amount won */
    record Order(long id, String item, int qty, long amount, String status, Instant orderedAt) {
    }

    /** @param amount won */
    record Payment(long orderId, long amount, String status, Instant authorisedAt, Instant completedAt, String reason) {
    }

    /**
     * @param receivedAt null if store only knows that the order is held for a cancellation
     * @param dispatchAt earliest time at which store ships
     */
    record Delivery(long orderId, String item, int qty, String status, Instant receivedAt, Instant dispatchAt) {

        /** Whether store ships it later than this. */
        boolean isAfter(Instant time) {
            return dispatchAt != null && dispatchAt.isAfter(time);
        }
    }

    /** @param amount won; null, like item and quantity, until an event contains it */
    record Progress(long orderId, String item, Integer qty, Long amount, String status, Instant updatedAt) {
    }

    /** The provider's ledger; amounts in won. */
    record Account(long orderId, long reserved, long captured, long refunded) {

        private static final Account NONE = new Account(0, 0, 0, 0);

        /** Won that the provider captured and did not refund. */
        long held() {
            return captured - refunded;
        }

        /** Whether all of the money was captured and refunded. */
        boolean isGivenBack() {
            return captured > 0 && held() == 0;
        }
    }

    /** Returns the money at the provider; all zero if the provider does not know the order. */
    Account money() {
        return account == null ? Account.NONE : account;
    }

    /** Returns when something last happened to the order, or is due to happen; null if no row has a time. */
    Instant lastChange() {
        return Stream.of(order == null ? null : order.orderedAt, payment == null ? null : payment.authorisedAt,
                        payment == null ? null : payment.completedAt, delivery == null ? null : delivery.receivedAt,
                        deliveryIs("Received") ? delivery.dispatchAt : null,
                        view == null ? null : view.updatedAt)
                .filter(Objects::nonNull).max(Comparator.naturalOrder()).orElse(null);
    }

    OrderRows withTimeline(List<String> types) {
        return new OrderRows(order, payment, delivery, view, account, types, twice);
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

    /** Whether app, pay and store have nothing more to do. The view must then be complete. */
    boolean atRest() {
        return !orderIs("Ordered", "Paid", "Cancelling") && !paymentIs("Authorised", "Cancelling", "Refunding") && !deliveryIs("Received", "Paused", "Held")
                && !releasing();
    }

    /** Whether the money of a voided or expired payment is still reserved: pay changes the status before the provider releases the money. */
    boolean releasing() {
        return paymentIs("Voided", "Expired") && money().reserved > 0;
    }

    /** Whether pay has published that the money was taken, which makes store ship. */
    boolean wasCaptured() {
        return payment != null && payment.completedAt != null;
    }

    /** The statuses in words. */
    String statuses() {
        return "order " + (order == null ? "none" : order.status) + ", payment " + (payment == null ? "none" : payment.status)
                + ", delivery " + (delivery == null ? "none" : delivery.status) + ", view " + (view == null ? "none" : view.status);
    }
}
