package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.env.Environment;
import phone82.Context;
import phone82.command.ReplayEvents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Who did what, as an operator reads it. */
class AuditTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.identity.issuer=" + ISSUER.url());

    private final Shop ann = as("ann", "customer");
    private final Shop bob = as("bob", "customer");
    private final Shop dan = as("dan", "dealer");

    @Test
    void anOrderIsRecordedFromThePurchaseToTheShipment() {
        long id = ann.place(anOrder()).expect(201).id();
        dan.awaitStatus("/deliveries/" + id, "Received");
        dan.post("/deliveries/" + id + "/shipment", "").expect(200);

        await().untilAsserted(() -> assertThat(entries("order=" + id)).containsExactlyInAnyOrder("store dan [dealer] store-ship-delivery 200",
                "pay system [service:pay] PayCompleted done", "app ann [customer] app-place-order 201"));
        String correlation = ann.get("/history/" + id).body().at("/timeline/0/correlationId").asText();
        assertThat(entries("correlation=" + correlation)).containsExactlyInAnyOrder("pay system [service:pay] PayCompleted done", "app ann [customer] app-place-order 201");
    }

    @Test
    void aCancellationAndItsRefundAreRecorded() {
        long id = bob.place(anOrder()).expect(201).id();
        bob.awaitStatus("/orders/" + id, "Paid");
        ann.send("DELETE", "/orders/" + id, null, null).expect(404);
        bob.cancel(bob.request("/orders/" + id).DELETE()).expect(200, 202);

        await().untilAsserted(() -> assertThat(entries("order=" + id)).contains("app ann [customer] app-cancel-order 404",
                "app bob [customer] app-cancel-order 200", "pay system [service:pay] PayCancelled done"));
        String correlation = items("order=" + id + "&subject=bob").get(0).get("correlationId").asText();
        await().untilAsserted(() -> assertThat(entries("correlation=" + correlation)).contains("app system [service:coordinator] saga-complete 204",
                "store system [service:coordinator] saga-complete 204", "pay system [service:coordinator] saga-complete 204"));
    }

    @Test
    void refusalsAreRecordedOnceWhereTheyAreDecided() {
        long id = ann.place(anOrder()).expect(201).id();
        ann.post("/deliveries/" + id + "/shipment", "").expect(403);
        dan.get("/orders/" + id).expect(403);
        String anonymous = PHONE82.gateway().post("/orders", "{}").expect(401).body().get("correlationId").asText();
        Shop app = PHONE82.shop(Context.APP);
        app.send(app.request("/hold").header("Authorization", "Bearer " + PHONE82.insiders().token("store", Context.APP)).POST(BodyPublishers.noBody())).expect(403);

        await().untilAsserted(() -> assertThat(entries("order=" + id)).contains("app dan [dealer] app-find-order 403", "store ann [customer] store-ship-delivery 403"));
        assertThat(entries("order=" + id).stream().filter(entry -> entry.endsWith("403"))).hasSize(2);
        await().untilAsserted(() -> assertThat(entries("correlation=" + anonymous)).containsExactly("gateway null [] POST 401"));
        await().untilAsserted(() -> assertThat(entries("subject=system")).contains("app system [service:store] app-hold-work 403"));
    }

    @Test
    void whatOperatorsDoIsRecorded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ReplayEvents.main(new PrintStream(out), new PrintStream(out), Stream.concat(Stream.of("replay-events", "app"), Stream.of(PHONE82.arguments())).toArray(String[]::new)))
                .as(out::toString).isZero();
        await().untilAsserted(() -> assertThat(entries("subject=operator")).contains("app operator [service:operator] app-replay-events 200"));

        PHONE82.operations().send(PHONE82.operations().request("/audit").header("Authorization", "Basic b3BlcmF0b3I6eA==")).expect(401);
        await().untilAsserted(() -> assertThat(entries("size=1000")).contains("operations null [] login 401"));
    }

    @Test
    void theFileHasNoContentOfRequestsAndNoTokens() throws IOException {
        ann.place("my-secret-key", anOrder().of("galaxy-s25").times(3)).expect(201);
        await().untilAsserted(() -> assertThat(entries("subject=ann&size=1")).isNotEmpty());

        Path folder = Path.of(PHONE82.bean(Context.APP, Environment.class).getRequiredProperty("phone82.data"), "audit");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                assertThat(Files.readString(file)).contains("app-place-order").doesNotContain("galaxy", "my-secret-key", "Bearer", "eyJ", "qty", "127.0.0.1");
            }
        }
    }

    @Test
    void aQueryIsCheckedAndNeedsALogin() {
        Shop operations = PHONE82.operations();
        operations.get("/audit").expect(401);
        for (String wrong : List.of("size=0", "size=1001", "size=x", "before=yesterday", "user=ann")) {
            operations.send(operations.requestOfOperator("/audit?" + wrong)).expect(400);
        }
    }

    private static Shop as(String subject, String role) {
        return new Shop(PHONE82.gateway().url(""), ISSUER.token(subject, role));
    }

    private static List<JsonNode> items(String query) {
        Shop operations = PHONE82.operations();
        JsonNode found = operations.send(operations.requestOfOperator("/audit?" + query)).expect(200).body();
        assertThat(found.get("missing")).isEmpty();
        return StreamSupport.stream(found.get("items").spliterator(), false).toList();
    }

    private static List<String> entries(String query) {
        return items(query).stream().map(entry -> entry.get("context").asText() + " " + entry.path("subject").asText("null") + " "
                + entry.get("roles").toString().replace("\"", "") + " " + entry.get("action").asText() + " " + entry.get("result").asText()).toList();
    }
}
