package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Health and metrics of phone82 for operators and clusters. */
class OperationsTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.http.workers=2",
            "--phone82.operations.patience=2s", "--phone82.events.attempts=1");

    private final Shop operations = PHONE82.operations();

    @ParameterizedTest
    @ValueSource(strings = {"", "/liveness", "/readiness", "/startup"})
    void anyClientReadsTheStatusAndNoDetails(String probe) {
        JsonNode health = operations.get("/actuator/health" + probe).expect(200).body();

        assertThat(health.fieldNames()).toIterable().containsExactly("status");
    }

    @Test
    void anOperatorReadsTheHealthOfEveryContext() {
        JsonNode health = asOperator("/actuator/health");

        assertThat(health.get("components").fieldNames()).toIterable()
                .containsExactlyInAnyOrder("app", "broker", "coordinator", "customer", "gateway", "pay", "provider", "store");
        assertThat(health.at("/components/app/components").fieldNames()).toIterable()
                .containsExactlyInAnyOrder("routes", "database", "disk", "broker", "payment-breaker", "dead-letters");
        assertThat(health.at("/components/app/components/payment-breaker/details/state").asText()).isEqualTo("CLOSED");
        assertThat(health.at("/components/store/components/routes/details/started").asInt()).isGreaterThan(5);
    }

    @Test
    void anOperatorReadsTheNumberOfDeadLettersOfAReadyContext() throws Exception {
        String waiting = "/components/%s/components/dead-letters/details/waiting";
        assertThat(asOperator("/actuator/health/readiness").at(waiting.formatted("store")).asInt(-1)).isZero();
        PHONE82.topics().send("pay.PayCompleted", 1001, UUID.randomUUID().toString(), "{");

        await().untilAsserted(() -> assertThat(asOperator("/actuator/health/readiness").at(waiting.formatted("store")).asInt(-1)).isOne());
        assertThat(asOperator("/actuator/health/readiness").at("/components/store/status").asText()).isEqualTo("UP");
        assertThat(asOperator("/actuator/health/readiness").at(waiting.formatted("pay")).asInt(-1)).isZero();
    }

    @Test
    void theOperatorsPathsAreOnTheOperatorsPortOnly() {
        for (String path : new String[]{"/actuator/health", "/actuator/prometheus", "/actuator/jolokia", "/hawtio", "/pulse"}) {
            PHONE82.gateway().get(path).expect(404);
        }
        assertThat(operations.send(operations.request("/actuator/health/more").GET()).status()).isEqualTo(404);
        assertThat(operations.send(operations.request("/actuator/health").DELETE()).status()).isEqualTo(405);
    }

    @Test
    void anUnresponsiveContextIsNotAlive() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        CamelContext camel = PHONE82.bean(Context.CUSTOMER, CamelContext.class);
        camel.getRouteController().stopRoute("customer-find-history");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:customer-find-history").id("hang").process(exchange -> hang.await()).setBody(constant("{}"));
            }
        });
        Shop customer = PHONE82.shop(Context.CUSTOMER);
        for (int worker = 0; worker < 2; worker++) {
            HttpClient.newHttpClient().sendAsync(customer.request("/history/1").build(), HttpResponse.BodyHandlers.discarding());
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> operations.get("/actuator/health/liveness").expect(503));

        hang.countDown();
        camel.getRouteController().stopRoute("hang");
        camel.removeRoute("hang");
        camel.getRouteController().startRoute("customer-find-history");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> operations.get("/actuator/health/liveness").expect(200));
    }

    @Test
    void aDeadlockedContextIsNotAlive() throws Exception {
        List<ReentrantLock> locks = List.of(new ReentrantLock(), new ReentrantLock());
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        Queue<Thread> stuck = new ConcurrentLinkedQueue<>();
        CamelContext camel = PHONE82.bean(Context.PAY, CamelContext.class);
        camel.getRouteController().stopRoute("pay-find-payment");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:pay-find-payment").id("deadlock").process(exchange -> {
                    stuck.add(Thread.currentThread());
                    int first = bothHoldOne.await();
                    locks.get(first).lock();
                    try {
                        bothHoldOne.await();
                        locks.get(1 - first).lockInterruptibly();
                    } finally {
                        locks.get(first).unlock();
                    }
                });
            }
        });
        Shop pay = PHONE82.shop(Context.PAY);
        for (int worker = 0; worker < 2; worker++) {
            HttpClient.newHttpClient().sendAsync(pay.request("/payments/1").build(), HttpResponse.BodyHandlers.discarding());
        }
        await().untilAsserted(() -> assertThat(asOperator("/actuator/health/liveness", 503).at("/components/threads/details/deadlocked").asInt()).isEqualTo(2));

        stuck.forEach(Thread::interrupt);
        camel.getRouteController().stopRoute("deadlock");
        camel.removeRoute("deadlock");
        camel.getRouteController().startRoute("pay-find-payment");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> operations.get("/actuator/health/liveness").expect(200));
    }

    @Test
    void aStoppedRouteMakesTheContextNotReady() throws Exception {
        CamelContext camel = PHONE82.bean(Context.STORE, CamelContext.class);
        camel.getRouteController().stopRoute("store-receive-events");
        operations.get("/actuator/health/readiness").expect(503);
        operations.get("/actuator/health/liveness").expect(200);

        camel.getRouteController().startRoute("store-receive-events");
        await().untilAsserted(() -> operations.get("/actuator/health/readiness").expect(200));
        PHONE82.gateway().awaitShipped(PHONE82.gateway().place(anOrder()).expect(201).id());
    }

    private JsonNode asOperator(String path) {
        return asOperator(path, 200);
    }

    private JsonNode asOperator(String path, int expected) {
        return operations.send(operations.requestOfOperator(path)).expect(expected).body();
    }
}
