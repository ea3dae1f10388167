package phone82.app;

import phone82.platform.api.Problem;

/** The order id is in use: pay knows it for another order, or for one that has ended. */
public class IdTaken extends Problem {

    public IdTaken(long id) {
        super(503, "Temporarily unavailable", "The order could not be given an id of its own (" + id
                + " is taken), so this request places no order and charges nothing.");
        retryAfter(1);
    }
}
