package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.Variable;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;

import java.util.List;

/** Creates priced orders that are not stored yet. This needs no transaction: under overload most of them are refused. */
public class OrderDrafting {

    private final Catalogue catalogue;
    private final OrderIds ids;

    OrderDrafting(Catalogue catalogue, OrderIds ids) {
        this.catalogue = catalogue;
        this.ids = ids;
    }

    /**
     * Prices the order and assigns an id, which stays unused if the payment fails.
     *
     * @throws Problem 422 the item is not on sale, or the amount exceeds the range of a long
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

    /** Assigns another id, because pay knows this one for another order. */
    public Order assignNewId(@Variable("order") Order draft) {
        long id = ids.insteadOf(draft.id());
        draft.renumber(id, OrderIds.time(id));
        return draft;
    }
}
