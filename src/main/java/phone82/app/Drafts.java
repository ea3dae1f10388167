package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.Variable;
import phone82.platform.Problem;
import phone82.platform.identity.Caller;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

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
     * @throws Problem 422 when the item is not on sale
     */
    public Order draft(@Body NewOrder wanted, @Variable(Caller.VARIABLE) Caller customer) {
        long price = catalogue.price(wanted.item());
        return new Order(ids.next(), wanted.item(), wanted.qty(), price, customer.subject(), Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }
}
