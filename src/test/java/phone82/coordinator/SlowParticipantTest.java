package phone82.coordinator;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import phone82.Context;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.util.EnumSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A coordinator whose participant does not end its answers. */
class SlowParticipantTest {

    // stays open: a repetition of a failed test uses it again
    private static final DrippingServer PARTICIPANT = new DrippingServer(Kind.BODY);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.COORDINATOR), "--phone82.coordinator.recovery-period=1h",
            "--phone82.coordinator.app-url=" + PARTICIPANT.url());

    private final Shop coordinator = PHONE82.shop(Context.COORDINATOR);
    private final Lras lras = new Lras(coordinator, PARTICIPANT.url());

    /** Otherwise each would occupy a thread or a connection until the participant stops. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"HEAD", "BODY"})
    void aCallbackEndsInTime(Kind kind) {
        PARTICIPANT.drip(kind);
        int before = PARTICIPANT.begun();
        String lra = lras.start();
        lras.join(lra);

        coordinator.text(lras.closing(lra));

        assertThat(PARTICIPANT.begun()).isGreaterThan(before);
        await("the connection is closed").until(() -> PARTICIPANT.open() == 0);
    }
}
