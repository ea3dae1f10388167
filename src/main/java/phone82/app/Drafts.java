package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import phone82.platform.Problem;

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
     * @throws Problem 422 when the item is not on sale
     */
    public Order draft(@Body NewOrder wanted) {
        long price = catalogue.price(wanted.item());
        long id = ids.next();
        return new Order(id, wanted.item(), wanted.qty(), price, OrderIds.time(id));
    }

    /** Gives the order another id, as pay knows this one for another order. */
    public Order draftAgain(@ExchangeProperty("order") Order draft) {
        long id = ids.insteadOf(draft.id());
        draft.renumber(id, OrderIds.time(id));
        return draft;
    }
}
