package phone82.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import phone82.app.Catalogue.Model;
import phone82.app.Catalogue.Phone;
import phone82.platform.api.Problem;
import phone82.platform.api.Problem.Fault;
import phone82.platform.identity.Caller;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class CatalogueTest {

    private static final List<Phone> PHONES = List.of(
            phone("note20", "Galaxy Note20", 1_199_000), phone("test", "Test phone", 100_000),
            phone("galaxy-z-fold7", "Galaxy Z Fold7", 2_379_300));
    private static final List<Model> FOLD = List.of(new Model("fold", "\uac24\ub7ed\uc2dc", "8.0\u2033", null, null, null, null, "215 g"));

    private final Catalogue open = catalogue(true, 1_000_000, PHONES);
    private final Catalogue closed = catalogue(false, 1_000_000, PHONES);

    private static Catalogue catalogue(boolean open, long demoPrice, List<Phone> phones) {
        return new Catalogue(open, demoPrice, phones, List.of());
    }

    private static Phone phone(String item, String name, long price) {
        return new Phone(item, name, price, null, null, null);
    }

    private static Phone fold(String item, String name, long price, Integer storage, String colour) {
        return new Phone(item, name, price, "fold", storage, colour);
    }

    @Test
    void aListedPhoneHasItsPrice() {
        assertThat(open.price("test")).isEqualTo(100_000);
        assertThat(closed.price("test")).isEqualTo(100_000);
    }

    @Test
    void anOpenCatalogueSellsUnlistedPhonesAtTheDemoPrice() {
        assertThat(open.price("note99")).isEqualTo(1_000_000);
    }

    @Test
    void aClosedCatalogueRefusesUnlistedPhones() {
        Problem refusal = catchThrowableOfType(Problem.class, () -> closed.price("note99"));
        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.faults()).extracting(Fault::field).containsExactly("item");
    }

    @ParameterizedTest
    @ValueSource(strings = {"galaxy-z-fold7", "Galaxy-Z-Fold7", "GALAXY-Z-FOLD7", "galaxy z fold7", "Galaxy_Z_Fold7", "galaxy\u2010z\u2010fold7",
            "\uff27\uff41\uff4c\uff41\uff58\uff59-Z-Fold\uff17", "\ud835\udc20alaxy-z-fold7", "ga\u217cAxy--z-fold7"})
    void allSpellingsOfANameHaveTheSamePrice(String item) {
        assertThat(open.price(item)).isEqualTo(2_379_300);
        assertThat(closed.price(item)).isEqualTo(2_379_300);
        assertThat(open.listed(new NewOrder(item, 2))).isEqualTo(new NewOrder("galaxy-z-fold7", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"g\u0430laxy-z-fold7", "G\u0410LAXY-Z-FOLD7", "ga1axy-z-fold7", "gaIaxy-z-fold7", "GaIaxy-Z-Fold7", "g\u0251laxy-z-fold7", "galaxy-z-f\u03bfld7",
            "galaxyzfold7", "galaxy\u0335-z-fold7", "g\u00e1laxy-z-fold7", "galaxy\u06d4z\u06d4fold7", "\u0261alaxy-z-fold7", "note2O", "note2o", "not\u0435 20", "n\u043ete20"})
    void refusesANameThatLooksLikeAListedOne(String item) {
        for (Catalogue catalogue : List.of(open, closed)) {
            Problem refusal = catchThrowableOfType(Problem.class, () -> catalogue.price(item));
            assertThat(refusal).as(item).isNotNull();
            assertThat(refusal.status()).isEqualTo(422);
            assertThat(refusal.faults()).singleElement().extracting(Fault::message).asString().containsPattern("looks like (galaxy-z-fold7|note20);");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"note21", "note200", "note20+", "galaxy-z-fold", "galaxy-z-fold77", "\uac24\ub7ed\uc2dc", "\u0442\u0435\u0441\u0442", "\ud83d\udcf1", "sim-decline", "Note 20 Ultra"})
    void aDifferentNameIsADifferentPhone(String item) {
        assertThat(open.price(item)).isEqualTo(1_000_000);
        assertThat(open.listed(new NewOrder(item, 1)).item()).isEqualTo(item);
    }

    @Test
    void refusesAnInvalidPriceList() {
        assertThatThrownBy(() -> catalogue(true, 0, PHONES)).hasMessageContaining("phone82.catalogue.demo-price is 0");
        assertThatThrownBy(() -> catalogue(true, 1, List.of(phone("a", "A", -1)))).hasMessageContaining("a costs -1");
        assertThatThrownBy(() -> catalogue(true, 1, List.of(phone("a b", "A", 1), phone("A-B", "A", 2)))).hasMessageContaining("a b and A-B are one name");
        assertThatThrownBy(() -> catalogue(true, 1, List.of(phone("a ", "A", 1)))).hasMessageContaining("phones");
        assertThatThrownBy(() -> catalogue(true, 1, List.of(phone("a\u200b", "A", 1)))).hasMessageContaining("phones");
    }

    @Test
    void refusesAQuantityWhosePriceOverflows() {
        OrderDrafting drafts = new OrderDrafting(catalogue(true, Long.MAX_VALUE / 10, PHONES), null);
        Problem refusal = catchThrowableOfType(Problem.class, () -> drafts.draft(new NewOrder("other", 11), Caller.DEMO));
        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.faults()).containsExactly(new Fault("qty", "must be at most 10 at a price of 922337203685477580 won"));
    }

    @Test
    void returnsTheWholePriceList() {
        assertThat(open.list().items()).isEqualTo(PHONES);
        assertThat(open.list().models()).isEmpty();
    }

    @Test
    void aVariantHasItsOwnPrice() {
        Catalogue catalogue = new Catalogue(false, 1, List.of(fold("fold-256", "Fold", 2_000_000, 256, "blue"), fold("fold-512", "Fold", 2_300_000, 512, "blue")), FOLD);
        assertThat(catalogue.price("fold-256")).isEqualTo(2_000_000);
        assertThat(catalogue.price("Fold 512")).isEqualTo(2_300_000);
        assertThat(catalogue.list().models()).isEqualTo(FOLD);
    }

    /** A shop with phones of its own keeps the models of the default list. */
    @Test
    void aModelWithoutPhonesIsNotShown() {
        assertThat(new Catalogue(true, 1, PHONES, FOLD).list().models()).isEmpty();
    }

    @Test
    void refusesInvalidVariants() {
        Phone blue = fold("a", "Fold", 1, 256, "blue");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(blue), List.of()))
                .hasMessage("phone82.catalogue.phones: a is of the model fold, which phone82.catalogue.models does not have; add it there.");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(blue, fold("b", "Fold", 2, 256, "blue")), FOLD))
                .hasMessage("phone82.catalogue.phones: a and b are of the model fold and have the same storage and colour; leave one out.");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(blue, fold("b", "Flip", 2, 512, "blue")), FOLD))
                .hasMessage("phone82.catalogue.phones: a and b are of the model fold, but have different names; give them one name.");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(blue), List.of(FOLD.get(0), FOLD.get(0))))
                .hasMessage("phone82.catalogue.models: a model is on the list twice; leave one out.");
    }

    /** The page draws and translates the colours of the contract only. */
    @Test
    void theDefaultListAgreesWithTheContract() throws IOException {
        PropertySource<?> ours = new YamlPropertySourceLoader().load("ours", new ClassPathResource("application-app.yaml")).get(0);
        Catalogue list = new Binder(ConfigurationPropertySource.from(ours)).bind("phone82.catalogue", Catalogue.class).get();
        List<String> colours = new YAMLMapper().readTree(Path.of("routes/app/app.openapi.yaml").toFile())
                .at("/components/schemas/Phone/properties/colour/enum").valueStream().map(JsonNode::asText).toList();
        assertThat(list.list().items()).extracting(Phone::colour).filteredOn(Objects::nonNull).isNotEmpty().isSubsetOf(colours);
        assertThat(list.list().items().stream().collect(Collectors.groupingBy(phone -> String.valueOf(phone.model()))).values()).filteredOn(each -> each.size() > 2).hasSizeGreaterThan(5);
    }
}
