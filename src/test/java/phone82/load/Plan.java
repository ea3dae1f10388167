package phone82.load;

import phone82.platform.api.Json;

/**
 * The load that the customers generate.
 *
 * @param users concurrent users, of a scenario that has users
 * @param rate orders per second, of a scenario that has a rate
 * @param poll minimum pause between polls for an order, in milliseconds
 * @param ordersAt the base URL at which users place their orders
 */
record Plan(Scenario scenario, int seconds, int users, int rate, int poll, String ordersAt, String gateway, String store) {

    private static final String PROPERTY = "phone82.load.plan";

    Plan during(int seconds) {
        return new Plan(scenario, seconds, users, rate, poll, ordersAt, gateway, store);
    }

    /** The JVM option that passes it to the customers' process. */
    String jvmOption() {
        return "-D" + PROPERTY + "=" + Json.text(this);
    }

    static Plan ofThisProcess() {
        return Json.read(System.getProperty(PROPERTY), Plan.class);
    }
}
