package phone82.app;

import org.junit.jupiter.api.Test;
import phone82.app.Catalogue.Phone;
import phone82.platform.Problem;
import phone82.platform.Problem.Fault;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class CatalogueTest {

    private static final List<Phone> PHONES = List.of(
            new Phone("note20", "Galaxy Note20", 1_199_000), new Phone("test", "Test phone", 100_000));

    private final Catalogue open = new Catalogue(true, 1_000_000, PHONES);
    private final Catalogue closed = new Catalogue(false, 1_000_000, PHONES);

    @Test
    void aListedPhoneHasItsPrice() {
        assertThat(open.price("test")).isEqualTo(100_000);
        assertThat(closed.price("test")).isEqualTo(100_000);
    }

    @Test
    void whileOpenAnUnlistedPhoneHasTheDemoPrice() {
        assertThat(open.price("note99")).isEqualTo(1_000_000);
    }

    @Test
    void whileClosedAnUnlistedPhoneIsRefused() {
        Problem refusal = catchThrowableOfType(Problem.class, () -> closed.price("note99"));
        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.faults()).extracting(Fault::field).containsExactly("item");
    }

    @Test
    void thePriceListIsShownWhole() {
        assertThat(open.list().items()).isEqualTo(PHONES);
        assertThat(open.list().next()).isNull();
    }
}
