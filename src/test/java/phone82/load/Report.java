package phone82.load;

import com.fasterxml.jackson.annotation.JsonProperty;
import phone82.load.Results.Times;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One run and its conditions, as text and, for comparison, as JSON.
 *
 * @param answered milliseconds until an order was answered
 * @param shipped milliseconds from then until it was seen as shipped, of the orders that were followed
 * @param drainedSeconds from the last answer to the last shipment
 * @param charts the folder of Gatling's report
 * @param cpuSeconds of each process of phone82, from the first request until every order was shipped and shown as shipped
 */
record Report(Instant at, Machine machine, String layout, List<String> jvm, List<String> options, Plan plan, int warmUp,
              int orders, int accepted, double ordersPerSecond, double availability, Times answered, Times shipped, long reads, long failedReads,
              double drainedSeconds, Map<String, Double> cpuSeconds, double customersCpuSeconds, Map<String, Long> residentMegabytes,
              phone82.command.Report agreement, String charts) {

    /** CPU seconds of all of phone82 for 1000 orders: to authorise, capture, ship and show them. */
    @JsonProperty
    double cpuPerThousandOrders() {
        return 1000 * sum(cpuSeconds) / accepted;
    }

    private static double sum(Map<String, ? extends Number> ofProcesses) {
        return ofProcesses.values().stream().mapToDouble(Number::doubleValue).sum();
    }

    String text() {
        return String.format(Locale.ROOT, """

                        load: %s
                          machine       %d cores, %,d MB, %s, load average before %.1f
                          phone82       commit %s, layout %s, %d s of warm-up
                                        %s
                                        %s
                          orders        %,d accepted of %,d: %.1f/s, availability %.2f %%; %,d reads, %,d failed
                          answered      median %d, p95 %d, p99 %d, max %d ms
                          seen shipped  median %d, p95 %d ms after the answer (%,d orders followed to the end)
                          CPU           %.2f s per 1000 orders, of all processes, until all was shipped and seen (shipped %.1f s after the last answer)
                                        %s; the customers themselves %.1f s more
                          resident      %s MB
                          agreement     %s
                          charts        %s
                        """,
                purpose(), machine.cores(), machine.megabytes(), machine.system() + ", " + machine.java(), machine.loadBefore(),
                machine.commit(), layout, warmUp, String.join(" ", jvm), String.join(" ", options),
                accepted, orders, ordersPerSecond, availability, reads, failedReads,
                answered.median(), answered.p95(), answered.p99(), answered.max(),
                shipped.median(), shipped.p95(), shipped.count(),
                cpuPerThousandOrders(), drainedSeconds, each("%s %.1f s", cpuSeconds), customersCpuSeconds,
                each("%s %d", residentMegabytes),
                agreement.text().strip(), charts);
    }

    private String purpose() {
        return switch (plan.scenario()) {
            case ORDERS -> String.format("orders, %d users for %d s at %s", plan.users(), plan.seconds(),
                    plan.ordersAt().equals(plan.gateway()) ? "the gateway" : "app");
            case STORE -> String.format("store, %d users for %d s", plan.users(), plan.seconds());
            case PACED -> String.format("paced, %d orders a second for %d s through the gateway", plan.rate(), plan.seconds());
        };
    }

    private static String each(String format, Map<String, ?> ofProcesses) {
        return ofProcesses.entrySet().stream()
                .map(each -> String.format(Locale.ROOT, format, each.getKey().isEmpty() ? "all" : each.getKey(), each.getValue()))
                .collect(Collectors.joining(", "));
    }
}
