package phone82.load;

import java.util.Locale;

/** What the customers do, and for how many seconds unless {@code load.seconds} says otherwise. */
enum Scenario {

    /** Users who place orders at app itself, each as soon as the one before is answered. */
    ORDERS(60),

    /**
     * Users who keep the store busy. It takes a delivery only from the event of a paid order, so each places one and
     * then asks the store itself until it is shipped.
     */
    STORE(120),

    /** Orders through the gateway at a constant rate, each followed there until the customer sees it shipped. */
    PACED(60);

    final int seconds;

    Scenario(int seconds) {
        this.seconds = seconds;
    }

    /** Its name in properties and reports. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
