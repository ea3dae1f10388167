package phone82.app;

import org.apache.camel.Body;
import org.springframework.boot.context.properties.bind.DefaultValue;
import phone82.platform.api.Page;
import phone82.platform.api.PlainText;
import phone82.platform.api.Problem;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The price list. */
public class Catalogue {

    private final boolean open;
    private final long demoPrice;
    private final List<Phone> phones;
    private final Map<String, Phone> byKey = new HashMap<>();
    private volatile Map<String, Phone> byLook;

    /**
     * @param open      demo mode: unlisted items can be ordered, too
     * @param demoPrice won; the price of an unlisted item in demo mode
     * @param phones    the phones on sale
     */
    public Catalogue(@DefaultValue("true") boolean open, @DefaultValue("1000000") long demoPrice, List<Phone> phones) {
        this.open = open;
        this.demoPrice = demoPrice;
        this.phones = phones;
        if (demoPrice < 1) {
            throw new IllegalArgumentException("phone82.catalogue.demo-price is " + demoPrice + "; set it to 1 won or more.");
        }
        for (Phone phone : phones) {
            if (phone.price < 1) {
                throw new IllegalArgumentException("phone82.catalogue.phones: " + phone.item + " costs " + phone.price + "; set it to 1 won or more.");
            }
            if (!PlainText.isPlain(phone.item) || !PlainText.canonical(phone.item).equals(phone.item) || phone.item.isEmpty()) {
                throw new IllegalArgumentException("phone82.catalogue.phones: an item " + PlainText.RULE + ".");
            }
            Phone other = byKey.put(ItemNames.key(phone.item), phone);
            if (other != null) {
                throw new IllegalArgumentException("phone82.catalogue.phones: " + other.item + " and " + phone.item + " are one name; leave one out.");
            }
        }
    }

    /** @param price won */
    public record Phone(String item, String name, long price) {
    }

    public Page<Phone> list() {
        return new Page<>(phones, null);
    }

    /** The order with its item spelt as on the price list; unchanged if the item is not listed. */
    public NewOrder listed(@Body NewOrder wanted) {
        Phone phone = byKey.get(ItemNames.key(wanted.item()));
        return phone == null ? wanted : new NewOrder(phone.item, wanted.qty());
    }

    /**
     * @return won
     * @throws Problem 422 when the item is not on sale, or looks like one that is
     */
    public long price(String item) {
        Phone phone = byKey.get(ItemNames.key(item));
        if (phone != null) {
            return phone.price;
        }
        for (String look : ItemNames.looks(item)) {
            Phone like = byLook().get(look);
            if (like != null) {
                throw refused("looks like " + like.item + "; if you mean that, write it so");
            }
        }
        if (open) {
            return demoPrice;
        }
        throw refused("is not on the price list");
    }

    private static Problem refused(String why) {
        return new Problem(422, "Invalid request", "This phone is not on sale; GET /phones lists what is.", List.of(new Problem.Fault("item", why)));
    }

    private Map<String, Phone> byLook() {
        if (byLook == null) {
            Map<String, Phone> looks = new HashMap<>();
            phones.forEach(phone -> ItemNames.looks(phone.item).forEach(look -> looks.put(look, phone)));
            byLook = looks;
        }
        return byLook;
    }
}
