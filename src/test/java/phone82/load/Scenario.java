package phone82.load;

import java.util.Locale;

/** The behaviour of the customers, and its duration in seconds unless {@code load.seconds} is set. */
enum Scenario {

    /** Users who place orders directly at app, each as soon as the previous one is answered. */
    ORDERS(60),

    /**
     * Users who keep the store busy. Store accepts deliveries only through events of paid orders, so each user places an order and then polls
     * the store directly until it is shipped.
     */
    STORE(120),

    /** Orders through the gateway at a constant rate, each followed there until the customer sees it shipped. */
    PACED(60);

    final int seconds;

    Scenario(int seconds) {
        this.seconds = seconds;
    }

    /** The id in properties and reports. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
