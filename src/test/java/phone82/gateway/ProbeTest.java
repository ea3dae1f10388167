package phone82.gateway;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.net.ConnectException;
import java.time.Duration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

@ExtendWith(OutputCaptureExtension.class)
class ProbeTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    private Probe probe;

    @BeforeEach
    void start() {
        probe = probe(LONG);
    }

    private Probe probe(Duration stepTimeout) {
        return new Probe("test", stepTimeout, metrics);
    }

    @Test
    void aRoundSucceedsWithACancelledOrder() {
        place();
        probe.follow();
        see("Ordered");
        assertThat(probe.isWaiting()).isTrue();
        see("Paid");
        assertThat(probe.isWaiting()).isFalse();
        probe.reached();
        assertThat(probe.isOpen()).isTrue();
        cancel(200);
        see("Cancelled");
        probe.reached();
        probe.succeeded();

        assertThat(probe.isOpen()).isFalse();
        assertThat(rounds("cancelled")).isOne();
        assertThat(metrics.get("phone82.probe").timers()).hasSize(3).allMatch(step -> step.count() == 1);
    }

    /** Nothing is left to cancel. */
    @Test
    void anOrderThatIsShippedInTimeIsASuccess() {
        place();
        probe.follow();
        see("Shipped");
        probe.reached();
        assertThat(probe.isOpen()).isFalse();
        probe.succeeded();

        assertThat(rounds("shipped")).isOne();
    }

    @Test
    void anOrderThatIsShippedBeforeItsCancellationIsASuccess() {
        place();
        cancel(409);
        see("Shipped");
        probe.reached();
        probe.succeeded();

        assertThat(probe.isOpen()).isFalse();
        assertThat(rounds("shipped")).isOne();
    }

    @Test
    void anOrderThatTheShopCancelsByItselfIsAFailure() {
        place();
        probe.follow();
        see("Cancelled");

        assertThatThrownBy(probe::reached).hasMessage("GET /history/7 is answered 200 Cancelled");
        assertThat(probe.isOpen()).isFalse();
    }

    @Test
    void aStepThatTakesTooLongEndsAndTheOrderStaysOpen() {
        probe = probe(Duration.ZERO);
        place();
        probe.follow();
        see("Ordered");
        assertThat(probe.isWaiting()).isFalse();

        assertThatThrownBy(probe::reached).hasMessage("after 0 ms GET /history/7 is still answered 200 Ordered");
        assertThat(probe.isOpen()).isTrue();
    }

    @Test
    void anOrderWhoseAnswerIsLostIsRepeatedUnderItsKey() {
        String key = key();
        for (int code : new int[]{503, 409, 429, 402, 201}) {
            assertThat(key()).isEqualTo(key);
            assertThat(catchThrowable(() -> probe.ordered(code, null))).isNotNull();
        }
        assertThat(key()).as("201 without an order").isEqualTo(key);
        probe.ordered(201, bytes("{\"id\":7}"));
        assertThat(key()).isNotEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 429, 500, 503})
    void anOrderThatIsNotCancelledStaysOpen(int code) {
        place();

        assertThat(catchThrowable(() -> cancel(code))).hasMessage("DELETE /orders/7 is answered " + code);
        assertThat(probe.isOpen()).isTrue();
    }

    @Test
    void anOrderThatTheShopHasLostIsAFailureOnce() {
        place();
        assertThat(catchThrowable(() -> cancel(404))).isNotNull();
        assertThat(probe.isOpen()).as("after the answer of a proxy").isTrue();
        probe.cancel(exchange);

        assertThatThrownBy(() -> probe.cancelling(404, bytes("{\"title\":\"Not found\",\"detail\":\"There is no order 7.\"}")))
                .hasMessage("DELETE /orders/7 is answered 404 Not found: There is no order 7.");
        assertThat(probe.isOpen()).isFalse();
    }

    @Test
    void itStopsWithItsProcess() {
        assertThat(probe.isServing()).isTrue();
        probe.readinessChanged(new AvailabilityChangeEvent<>(this, ReadinessState.REFUSING_TRAFFIC));
        assertThat(probe.isServing()).isFalse();
        probe.readinessChanged(new AvailabilityChangeEvent<>(this, ReadinessState.ACCEPTING_TRAFFIC));
        assertThat(probe.isServing()).isTrue();
    }

    @Test
    void aFailureIsOneLineWithWhatACustomerSees(CapturedOutput output) {
        fail(catchThrowable(() -> {
            probe.order(exchange);
            probe.ordered(402, bytes("{\"title\":\"Declined\",\"detail\":\"No\\nmoney.\",\"status\":402}"));
        }));
        fail(catchThrowable(() -> {
            probe.order(exchange);
            probe.ordered(502, bytes("<html>"));
        }));
        probe.order(exchange);
        fail(new ConnectException("Connection refused"));

        assertThat(output.getAll().lines().filter(line -> line.contains("The probe fails"))
                .map(line -> line.substring(line.indexOf("The probe")))).containsExactly(
                "The probe fails at the step order: POST /orders is answered 402 Declined: No\\nmoney.",
                "The probe fails at the step order: POST /orders is answered 502",
                "The probe fails at the step order: POST /orders gets no answer: java.net.ConnectException: Connection refused");
        assertThat(output).doesNotContain("\tat ");
        assertThat(rounds("order-failed")).isEqualTo(3);
    }

    private void fail(Throwable failure) {
        assertThat(failure).isNotNull();
        probe.failed(failure);
    }

    private void place() {
        probe.order(exchange);
        probe.ordered(201, bytes("{\"id\":7,\"status\":\"Ordered\"}"));
    }

    private String key() {
        probe.order(exchange);
        return exchange.getMessage().getHeader("Idempotency-Key", String.class);
    }

    private void see(String status) {
        probe.look(exchange);
        probe.seen(200, bytes("{\"orderId\":7,\"status\":\"" + status + "\"}"));
    }

    private void cancel(int code) {
        probe.cancel(exchange);
        probe.cancelling(code, null);
    }

    private double rounds(String outcome) {
        return metrics.get("phone82.probe.rounds").tag("outcome", outcome).counter().count();
    }

    private static byte[] bytes(String json) {
        return json.getBytes(UTF_8);
    }
}
