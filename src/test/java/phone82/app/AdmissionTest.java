package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import phone82.platform.api.Problem;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class AdmissionTest {

    private static final String NOTHING_OF_IT_THE_PROVIDERS = "provider;dur=0";

    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("pay");
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    private Admission admission(int first, Duration patience) {
        return new Admission(new Admission.Limits(2, first, 10, patience, Duration.ofMillis(100), Duration.ofMillis(200)), breaker);
    }

    private void enter(Admission admission, int orders) throws InterruptedException {
        for (int i = 0; i < orders; i++) {
            admission.enter(exchange);
        }
    }

    private void assertPlaces(Admission admission, int places) throws InterruptedException {
        enter(admission, places);
        assertThatThrownBy(() -> admission.enter(exchange)).isInstanceOf(Problem.class);
    }

    private void answered(Admission admission, long millis, String providersPart) {
        exchange.getMessage().setHeader("Server-Timing", providersPart);
        admission.answered(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(millis), exchange);
        assertThat(exchange.getMessage().getHeaders()).isEmpty();
    }

    @Test
    void refusesAnOrderThatFindsNoPlaceInTime() throws Exception {
        Admission admission = admission(3, Duration.ofMillis(10));
        enter(admission, 3);

        assertThatThrownBy(() -> admission.enter(exchange)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.headers()).containsEntry("Retry-After", 2L);
        });
    }

    @Test
    void admitsAWaitingOrderWhenAnotherLeaves() throws Exception {
        Admission admission = admission(1, Duration.ofMinutes(1));
        enter(admission, 1);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                admission.enter(new DefaultExchange(exchange.getContext()));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> waiting.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        admission.leave();

        waiting.get(10, TimeUnit.SECONDS);
    }

    @Test
    void quickAnswersAddPlacesUpToTheMaximum() throws Exception {
        Admission admission = admission(3, Duration.ZERO);
        for (int i = 0; i < 4; i++) {
            answered(admission, 20, NOTHING_OF_IT_THE_PROVIDERS);
        }
        assertPlaces(admission, 4);

        for (int i = 0; i < 100; i++) {
            answered(admission, 20, NOTHING_OF_IT_THE_PROVIDERS);
        }
        assertPlaces(admission, 6);
    }

    @Test
    void slowAnswersRemovePlacesDownToTheMinimum() throws Exception {
        Admission admission = admission(10, Duration.ZERO);
        MeterRegistry metrics = new SimpleMeterRegistry();
        admission.bindTo(metrics);
        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            answered(admission, 400, NOTHING_OF_IT_THE_PROVIDERS);
            return metrics.get("phone82.payment.places").gauge().value() == 2;
        });
        assertPlaces(admission, 2);
    }

    @Test
    void callsWithoutAnAnswerRemovePlacesUnlessTheyAreRehearsals() throws Exception {
        Admission admission = admission(10, Duration.ZERO);
        MeterRegistry metrics = new SimpleMeterRegistry();
        admission.bindTo(metrics);
        await().during(Duration.ofMillis(300)).pollInterval(Duration.ofMillis(10)).until(() -> {
            admission.unanswered(order(-1));
            return metrics.get("phone82.payment.places").gauge().value() == 10;
        });

        await().pollInterval(Duration.ofMillis(10)).until(() -> {
            admission.unanswered(order(1));
            return metrics.get("phone82.payment.places").gauge().value() == 2;
        });
        assertPlaces(admission, 2);
    }

    private static Order order(long id) {
        return new Order(id, "note20", 1, 1_199_000, "ann", Instant.EPOCH);
    }

    @Test
    void theProvidersTimeIsNotCountedAsPays() throws Exception {
        Admission admission = admission(3, Duration.ZERO);
        for (int i = 0; i < 4; i++) {
            answered(admission, 400, "provider;dur=350");
            answered(admission, 20, null);
        }
        assertPlaces(admission, 4);
    }

    @Test
    void admitsEveryOrderWhileTheBreakerIsOpen() throws Exception {
        Admission admission = admission(2, Duration.ZERO);
        assertPlaces(admission, 2);
        breaker.transitionToOpenState();

        enter(admission, 5);
    }
}
