package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The life of an order, seen through the gateway. */
class OrderTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=500ms",
            "--phone82.gateway.rate=0", "--phone82.app.admission.patience=20s", "--phone82.pay.authorisation-validity=1s", "--phone82.pay.poll=200ms");

    private final Shop shop = PHONE82.gateway();

    @Test
    @Tag("databases")
    void anOrderIsPaidShippedAndShown() {
        Answer placed = shop.place(anOrder().of("note20").times(2)).expect(201);

        assertThat(placed.header("Location")).isEqualTo("/orders/" + placed.id());
        assertThat(placed.body().get("unitPrice").asLong()).isEqualTo(1_199_000);
        assertThat(placed.body().get("amount").asLong()).isEqualTo(2_398_000);
        assertThat(placed.body().get("status").asText()).isEqualTo("Ordered");
        assertThat(shop.get(placed.header("Location")).expect(200).id()).isEqualTo(placed.id());

        shop.awaitShipped(placed.id());
        assertThat(shop.status("/payments/" + placed.id())).isEqualTo("Completed");
        assertThat(shop.status("/deliveries/" + placed.id())).isEqualTo("Shipped");
        assertThat(shop.timeline(placed.id())).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
    }

    @Test
    void oneCorrelationIdFollowsTheOrderFromTheRequestToTheShipment() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        long id = shop.send(shop.request("/orders").header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}"))).expect(201).id();

        shop.awaitShipped(id);
        assertThat(shop.get("/history/" + id).body().get("timeline")).hasSize(4)
                .allSatisfy(step -> assertThat(step.get("correlationId").asText()).isEqualTo(trace));
    }

    @ParameterizedTest
    @CsvSource({"GATEWAY,test,1", "APP,note20,1", "APP,note21,2", "APP,note30,2", "APP,abc123,3"})
    void theRequestsOfTheOriginalDescriptionWork(Context context, String item, int qty) {
        Answer placed = PHONE82.shop(context).place(anOrder().of(item).times(qty)).expect(201);

        shop.awaitShipped(placed.id());
        assertThat(shop.get("/orders").expect(200).body().get("items")).isNotEmpty();
    }

    @Test
    void theOriginalHttpieCommandsWorkWithNumbersAsText() {
        Answer placed = shop.send(shop.request("/orders").header("User-Agent", "HTTPie/3.2.1").header("Content-Type", "application/json")
                .header("Accept", "application/json, */*;q=0.5")
                .POST(BodyPublishers.ofString("{\"item\": \"test\", \"qty\": \"1\"}"))).expect(201);

        assertThat(placed.body().get("qty").isInt()).isTrue();
    }

    @Test
    void aDeclinedPaymentLeavesNoOrder() {
        Answer declined = shop.place(anOrder().of("sim-decline")).expect(402);

        assertThat(declined.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(shop.get("/orders").body().get("items")).noneMatch(order -> order.get("item").asText().equals("sim-decline"));
    }

    @Test
    @Tag("databases")
    void aLateAuthorisationOfARefusedOrderIsVoided() {
        shop.place(anOrder().of("sim-slow-900")).expect(503);

        long fast = shop.placeAccepted(anOrder());
        shop.awaitShipped(fast);
        await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(shop.all("/payments"))
                .as("neither held nor left to expire")
                .noneMatch(payment -> payment.get("amount").asLong() == 1_000_000
                        && Set.of("Authorised", "Expired").contains(payment.get("status").asText())));
        assertThat(shop.all("/orders")).noneMatch(order -> order.get("item").asText().equals("sim-slow-900"));
        assertThat(shop.all("/history")).noneMatch(order -> order.path("item").asText().equals("sim-slow-900"));
    }

    @Test
    @Tag("databases")
    void aFinallyRefusedCaptureEndsTheOrderWithTheReason() {
        long id = shop.place(anOrder().of("sim-capture-refused")).expect(201).id();

        shop.awaitStatus("/history/" + id, "Cancelled");
        shop.awaitStatus("/orders/" + id, "Cancelled");
        assertThat(shop.get("/orders/" + id).body().get("reason").asText()).isEqualTo("the bank refused");
        assertThat(shop.status("/payments/" + id)).isEqualTo("Voided");
        shop.get("/deliveries/" + id).expect(404);
    }

    @Test
    @Tag("databases")
    void anOrderWaitsForAnUnavailableProvider() {
        long id = shop.place(anOrder().of("sim-capture-away-3")).expect(201).id();

        assertThat(shop.status("/orders/" + id)).isEqualTo("Ordered");
        shop.awaitShipped(id);
        assertThat(shop.timeline(id)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
    }

    @Test
    @Tag("databases")
    void anUnconfirmedAuthorisationExpires() {
        Shop pay = PHONE82.shop(Context.PAY);
        pay.post("/payments", "{\"orderId\":987654321,\"item\":\"note20\",\"qty\":1,\"amount\":1199000}").expect(201);

        pay.awaitStatus("/payments/987654321", "Expired");
    }

    @Test
    @Tag("databases")
    void aRepeatedAuthorisationHasOneEffect() {
        Shop pay = PHONE82.shop(Context.PAY);
        String request = "{\"orderId\":987654322,\"item\":\"note20\",\"qty\":1,\"amount\":1199000}";

        Answer first = pay.post("/payments", request).expect(201);

        assertThat(pay.post("/payments", request).expect(201).body()).isEqualTo(first.body());
        pay.post("/payments", request.replace("1199000", "1")).expect(409);
    }

    @Test
    @Tag("databases")
    void listsArePagedNewestFirst() {
        for (int i = 0; i < 5; i++) {
            shop.place(anOrder()).expect(201);
        }

        Answer first = shop.get("/orders?size=2").expect(200);
        Answer second = shop.get("/orders?size=2&after=" + first.body().get("next").asText()).expect(200);

        List<Long> ids = Stream.of(first, second)
                .flatMap(page -> StreamSupport.stream(page.body().get("items").spliterator(), false))
                .map(order -> order.get("id").asLong()).toList();
        assertThat(ids).hasSize(4).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(shop.all("/orders")).extracting(order -> order.get("id").asLong()).containsAll(ids).doesNotHaveDuplicates();
    }

    @Test
    @Tag("databases")
    void theViewIsFiltered() {
        long id = shop.place(anOrder().of("only-here")).expect(201).id();
        shop.awaitShipped(id);

        assertThat(shop.get("/history?item=only-here&status=Shipped").body().get("items")).singleElement()
                .satisfies(order -> assertThat(order.get("orderId").asLong()).isEqualTo(id));
        assertThat(shop.get("/history?item=only-here&status=Paid").body().get("items")).isEmpty();
    }

    /** {@code -Dphone82.inputs=10000} for more. */
    @Test
    @Tag("databases")
    void anyInputIsRefusedOrStoredTheSameEverywhere() throws Exception {
        Inputs.send(PHONE82, Integer.getInteger("phone82.inputs", 400));
    }

    /** Compares the contracts with the tables in use: HSQLDB counts UTF-16 units, PostgreSQL counts characters. */
    @ParameterizedTest
    @Tag("databases")
    @EnumSource(names = {"APP", "PAY", "STORE", "CUSTOMER", "PROVIDER"})
    void theTablesHoldAllValuesOfTheContracts(Context context) {
        Map<String, JsonNode> fields = Permitted.fields(context);
        Map<String, String> columns = PHONE82.bean(context, JdbcTemplate.class).execute((ConnectionCallback<Map<String, String>>) connection ->
                Permitted.tooNarrow(fields, connection));

        assertThat(columns.keySet()).as("stored fields").contains("item");
        assertThat(columns.values()).filteredOn(fault -> !fault.isEmpty()).isEmpty();
    }

    @Test
    void aVariantIsOrderedAsAnItem() {
        JsonNode list = shop.get("/phones").expect(200).body();
        JsonNode variant = list.get("items").valueStream().filter(phone -> phone.get("item").asText().equals("galaxy-z-fold7-512-black")).findFirst().orElseThrow();
        assertThat(variant).isEqualTo(Json.MAPPER.valueToTree(Map.of("item", "galaxy-z-fold7-512-black", "name", "Galaxy Z Fold7", "price", 2_537_700, "model", "galaxy-z-fold7",
                "storage", 512, "colour", "black")));
        assertThat(list.get("models").valueStream().filter(model -> model.get("model").asText().equals("galaxy-z-fold7"))).singleElement().satisfies(model ->
                assertThat(model.fieldNames()).toIterable().containsExactlyInAnyOrder("model", "keywords", "display", "processor", "memory", "camera", "battery", "weight"));
        assertThat(list.get("items").valueStream().filter(phone -> phone.get("item").asText().equals("abc123")).findFirst().orElseThrow().fieldNames()).toIterable()
                .as("a phone without variants").containsExactly("item", "name", "price");

        JsonNode order = shop.place(anOrder().of("Galaxy Z Fold7 512 Black")).expect(201).body();
        assertThat(order.get("item").asText()).isEqualTo("galaxy-z-fold7-512-black");
        assertThat(order.get("unitPrice").asLong()).isEqualTo(2_537_700);
    }

    @Test
    void thePriceListAndTheContractArePublic() {
        assertThat(shop.get("/phones").expect(200).body().get("items")).anySatisfy(phone -> {
            assertThat(phone.get("item").asText()).isEqualTo("note20");
            assertThat(phone.get("price").asLong()).isEqualTo(1_199_000);
        });
        assertThat(shop.get("/openapi.json").expect(200).body().get("paths").fieldNames()).toIterable()
                .contains("/orders", "/orders/{id}", "/payments/{orderId}", "/deliveries", "/history/{orderId}", "/phones");
        assertThat(shop.get("/openapi.json").body().at("/paths/~1payments/post").isMissingNode()).isTrue();
        assertThat(shop.get("/openapi.json").body().at("/components/schemas").fieldNames()).toIterable()
                .contains("Order", "Problem").doesNotContain("DeadLetter", "Hold", "Latency");
        assertThat(shop.get("/deliveries").expect(200).body().has("items")).isTrue();
    }
}
