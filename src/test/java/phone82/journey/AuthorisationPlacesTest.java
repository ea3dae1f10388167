package phone82.journey;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** More authorisations at the same time than pay has places for. */
class AuthorisationPlacesTest {

    private static final int PLACES = 2;
    private static final int ORDERS = 30;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.PAY), "--phone82.pay.authorisations=" + PLACES,
            "--phone82.pay.provider-authorisation-limit=10s");

    private final Shop pay = PHONE82.shop(Context.PAY);

    @Test
    void aCrowdIsNoFailureOfTheProvider() {
        CircuitBreaker breaker = PHONE82.bean(Context.PAY, CircuitBreakerRegistry.class).circuitBreaker("authorisations");
        PHONE82.provider().slowDown(500, 500);
        ExecutorService customers = Executors.newFixedThreadPool(ORDERS);
        List<Integer> statuses = IntStream.rangeClosed(1, ORDERS).mapToObj(id -> CompletableFuture.supplyAsync(() -> authorise(id).status(), customers)).toList()
                .stream().map(CompletableFuture::join).toList();
        customers.shutdown();
        PHONE82.provider().removeFaults();

        assertThat(statuses).containsOnly(201, 503).contains(201, 503);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).as("failed calls").isZero();
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        authorise(ORDERS + 1).expect(201);
        assertThat(PHONE82.bean(Context.PAY, Bulkhead.class).getMetrics().getAvailableConcurrentCalls()).as("free places").isEqualTo(PLACES);
    }

    private Answer authorise(long id) {
        return pay.post("/payments", "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1,\"amount\":1199000}");
    }
}
