package phone82.app;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.app.Catalogue.Phone;
import phone82.platform.api.Problem;
import phone82.platform.api.Problem.Fault;
import phone82.platform.identity.Caller;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class CatalogueTest {

    private static final List<Phone> PHONES = List.of(
            new Phone("note20", "Galaxy Note20", 1_199_000), new Phone("test", "Test phone", 100_000),
            new Phone("galaxy-z-fold7", "Galaxy Z Fold7", 2_379_300));

    private final Catalogue open = new Catalogue(true, 1_000_000, PHONES);
    private final Catalogue closed = new Catalogue(false, 1_000_000, PHONES);

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
        assertThatThrownBy(() -> new Catalogue(true, 0, PHONES)).hasMessageContaining("phone82.catalogue.demo-price is 0");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(new Phone("a", "A", -1)))).hasMessageContaining("a costs -1");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(new Phone("a b", "A", 1), new Phone("A-B", "A", 2)))).hasMessageContaining("a b and A-B are one name");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(new Phone("a ", "A", 1)))).hasMessageContaining("phones");
        assertThatThrownBy(() -> new Catalogue(true, 1, List.of(new Phone("a\u200b", "A", 1)))).hasMessageContaining("phones");
    }

    @Test
    void refusesAQuantityWhosePriceOverflows() {
        OrderDrafting drafts = new OrderDrafting(new Catalogue(true, Long.MAX_VALUE / 10, PHONES), null);
        Problem refusal = catchThrowableOfType(Problem.class, () -> drafts.draft(new NewOrder("other", 11), Caller.DEMO));
        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.faults()).containsExactly(new Fault("qty", "must be at most 10 at a price of 922337203685477580 won"));
    }

    @Test
    void returnsTheWholePriceList() {
        assertThat(open.list().items()).isEqualTo(PHONES);
        assertThat(open.list().next()).isNull();
    }
}
