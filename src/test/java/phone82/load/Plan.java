package phone82.load;

import phone82.platform.Json;

/**
 * What the customers are to do.
 *
 * @param users at once, of a scenario that has users
 * @param rate orders a second, of a scenario that has a rate
 * @param poll milliseconds at least from one look at an order's progress to the next
 * @param ordersAt where users place their orders
 */
record Plan(Scenario scenario, int seconds, int users, int rate, int poll, String ordersAt, String gateway, String store) {

    private static final String PROPERTY = "phone82.load.plan";

    Plan during(int seconds) {
        return new Plan(scenario, seconds, users, rate, poll, ordersAt, gateway, store);
    }

    /** The JVM option that hands it to the process of the customers. */
    String jvmOption() {
        return "-D" + PROPERTY + "=" + Json.text(this);
    }

    static Plan ofThisProcess() {
        return Json.read(System.getProperty(PROPERTY), Plan.class);
    }
}
