package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.Context;
import phone82.OpenApi;
import phone82.Stub;
import phone82.command.Token;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Permissions between contexts: each non-public operation, called by each possible caller. */
class CallersTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all();

    /** The permitted callers of each operation; a non-public operation that is missing here fails the test. */
    private static final Map<String, Set<String>> MAY_CALL = decisions("""
            app-list-cancellations        operator
            *-list-dead-letters           operator
            *-find-dead-letter            operator
            *-replay-dead-letters         operator
            *-replay-dead-letter          operator
            *-list-events                 operator
            *-back-up                     operator
            app-hold-work                 operator
            app-begin-erasure             operator
            app-end-erasure               operator
            *-erase-subject               operator
            *-archive-orders              operator
            app-show-archive              operator
            app-end-archive               operator
            pay-show-archive              operator
            app-replay-events             operator
            pay-replay-events             app operator
            store-replay-events           app operator
            customer-show-rebuild         operator
            customer-begin-rebuild        operator
            customer-end-rebuild          operator
            customer-feed-rebuild         operator
            customer-switch-rebuild       operator
            pay-authorise-payment         app
            pay-cancel-payment            app
            pay-change-owner              app
            store-change-owner            app
            pay-list-refunds              operator
            pay-retry-refund              operator
            pay-settle-refund             operator
            store-hold-delivery           app
            saga-complete                 coordinator
            saga-compensate               coordinator
            coordinator-list-lras         operator
            coordinator-find-lra          operator
            coordinator-start-lra         app
            coordinator-join-lra          app pay store
            coordinator-show-status       app pay store operator
            coordinator-close-lra         app
            coordinator-cancel-lra        app
            provider-perform-operation    api-key
            provider-find-operation       api-key
            provider-list-accounts        api-key
            provider-show-account         api-key
            provider-set-faults           control-key
            provider-list-faults          control-key
            provider-clear-faults         control-key
            """);

    private static final List<String> SENDERS = List.of("gateway", "app", "pay", "store", "coordinator", "operator");
    private static final List<Context> PARTICIPANTS = List.of(Context.APP, Context.PAY, Context.STORE);

    private static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();
    // stays open: a repetition of a failed test uses it again
    private static final Stub STRANGER = new Stub().on("/", request -> {
        CALLS.add(request.getRequestMethod() + " " + request.getRequestURI());
        Stub.answer(request, 200);
    });

    private record Operation(Context context, String id, String method, String path, boolean takesBody, Set<String> mayCall) {

        @Override
        public String toString() {
            return context.id() + " " + method + " " + path;
        }
    }

    private static Map<String, Set<String>> decisions(String table) {
        return table.lines().map(line -> line.split(" +")).collect(Collectors.toMap(line -> line[0],
                line -> Set.copyOf(List.of(line).subList(1, line.length))));
    }

    /** Read from all contracts. */
    static List<Operation> operations() {
        return Stream.concat(
                Stream.of(Context.values()).filter(context -> OpenApi.exists(context.id())).flatMap(context -> operations(context, OpenApi.document(context.id()))),
                PARTICIPANTS.stream().flatMap(context -> operations(context, OpenApi.callbacks()))).toList();
    }

    private static Stream<Operation> operations(Context context, JsonNode contract) {
        return contract.get("paths").propertyStream().flatMap(path -> path.getValue().propertyStream()
                .filter(operation -> !operation.getValue().path("x-public").asBoolean())
                .map(operation -> {
                    String id = operation.getValue().get("operationId").asText();
                    return new Operation(context, id, operation.getKey().toUpperCase(Locale.ROOT), path.getKey(),
                            operation.getValue().has("requestBody"), mayCall(id));
                }));
    }

    private static Set<String> mayCall(String operation) {
        return MAY_CALL.getOrDefault(operation, MAY_CALL.get(operation.replaceFirst("^[a-z]+", "*")));
    }

    static Stream<Operation> ours() {
        return operations().stream().filter(operation -> operation.context != Context.PROVIDER);
    }

    static Stream<Operation> theProviders() {
        return operations().stream().filter(operation -> operation.context == Context.PROVIDER);
    }

    @Test
    void everyOperationThatIsNotPublicIsDecided() {
        assertThat(operations()).filteredOn(operation -> operation.mayCall == null).isEmpty();
        assertThat(operations()).hasSizeGreaterThan(30);
    }

    @ParameterizedTest
    @MethodSource("ours")
    void acceptsOnlyThePermittedCallers(Operation operation) throws Exception {
        String audience = operation.context.id();
        String right = operation.mayCall.iterator().next();
        ECKey key = PHONE82.insiders().key(right);
        Instant now = Instant.now();
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("nobody", null);
        refused.put("basic", "Basic b3BlcmF0b3I6eA==");
        refused.put("expired", "Bearer " + sign(key, claims(right, audience, now.minusSeconds(70), "service:" + right)));
        refused.put("wrong audience", "Bearer " + sign(key, claims(right, "provider", now, "service:" + right)));
        refused.put("wrong signature", "Bearer " + sign(new ECKeyGenerator(Curve.P_256).keyID(key.getKeyID()).generate(),
                claims(right, audience, now, "service:" + right)));
        refused.put("alg none", "Bearer " + new PlainJWT(claims(right, audience, now, "service:" + right)).serialize());
        refused.put("gateway as " + right, "Bearer " + sign(PHONE82.insiders().key("gateway"), claims("gateway", audience, now, "service:" + right)));

        SoftAssertions each = new SoftAssertions();
        refused.forEach((who, authorization) -> each.assertThat(status(operation, authorization, right)).as(who).isEqualTo(401));
        each.assertThat(status(operation, "Bearer " + sign(PHONE82.insiders().key("gateway"),
                claims("gateway", audience, now, "customer", "dealer", "operator")), right)).as("the gateway for a user").isEqualTo(403);
        for (String sender : SENDERS) {
            int status = status(operation, "Bearer " + PHONE82.insiders().token(sender, operation.context), sender);
            if (operation.mayCall.contains(sender)) {
                each.assertThat(status).as("%s may", sender).isNotIn(401, 403);
            } else {
                each.assertThat(status).as("%s may not", sender).isEqualTo(403);
            }
        }
        each.assertAll();
    }

    @ParameterizedTest
    @MethodSource("theProviders")
    void theProviderAcceptsKeysOnly(Operation operation) {
        Map<String, String> keys = Map.of("api-key", "demo-provider-key", "control-key", "demo-provider-control");
        SoftAssertions each = new SoftAssertions();
        each.assertThat(status(operation, null, null)).as("no token").isEqualTo(401);
        for (String sender : SENDERS) {
            each.assertThat(status(operation, "Bearer " + PHONE82.insiders().token(sender, operation.context), sender)).as(sender).isEqualTo(401);
        }
        new TreeMap<>(keys).forEach((role, key) -> {
            int status = status(operation, "Bearer " + key, null);
            each.assertThat(status == 401).as(role).isEqualTo(!operation.mayCall.contains(role));
        });
        each.assertAll();
    }

    @Test
    void theCoordinatorCallsParticipantsAtTheirOwnAddressOnly() {
        String lra = start();
        String foreign = STRANGER.url();
        String own = PHONE82.shop(Context.PAY).url("/lra-participant/");
        String others = PHONE82.shop(Context.STORE).url("/lra-participant/");

        for (String links : List.of("", link(foreign + "/lra-participant/complete", "complete"), link(others + "complete", "complete"),
                link(own + "complete", "complete") + "," + link(foreign + "/lra-participant/compensate", "compensate"),
                link(own + "../payments", "complete"), link(PHONE82.shop(Context.PAY).url("@" + foreign.substring(7) + "/lra-participant/complete"), "complete"),
                link(own + "complete", "after"), foreign)) {
            assertThat(join(lra, "pay", links, foreign)).as(links).isEqualTo(403);
        }
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        coordinator.exchange(coordinator.request(lra + "/cancel").header("Narayana-LRA-Participant-Link", link(foreign + "/complete", "complete"))
                .PUT(BodyPublishers.ofString("")));

        assertThat(CALLS).isEmpty();
    }

    @Test
    void aParticipantIsCalledBackAtItsOwnAddress() {
        String lra = start();
        String own = PHONE82.shop(Context.PAY).url("/lra-participant/");

        assertThat(join(lra, "pay", link(own + "complete", "complete") + "," + link(own + "compensate", "compensate"), "")).isEqualTo(200);
    }

    @Test
    void aForeignSagaIsNotJoined() {
        String lra = STRANGER.url() + "/lra-coordinator/0_1_2_3_4";
        Shop store = PHONE82.shop(Context.STORE);
        Shop pay = PHONE82.shop(Context.PAY);

        store.send(store.request("/deliveries/987654321/hold").header("Long-Running-Action", lra).header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}"))).expect(400);
        pay.send(pay.request("/payments/987654321/cancellation").header("Long-Running-Action", lra).PUT(BodyPublishers.noBody())).expect(400);

        assertThat(CALLS).isEmpty();
    }

    @Test
    void anOperatorGetsATokenForCurl() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Shop app = PHONE82.stranger(Context.APP);

        assertThat(Token.main(new PrintStream(out), new PrintStream(out), with("token", "app"))).isZero();

        app.send(app.request("/cancellations").header("Authorization", "Bearer " + out.toString(UTF_8).trim())).expect(200);
    }

    @Test
    void aTokenForCurlNeedsTheOperatorsKey() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(Token.main(new PrintStream(out), new PrintStream(err), "token", "app", "--phone82.data=target/data/nobody")).isEqualTo(2);

        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(err.toString(UTF_8)).contains("the operator's key is not in").contains("identity; set phone82.data");
    }

    private static String[] with(String... words) {
        return Stream.concat(Stream.of(words), Stream.of(PHONE82.arguments())).toArray(String[]::new);
    }

    private static String start() {
        Shop coordinator = PHONE82.shop(Context.COORDINATOR);
        String lra = coordinator.text(coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody()));
        return lra.substring(lra.indexOf("/lra-coordinator"));
    }

    private static int join(String lra, String participant, String links, String body) {
        Shop coordinator = PHONE82.stranger(Context.COORDINATOR);
        HttpRequest.Builder request = coordinator.request(lra).PUT(BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + PHONE82.insiders().token(participant, Context.COORDINATOR));
        return coordinator.exchange(links.isEmpty() ? request : request.header("Link", links)).statusCode();
    }

    private static String link(String url, String relation) {
        return "<" + url + ">; rel=" + relation;
    }

    /** @param sender the context at whose address the callbacks would be */
    private static int status(Operation operation, String authorization, String sender) {
        Shop shop = PHONE82.stranger(operation.context);
        HttpRequest.Builder request = shop.request(operation.path.replace("{reference}/{operation}", "1/authorise").replaceAll("\\{[^}]+}", "987654321"));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (operation.id.equals("coordinator-join-lra") && PARTICIPANTS.stream().anyMatch(each -> each.id().equals(sender))) {
            request.header("Link", link(PHONE82.stranger(Context.valueOf(sender.toUpperCase(Locale.ROOT))).url("/lra-participant/complete"), "complete"));
        }
        if (operation.takesBody) {
            request.header("Content-Type", "application/json");
        }
        return shop.exchange(request.method(operation.method, operation.takesBody ? BodyPublishers.ofString("{}") : BodyPublishers.noBody())).statusCode();
    }

    private static JWTClaimsSet claims(String issuer, String audience, Instant issued, String... roles) {
        return new JWTClaimsSet.Builder().issuer(issuer).subject(issuer).audience(audience).jwtID("1").claim("roles", List.of(roles))
                .issueTime(Date.from(issued)).expirationTime(Date.from(issued.plusSeconds(60))).build();
    }

    private static String sign(ECKey key, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }
}
