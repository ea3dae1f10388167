package phone82.drill;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.awaitility.Awaitility.await;

/** Unavailable dependencies: the process is not ready, but it stays alive. */
class HealthIT {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void aStoreIsNotReadyWithoutDatabaseAndServesRequestsWithoutBroker() throws Exception {
        try (Processes phone82 = new Processes("health", Databases::onServers, "--phone82.warm-up=0",
                "--phone82.operations.password=" + Phone82Extension.OPERATOR_PASSWORD)) {
            Gate broker = new Gate(vertx, phone82.port(Context.BROKER));
            Matcher url = Pattern.compile("(.*localhost:)(\\d+)(/.*)").matcher(phone82.get("phone82.store.database.url"));
            url.matches();
            Gate database = new Gate(vertx, Integer.parseInt(url.group(2)));
            phone82.start("broker");
            phone82.set("--phone82.broker.url=tcp://localhost:" + broker.port(),
                    "--phone82.store.database.url=" + url.group(1) + database.port() + url.group(3));
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
