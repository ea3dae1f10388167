package phone82.app;

import org.apache.camel.Body;
import phone82.platform.Problem;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What orders are before their payment is asked for. No transaction is needed for them: most are refused where there is an overload. */
public class Drafts {

    private final Catalogue catalogue;
    private final OrderIds ids;

    Drafts(Catalogue catalogue, OrderIds ids) {
        this.catalogue = catalogue;
        this.ids = ids;
    }

    /**
     * Prices the order and gives it its id. It does not exist yet: an id whose payment fails is never used.
     *
     * @throws Problem 422 when the item is not on sale, or so many cost more than can be counted
     */
    public Order draft(@Body NewOrder wanted) {
        long price = catalogue.price(wanted.item());
        if (price > Long.MAX_VALUE / wanted.qty()) {
            throw new Problem(422, "Invalid request", "So many of them cost more than can be paid. Order fewer.",
                    List.of(new Problem.Fault("qty", "must be at most " + Long.MAX_VALUE / price + " at a price of " + price + " won")));
        }
        return new Order(ids.next(), wanted.item(), wanted.qty(), price, Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }
}
