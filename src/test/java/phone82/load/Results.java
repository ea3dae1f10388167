package phone82.load;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * The results of the customers.
 *
 * @param reads answers to polls for orders
 * @param failedReads polls without an answer, or with an error
 * @param cpuSeconds used by the customers' process
 */
record Results(List<Order> orders, long reads, long failedReads, double cpuSeconds) {

    /**
     * One order.
     *
     * @param asked the time of the request, in milliseconds since 1970
     * @param millis until the answer; null if there was none
     * @param id null if it was not accepted
     * @param shippedMillis from the answer until it was seen as shipped; null if it was not followed, or not to its end
     */
    record Order(long asked, Long millis, Long id, Long shippedMillis) {

        Order seenShippedAfter(Long millis) {
            return new Order(asked, this.millis, id, millis);
        }
    }

    List<Long> accepted() {
        return orders.stream().map(Order::id).filter(Objects::nonNull).toList();
    }

    /** From the first request to the last answer. */
    double seconds() {
        long first = orders.stream().mapToLong(Order::asked).min().orElseThrow();
        return (ended() - first) / 1000.0;
    }

    /** The time of the last answer to an order, in milliseconds since 1970. */
    long ended() {
        return orders.stream().mapToLong(order -> order.asked + Objects.requireNonNullElse(order.millis, 0L)).max().orElseThrow();
    }

    /** Accepted orders, in percent. */
    double availability() {
        return 100.0 * accepted().size() / orders.size();
    }

    Times answered() {
        return Times.of(orders, Order::millis);
    }

    Times shipped() {
        return Times.of(orders, Order::shippedMillis);
    }

    /** The number of durations and their distribution, in milliseconds; null where there are none. */
    record Times(int count, Long median, Long p95, Long p99, Long max) {

        private static Times of(List<Order> orders, Function<Order, Long> millis) {
            List<Long> sorted = orders.stream().map(millis).filter(Objects::nonNull).sorted().toList();
            return new Times(sorted.size(), at(0.5, sorted), at(0.95, sorted), at(0.99, sorted), at(1, sorted));
        }

        private static Long at(double quantile, List<Long> sorted) {
            return sorted.isEmpty() ? null : sorted.get((int) Math.ceil(quantile * sorted.size()) - 1);
        }
    }
}
