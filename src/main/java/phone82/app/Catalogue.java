package phone82.app;

import org.springframework.boot.context.properties.bind.DefaultValue;
import phone82.platform.Page;
import phone82.platform.Problem;

import java.util.List;

/**
 * The price list.
 *
 * @param open      demo mode: an unlisted item can be ordered too
 * @param demoPrice won; what an unlisted item costs then
 * @param phones    what is on sale
 */
public record Catalogue(@DefaultValue("true") boolean open, @DefaultValue("1000000") long demoPrice, List<Phone> phones) {

    /** @param price won */
    public record Phone(String item, String name, long price) {
    }

    public Page<Phone> list() {
        return new Page<>(phones, null);
    }

    /**
     * @return won
     * @throws Problem 422 when the item is not on sale
     */
    public long price(String item) {
        for (Phone phone : phones) {
            if (phone.item().equals(item)) {
                return phone.price();
            }
        }
        if (open) {
            return demoPrice;
        }
        throw new Problem(422, "Invalid request", "This phone is not on sale; GET /phones lists what is.",
                List.of(new Problem.Fault("item", "is not on the price list")));
    }
}
