package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.OpenApi;
import phone82.journey.Shop.Answer;
import phone82.platform.identity.TokenMinter;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Access with an issuer: customers neither read nor change the orders of others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OwnershipTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.customer.stream.poll=100ms",
            "--phone82.identity.issuer=" + ISSUER.url());

    /** For the owner's shipped order: the statuses for its owner, another customer, a dealer, an operator, a user without a role, and a guest. */
    private static final Map<String, List<Integer>> EXPECTED = Map.ofEntries(
            Map.entry("app-list-orders", List.of(200, 200, 403, 200, 403, 403)),
            Map.entry("app-place-order", List.of(201, 201, 403, 201, 403, 201)),
            Map.entry("app-find-order", List.of(200, 404, 403, 200, 403, 404)),
            Map.entry("app-find-order-by-key", List.of(200, 404, 403, 404, 403, 404)),
            Map.entry("app-cancel-order", List.of(409, 404, 403, 409, 403, 404)),
            Map.entry("app-request-cancellation", List.of(409, 404, 403, 409, 403, 404)),
            Map.entry("app-claim-order", List.of(200, 404, 403, 403, 403, 403)),
            Map.entry("app-assign-order", List.of(403, 403, 403, 409, 403, 403)),
            Map.entry("app-revoke-link", List.of(403, 403, 403, 204, 403, 404)),
            Map.entry("app-list-phones", List.of(200, 200, 200, 200, 200, 200)),
            Map.entry("pay-list-payments", List.of(200, 200, 403, 200, 403, 403)),
            Map.entry("pay-find-payment", List.of(200, 404, 403, 200, 403, 404)),
            Map.entry("store-list-deliveries", List.of(200, 200, 200, 200, 403, 403)),
            Map.entry("store-find-delivery", List.of(200, 404, 200, 200, 403, 404)),
            Map.entry("store-ship-delivery", List.of(403, 403, 409, 409, 403, 403)),
            Map.entry("store-pause-delivery", List.of(403, 403, 409, 409, 403, 403)),
            Map.entry("store-resume-delivery", List.of(403, 403, 409, 409, 403, 403)),
            Map.entry("customer-list-history", List.of(200, 200, 403, 200, 403, 403)),
            Map.entry("customer-find-history", List.of(200, 404, 403, 200, 403, 404)),
            Map.entry("customer-stream-history", List.of(200, 200, 200, 200, 403, 403)));

    private static final List<String> EVERYBODYS = List.of("app-list-phones");
    private static final String KEY = "key-of-the-owner";
    private static final long UNKNOWN = 900_000_000;

    private Shop owner;
    private Shop other;
    private Shop dealer;
    private Shop operator;
    private Shop nobodys;
    private Shop guest;
    private long id;

    private record PublicOperation(String context, String id, String method, String path) {

        boolean isOfOneOrder() {
            return path.contains("{");
        }

        @Override
        public String toString() {
            return id;
        }
    }

    @BeforeAll
    void placeAnOrderOfTheOwner() {
        owner = as(ISSUER.token("ann", "customer"));
        other = as(ISSUER.token("bob", "customer"));
        dealer = as(ISSUER.token("dan", "dealer"));
        operator = as(ISSUER.token("olga", "operator"));
        nobodys = as(ISSUER.token("eve"));
        guest = Shop.ofGuest(PHONE82.gateway().url(""), "A".repeat(43));
        id = owner.place(KEY, anOrder().of("galaxy-s25").times(3)).expect(201).id();
        owner.awaitShipped(id);
        owner.awaitStatus("/payments/" + id, "Completed");
    }

    static List<PublicOperation> operations() {
        List<PublicOperation> operations = new ArrayList<>();
        for (String context : List.of("app", "pay", "store", "customer")) {
            OpenApi.document(context).get("paths").properties().forEach(path -> path.getValue().properties().forEach(method -> {
                if (method.getValue().path("x-public").asBoolean()) {
                    operations.add(new PublicOperation(context, method.getValue().get("operationId").asText(), method.getKey().toUpperCase(), path.getKey()));
                }
            }));
        }
        return operations;
    }

    @Test
    void everyPublicOperationIsInTheTable() {
        assertThat(operations()).extracting(PublicOperation::id).containsExactlyInAnyOrderElementsOf(EXPECTED.keySet());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOperationIsForItsPermittedRoles(PublicOperation operation) {
        List<Shop> callers = List.of(owner, other, dealer, operator, nobodys, guest);
        for (int i = 0; i < callers.size(); i++) {
            assertThat(status(callers.get(i), operation, id)).as(operation + " by " + i).isEqualTo(EXPECTED.get(operation.id).get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aClientWithoutAValidTokenIsRefused(PublicOperation operation) {
        int expected = EVERYBODYS.contains(operation.id) ? 200 : 401;
        Map<String, Shop> strangers = new TreeMap<>(Map.of("nobody", new Shop(PHONE82.gateway().url("")),
                "expired", as(ISSUER.expired("ann", "customer")), "wrong audience", as(ISSUER.forAnotherAudience("ann", "customer")),
                "wrong issuer", as(ISSUER.ofAnotherIssuer("ann", "customer")), "wrong signature", as(ISSUER.wronglySigned("ann", "customer")),
                "alg none", as(ISSUER.unsigned("ann", "customer")), "no token", as("none"), "no secret", Shop.ofGuest(PHONE82.gateway().url(""), "A".repeat(42))));
        strangers.forEach((who, shop) -> assertThat(status(shop, operation, id)).as(operation + " by " + who).isEqualTo(expected));
    }

    /** A position in the network is no credential: a direct request, too, needs a token of the gateway for this context. */
    @ParameterizedTest
    @MethodSource("operations")
    void aContextAcceptsTokensOfTheGatewayOnly(PublicOperation operation) {
        Context context = Context.valueOf(operation.context.toUpperCase());
        TokenMinter gateway = PHONE82.bean(Context.GATEWAY, TokenMinter.class);
        int none = EVERYBODYS.contains(operation.id) ? 200 : 401;

        assertThat(status(at(context, null), operation, id)).isEqualTo(none);
        assertThat(status(at(context, ISSUER.token("ann", "customer")), operation, id)).isEqualTo(none);
        assertThat(status(at(context, gateway.token("elsewhere", "ann", Set.of("customer"))), operation, id)).isEqualTo(none);
        assertThat(status(at(context, PHONE82.bean(Context.APP, TokenMinter.class).token(operation.context)), operation, id))
                .isEqualTo(EVERYBODYS.contains(operation.id) ? 200 : 403);
        assertThat(status(at(context, gateway.token(operation.context, "ann", Set.of("customer"))), operation, id))
                .isEqualTo(EXPECTED.get(operation.id).get(0));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anOrderOfAnotherCustomerIsLikeAnUnknownOne(PublicOperation operation) {
        if (!operation.isOfOneOrder()) {
            return;
        }
        Answer anothers = answer(other, operation, id);
        Answer unknown = answer(other, operation, UNKNOWN);

        assertThat(anonymous(anothers.body(), id)).isEqualTo(anonymous(unknown.body(), UNKNOWN));
        assertThat(anothers.response().headers().map().keySet()).isEqualTo(unknown.response().headers().map().keySet());
        assertThat(anothers.status()).isEqualTo(unknown.status()).isEqualTo(EXPECTED.get(operation.id).get(1)).isIn(403, 404);
    }

    /** The page of an order, too, is for those who may see the order by the API. */
    @Test
    void thePageOfAnOrderShowsItToItsReadersOnly() {
        List<Shop> callers = List.of(owner, other, dealer, operator, nobodys);
        for (int i = 0; i < callers.size(); i++) {
            HttpResponse<String> page = page(callers.get(i), id);
            assertThat(page.statusCode()).as("by " + i).isEqualTo(EXPECTED.get("app-find-order").get(i));
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
            boolean shows = Pattern.compile("₩[\\d,]+ paid at ").matcher(page.body()).find() && page.body().contains("Shipped");
            assertThat(shows).as("by " + i).isEqualTo(page.statusCode() == 200);
        }
        HttpResponse<String> anothers = page(other, id);
        HttpResponse<String> unknown = page(other, UNKNOWN);
        assertThat(anothers.body().replace(String.valueOf(id), "")).isEqualTo(unknown.body().replace(String.valueOf(UNKNOWN), ""));
        assertThat(anothers.headers().map().keySet()).isEqualTo(unknown.headers().map().keySet());
        HttpResponse<String> withoutLogin = page(new Shop(PHONE82.gateway().url("")), id);
        assertThat(withoutLogin.statusCode()).isEqualTo(302);
        assertThat(withoutLogin.headers().firstValue("Location")).hasValue("/login?back=/orders/" + id);
    }

    private static HttpResponse<String> page(Shop caller, long id) {
        try {
            return HttpClient.newHttpClient().send(caller.request("/orders/" + id).header("Accept", "text/html").build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void listsCursorsAndFiltersShowOwnOrdersOnly() {
        for (int i = 0; i < 3; i++) {
            owner.place(anOrder().of("galaxy-s25")).expect(201);
        }
        long own = other.place(anOrder().of("galaxy-s25").times(2)).expect(201).id();
        other.awaitShipped(own);

        for (String list : List.of("/orders?", "/payments?", "/deliveries?", "/deliveries?status=Shipped&", "/history?", "/history?item=galaxy-s25&", "/history?status=Shipped&",
                "/history?status=Shipped&item=galaxy-s25&")) {
            await().untilAsserted(() -> assertThat(ids(other.get(list + "size=200"))).contains(own));
            JsonNode all = operator.get(list + "size=200").expect(200).body().get("items");
            assertThat(ids(operator.get(list + "size=200"))).contains(id, own);
            String cursor = owner.get(list + "size=1").expect(200).body().path("next").asText();
            assertThat(ids(other.get(list + "size=200"))).as(list).doesNotContain(id).hasSizeLessThan(all.size());
            assertThat(ids(other.get(list + "size=200&after=" + cursor))).as(list + " after another's cursor").doesNotContain(id);
            assertThat(ids(owner.get(list + "size=200"))).as(list).contains(id).doesNotContain(own);
        }
    }

    @Test
    void anIdempotencyKeyBelongsToItsCustomer() {
        Answer first = owner.place("42", anOrder()).expect(201);
        Answer others = other.place("42", anOrder()).expect(201);

        assertThat(others.id()).isNotEqualTo(first.id());
        assertThat(owner.place("42", anOrder()).expect(201).id()).isEqualTo(first.id());
        assertThat(other.place("42", anOrder()).expect(201).id()).isEqualTo(others.id());
        owner.get("/orders/" + others.id()).expect(404);
    }

    @Test
    void theStreamShowsOwnOrdersOnly() {
        try (Listener owners = listen("", "ann", "customer"); Listener others = listen("", "bob", "customer");
             Listener curious = listen("?orderId=" + id, "bob", "customer"); Listener dealers = listen("", "dan", "dealer");
             Listener operators = listen("", "olga", "operator")) {
            long ordered = owner.place(anOrder()).expect(201).id();
            owner.awaitShipped(ordered);
            long later = other.place(anOrder()).expect(201).id();
            await().untilAsserted(() -> assertThat(others.typesOf(later)).contains("Ordered", "Shipped"));
            await().untilAsserted(() -> assertThat(owners.typesOf(ordered)).contains("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
            await().untilAsserted(() -> assertThat(operators.typesOf(later)).contains("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
            await().untilAsserted(() -> assertThat(dealers.typesOf(later)).containsExactly("OrderReceived", "Shipped"));

            assertThat(others.events()).extracting(Listener.Event::orderId).doesNotContain(ordered);
            assertThat(owners.events()).extracting(Listener.Event::orderId).doesNotContain(later);
            assertThat(curious.events()).isEmpty();
            assertThat(dealers.events()).isNotEmpty().allMatch(event -> !event.data().has("amount"));
        }
        try (Listener missed = new Listener(PHONE82.gateway().url("/history/stream"), "0", ISSUER.token("bob", "customer"))) {
            long next = other.place(anOrder()).expect(201).id();
            await().untilAsserted(() -> assertThat(missed.typesOf(next)).contains("Shipped"));
            assertThat(missed.events()).extracting(Listener.Event::orderId).doesNotContain(id);
        }
    }

    @Test
    void aDealerSeesNoAmounts() {
        JsonNode deliveries = dealer.get("/deliveries?size=200").expect(200).body();
        assertThat(ids(dealer.get("/deliveries?size=200"))).contains(id);
        assertThat(deliveries.findValues("amount")).isEmpty();
    }

    /** Dealers write the reason of a pause for each other; the customer only sees that the delivery is paused. */
    @Test
    void aCustomerDoesNotSeeTheReasonOfAPause() {
        long ordered = owner.place(anOrder()).expect(201).id();
        owner.awaitShipped(ordered);
        PHONE82.bean(Context.STORE, JdbcTemplate.class).update("update delivery set status = 'Paused', pause_reason = 'seems stolen', paused_at = shipped_at, shipped_at = null where order_id = ?", ordered);

        for (String path : List.of("/deliveries/" + ordered, "/deliveries?size=200", "/deliveries?status=Paused")) {
            assertThat(dealer.get(path).expect(200).body().findValuesAsText("pauseReason")).as(path).containsExactly("seems stolen");
            assertThat(owner.get(path).expect(200).body().findValues("pauseReason")).as(path).isEmpty();
            assertThat(owner.get(path).body().findValuesAsText("status")).as(path).contains("Paused");
        }
    }

    @Test
    void ordersWithoutAnOwnerAreForOperatorsOnly() {
        long before = owner.place(anOrder()).expect(201).id();
        owner.awaitShipped(before);
        Map.of(Context.APP, "orders set owner = null where id", Context.PAY, "payment set owner = null where order_id",
                Context.STORE, "delivery set owner = null where order_id", Context.CUSTOMER, "history set owner = null where order_id")
                .forEach((context, update) -> PHONE82.bean(context, JdbcTemplate.class).update("update " + update + " = ?", before));

        for (String path : List.of("/orders/", "/payments/", "/deliveries/", "/history/")) {
            owner.get(path + before).expect(404);
            operator.get(path + before).expect(200);
        }
        assertThat(ids(owner.get("/orders?size=200"))).doesNotContain(before);
        assertThat(ids(operator.get("/orders?size=200"))).contains(before);
    }

    @Test
    void aClockMayBeAMinuteSlow() {
        as(ISSUER.justExpired("ann", "customer")).get("/orders/" + id).expect(200);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void replacedKeysAndAStoppedIssuerAreHandled() {
        String old = ISSUER.token("ann", "customer");
        as(old).get("/orders/" + id).expect(200);
        ISSUER.replaceKey();
        String young = ISSUER.token("ann", "customer");
        await().untilAsserted(() -> as(young).get("/orders/" + id).expect(200));

        ISSUER.close();
        as(ISSUER.token("ann", "customer")).get("/orders/" + id).expect(200);
        owner.place(anOrder()).expect(201);
    }

    private static Shop as(String token) {
        return new Shop(PHONE82.gateway().url(""), token);
    }

    private static Shop at(Context context, String token) {
        return new Shop(PHONE82.shop(context).url(""), token);
    }

    private static Listener listen(String query, String subject, String role) {
        return new Listener(PHONE82.gateway().url("/history/stream" + query), null, ISSUER.token(subject, role));
    }

    private int status(Shop shop, PublicOperation operation, long id) {
        if (operation.id.equals("customer-stream-history")) {
            return shop.open("/history/stream");
        }
        return answer(shop, operation, id).status();
    }

    private static Answer answer(Shop shop, PublicOperation operation, long id) {
        String path = operation.path.replaceAll("\\{[^}]+}", String.valueOf(id));
        return switch (operation.id) {
            case "app-place-order" -> shop.place(anOrder());
            case "app-claim-order" -> shop.send(operation.method, path, "application/json", "{\"secret\":\"" + "A".repeat(43) + "\"}");
            case "app-find-order-by-key" -> shop.get(path.substring(0, path.lastIndexOf('/') + 1) + (id == UNKNOWN ? "unknown" : KEY));
            case "app-assign-order" -> shop.send(operation.method, path, "application/json", "{\"subject\":\"bob\"}");
            case "store-pause-delivery" -> shop.send(operation.method, path, "application/json", "{\"reason\":\"out of stock\"}");
            default -> shop.send(operation.method, path, null, null);
        };
    }

    private static List<Long> ids(Answer page) {
        return Stream.concat(page.expect(200).body().findValues("orderId").stream(), page.body().findValues("id").stream()).map(JsonNode::asLong).toList();
    }

    private static String anonymous(JsonNode problem, long id) {
        return ((ObjectNode) problem.deepCopy()).without("correlationId").toString().replace(String.valueOf(id), "?");
    }
}
