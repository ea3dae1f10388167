package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import phone82.platform.Problem;
import phone82.platform.identity.Caller;

import java.util.List;

/** Creates priced orders that are not stored yet. No transaction is needed for them: most are refused where there is an overload. */
public class Drafts {

    private final Catalogue catalogue;
    private final OrderIds ids;

    Drafts(Catalogue catalogue, OrderIds ids) {
        this.catalogue = catalogue;
        this.ids = ids;
    }

    /**
     * Prices the order and gives it its id, which is never used if the payment fails.
     *
     * @throws Problem 422 when the item is not on sale, or so many cost more than can be counted
     */
    public Order draft(@Body NewOrder wanted, @Variable(Caller.VARIABLE) Caller customer) {
        long price = catalogue.price(wanted.item());
        if (price > Long.MAX_VALUE / wanted.qty()) {
            throw new Problem(422, "Invalid request", "So many of them cost more than can be paid. Order fewer.",
                    List.of(new Problem.Fault("qty", "must be at most " + Long.MAX_VALUE / price + " at a price of " + price + " won")));
        }
        long id = ids.next();
        return new Order(id, wanted.item(), wanted.qty(), price, customer.subject(), OrderIds.time(id));
    }

    /** Gives the order another id, as pay knows this one for another order. */
    public Order draftAgain(@ExchangeProperty("order") Order draft) {
        long id = ids.insteadOf(draft.id());
        draft.renumber(id, OrderIds.time(id));
        return draft;
    }
}
