package phone82.app;

import org.apache.camel.Body;
import org.springframework.boot.context.properties.bind.DefaultValue;
import phone82.platform.api.PlainText;
import phone82.platform.api.Problem;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The price list. */
public class Catalogue {

    private final boolean open;
    private final long demoPrice;
    private final List<Phone> phones;
    private final List<Model> models;
    private final Map<String, Phone> byKey = new HashMap<>();
    private volatile Map<String, Phone> byLook;

    /**
     * @param open      demo mode: unlisted items can be ordered, too
     * @param demoPrice won; the price of an unlisted item in demo mode
     * @param phones    the phones on sale
     * @param models    the models of which phones can be variants
     */
    public Catalogue(@DefaultValue("true") boolean open, @DefaultValue("1000000") long demoPrice, List<Phone> phones, @DefaultValue List<Model> models) {
        this.open = open;
        this.demoPrice = demoPrice;
        this.phones = phones;
        Set<String> used = phones.stream().map(Phone::model).collect(Collectors.toSet());
        this.models = models.stream().filter(model -> used.contains(model.model)).toList();
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
        checkVariants(models);
    }

    /** Each variant of a model has the name of the model, and differs from the others in storage or colour. */
    private void checkVariants(List<Model> listed) {
        Set<String> known = listed.stream().map(Model::model).collect(Collectors.toSet());
        if (known.size() < listed.size()) {
            throw new IllegalArgumentException("phone82.catalogue.models: a model is on the list twice; leave one out.");
        }
        Map<String, Phone> firsts = new HashMap<>();
        Map<List<Object>, Phone> variants = new HashMap<>();
        for (Phone phone : phones) {
            if (phone.model == null) {
                continue;
            }
            if (!known.contains(phone.model)) {
                throw new IllegalArgumentException("phone82.catalogue.phones: " + phone.item + " is of the model " + phone.model
                        + ", which phone82.catalogue.models does not have; add it there.");
            }
            Phone first = firsts.computeIfAbsent(phone.model, model -> phone);
            if (!first.name.equals(phone.name)) {
                throw new IllegalArgumentException("phone82.catalogue.phones: " + first.item + " and " + phone.item + " are of the model " + phone.model
                        + ", but have different names; give them one name.");
            }
            Phone other = variants.put(Arrays.asList(phone.model, phone.storage, phone.colour), phone);
            if (other != null) {
                throw new IllegalArgumentException("phone82.catalogue.phones: " + other.item + " and " + phone.item + " are of the model " + phone.model
                        + " and have the same storage and colour; leave one out.");
            }
        }
    }

    /**
     * A phone on sale. Phones of one model are its variants.
     *
     * @param price   won
     * @param model   null for a phone without other variants
     * @param storage GB; null if it is not stated
     * @param colour  null if it is not stated
     */
    public record Phone(String item, String name, long price, String model, Integer storage, String colour) {
    }

    /**
     * What the variants of a model have in common; each text but {@code model} may be null.
     *
     * @param keywords further words to find it by, such as its name in another language
     */
    public record Model(String model, String keywords, String display, String processor, String memory, String camera, String battery, String weight) {
    }

    /** The whole price list. */
    public record PriceList(List<Phone> items, List<Model> models) {
    }

    public PriceList list() {
        return new PriceList(phones, models);
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
