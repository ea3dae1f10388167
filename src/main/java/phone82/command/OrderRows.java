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
 * What the four contexts and the payment provider say of one order, each as its API shows it; null where one does not know the order.
 *
 * @param timeline the types of the view's events, read where the rows agree; otherwise null
 * @param twice    the lists that name the order more than once
 */
record OrderRows(Order order, Payment payment, Delivery delivery, Progress view, Account account, List<String> timeline, Set<String> twice) {

    static final String ORDERS = "/orders";
    static final String PAYMENTS = "/payments";
    static final String DELIVERIES = "/deliveries";
    static final String HISTORY = "/history";
    static final String ACCOUNTS = "/accounts";

    /** What the four lists tell; each of them should know the order once at most. */
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
     * @param receivedAt null where store holds an order back that it has not heard of otherwise
     * @param dispatchAt the store ships no earlier
     */
    record Delivery(long orderId, String item, int qty, String status, Instant receivedAt, Instant dispatchAt) {
    }

    /** @param amount won; like item and quantity null until an event has told it */
    record Progress(long orderId, String item, Integer qty, Long amount, String status, Instant updatedAt) {
    }

    /** The provider's ledger; amounts in won. */
    record Account(long orderId, long reserved, long captured, long refunded) {

        private static final Account NONE = new Account(0, 0, 0, 0);

        /** Won that the provider took and did not give back. */
        long held() {
            return captured - refunded;
        }
    }

    /** The money at the provider; none if it does not know the order. */
    Account money() {
        return account == null ? Account.NONE : account;
    }

    /** When something last happened to the order, or is due to happen; null if no row says so. */
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

    /** Whether app, pay and store have nothing more to do; what the view does not know then, it has missed. */
    boolean atRest() {
        return !orderIs("Ordered", "Paid", "Cancelling") && !paymentIs("Authorised", "Cancelling", "Refunding") && !deliveryIs("Received", "Held")
                && !releasing();
    }

    /** Whether the money of a payment that is over is still reserved: pay shows it as over before the provider has released it. */
    boolean releasing() {
        return paymentIs("Voided", "Expired") && money().reserved > 0;
    }

    /** The statuses in words. */
    String statuses() {
        return "order " + (order == null ? "none" : order.status) + ", payment " + (payment == null ? "none" : payment.status)
                + ", delivery " + (delivery == null ? "none" : delivery.status) + ", view " + (view == null ? "none" : view.status);
    }
}
