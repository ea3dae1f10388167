package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.Set;

import static org.awaitility.Awaitility.await;

/** Unavailable dependencies: the process is not ready, but it stays alive. */
class HealthIT {

    @Test
    void aStoreIsNotReadyWithoutDatabaseAndServesRequestsWithoutBroker() throws Exception {
        try (Processes phone82 = new Processes("health", data -> Databases.onServers(data, Set.of(Context.STORE)), "--phone82.warm-up=0",
                "--phone82.operations.password=" + Phone82Extension.OPERATOR_PASSWORD);
             Gate broker = new Gate(phone82.port(Context.BROKER)); Gate database = Gate.toDatabase(phone82, "phone82.store.database.url")) {
            phone82.start("broker");
            phone82.set("--phone82.broker.url=tcp://localhost:" + broker.port());
            phone82.start("store");
            Shop store = phone82.operations(Context.STORE);
            store.get("/actuator/health/readiness").expect(200);

            broker.cut();
            await().atMost(Duration.ofSeconds(30)).until(() -> statusOfBroker(store), "DOWN"::equals);
            store.get("/actuator/health/readiness").expect(200);
            broker.restore();
            await().atMost(Duration.ofSeconds(60)).until(() -> statusOfBroker(store), "UP"::equals);

            database.cut();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> store.get("/actuator/health/readiness").expect(503));
            store.get("/actuator/health/liveness").expect(200);
            database.restore();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> store.get("/actuator/health/readiness").expect(200));
        }
    }

    private static String statusOfBroker(Shop store) {
        return store.send(store.requestOfOperator("/actuator/health")).body().at("/components/store/components/broker/status").asText();
    }
}
