package phone82.platform.api;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Reading of JSON that another version may have written. */
class JsonTest {

    private record Paid(long orderId, int qty, String owner) {
    }

    @Test
    void aMissingNumberIsNoZero() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("{\"orderId\":1,\"owner\":\"kim\"}", Paid.class))
                .withMessageContaining("qty");
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read("{\"orderId\":1,\"qty\":null}", Paid.class));
    }

    @Test
    void otherFieldsMayBeMissingOrUnknown() {
        assertThat(Json.read("{\"orderId\":1,\"qty\":2,\"color\":\"red\"}", Paid.class)).isEqualTo(new Paid(1, 2, null));
    }
}
