package phone82.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.platform.api.Problem;
import phone82.platform.saga.CancellationUnavailable;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The places for cancellations: fewer while the other servers do not answer in time. */
class CancellationPlacesTest {

    private static final Duration EACH_IS_SLOW = Duration.ZERO;
    private static final Duration EACH_IS_QUICK = Duration.ofHours(1);
    private static final int LEAST = 2;
    private static final int MOST = 8;

    private final CamelContext camel = new DefaultCamelContext();
    private final AdaptiveLimit limit = new AdaptiveLimit(LEAST, MOST, MOST, Duration.ZERO);
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final List<Exchange> inProgress = new ArrayList<>();

    @BeforeEach
    void bindMetrics() {
        new Cancellation(null, limit, EACH_IS_QUICK).bindTo(metrics);
    }

    private void enter(Duration quick) throws InterruptedException {
        Cancellation cancellation = new Cancellation(null, limit, quick);
        Exchange exchange = new DefaultExchange(camel);
        cancellation.enter(exchange);
        inProgress.add(exchange);
    }

    private void leave(Throwable failure) {
        Exchange exchange = inProgress.remove(0);
        exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, failure);
        UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
    }

    private void cancel(int times, Duration quick, Throwable failure) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            enter(quick);
            leave(failure);
        }
    }

    private double places() {
        return metrics.get("phone82.cancellation.places").gauge().value();
    }

    @AfterEach
    void everyPlaceIsFreeAgain() {
        while (!inProgress.isEmpty()) {
            leave(null);
        }
        assertThat(metrics.get("phone82.cancellation.taken").gauge().value()).isZero();
    }

    @Test
    void theFirstFindAllPlacesAndOneMoreIsRefused() throws Exception {
        for (int i = 0; i < MOST; i++) {
            enter(EACH_IS_QUICK);
        }

        assertThatThrownBy(() -> enter(EACH_IS_QUICK)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.headers()).containsEntry("Retry-After", 5L);
        });
        leave(null);
        enter(EACH_IS_QUICK);
    }

    static Stream<Throwable> noAnswers() {
        return Stream.of(new CancellationUnavailable(), new SocketTimeoutException("Read timed out"), answerOfStore(503));
    }

    private static Exception answerOfStore(int status) {
        return new HttpOperationFailedException("http://localhost/deliveries", status, "", "", null, "{}");
    }

    @ParameterizedTest
    @MethodSource("noAnswers")
    void serversThatDoNotAnswerRemovePlacesAndQuickCancellationsAddThemAgain(Throwable noAnswer) throws Exception {
        cancel(20, EACH_IS_SLOW, noAnswer);
        assertThat(places()).isEqualTo(LEAST);

        cancel(20, EACH_IS_QUICK, null);
        assertThat(places()).isEqualTo(LEAST + 5);

        cancel(20, EACH_IS_QUICK, null);
        assertThat(places()).isEqualTo(MOST);
    }

    static Stream<Arguments> others() {
        return Stream.of(
                arguments("a provider takes long", EACH_IS_SLOW, null),
                arguments("another server refuses connections", EACH_IS_QUICK, new CancellationUnavailable()),
                arguments("store is too late", EACH_IS_SLOW, answerOfStore(409)),
                arguments("a fault of the program", EACH_IS_SLOW, new IllegalStateException("a test")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void otherOutcomesChangeNothing(String outcome, Duration quick, Throwable failure) throws Exception {
        enter(EACH_IS_SLOW);
        leave(new CancellationUnavailable());
        double places = places();
        assertThat(places).isBetween(LEAST + 1.0, MOST - 1.0);

        cancel(4, quick, failure);

        assertThat(places()).isEqualTo(places);
    }
}
