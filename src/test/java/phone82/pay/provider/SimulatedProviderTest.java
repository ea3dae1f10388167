package phone82.pay.provider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.pay.provider.PaymentProvider.Charge;
import phone82.pay.provider.PaymentProvider.Refused;
import phone82.pay.provider.PaymentProvider.Unavailable;

import java.time.Duration;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SimulatedProviderTest {

    private final PaymentProvider provider = new SimulatedProvider();

    @ParameterizedTest
    @ValueSource(strings = {"note20", "sim-slow-", "sim-slow-soon", "sim-capture-away-", "my-sim-decline"})
    void everythingElseIsApprovedAsOftenAsItIsAsked(String item) {
        assertThatCode(() -> {
            provider.authorise(charge(item));
            provider.authorise(charge(item));
            provider.capture(charge(item));
            provider.capture(charge(item));
            provider.release(charge(item));
        }).doesNotThrowAnyException();
    }

    @Test
    void anAuthorisationIsDeclinedOnRequest() {
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> provider.authorise(charge("sim-decline")));
    }

    @Test
    void anAuthorisationFailsOnRequest() {
        assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> provider.authorise(charge("sim-fail")));
    }

    @Test
    void anAuthorisationTakesItsTimeOnRequest() throws Exception {
        Instant start = Instant.now();
        provider.authorise(charge("sim-slow-120"));
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(119));
    }

    @Test
    void aSlowAuthorisationThatIsInterruptedIsNotMade() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> provider.authorise(charge("sim-slow-5000")));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aCaptureIsRefusedForGoodOnRequest() throws Exception {
        provider.authorise(charge("sim-capture-refused"));
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> provider.capture(charge("sim-capture-refused")));
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> provider.capture(charge("sim-capture-refused")));
    }

    @Test
    void aCaptureFindsTheProviderAwayAsOftenAsRequestedForEachOrder() {
        Charge one = new Charge(1, "sim-capture-away-2", 100);
        Charge other = new Charge(2, "sim-capture-away-2", 100);
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> provider.capture(one));
            assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> provider.capture(other));
        }
        assertThatCode(() -> provider.capture(one)).doesNotThrowAnyException();
        assertThatCode(() -> provider.capture(other)).doesNotThrowAnyException();
    }

    private static Charge charge(String item) {
        return new Charge(7, item, 100);
    }
}
