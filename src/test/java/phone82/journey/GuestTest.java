package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.Tools;
import phone82.command.EraseSubject;
import phone82.command.RebuildHistory;
import phone82.command.Reconcile;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;
import phone82.platform.identity.Guest;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Customers without a login: a secret shows and cancels one order, until it is revoked or a customer claims the order. */
@ExtendWith(OutputCaptureExtension.class)
class GuestTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.identity.issuer=" + ISSUER.url(),
            "--phone82.gateway.guest-rate=1000", "--phone82.app.new-owners-every=200ms", "--phone82.catalogue.open=false",
            // an erasure pauses for longer than an order may take
            "--phone82.app.admission.patience=100ms", "--phone82.app.payment.response-timeout=2000",
            "--phone82.catalogue.phones[0].item=note20", "--phone82.catalogue.phones[0].name=Galaxy Note20", "--phone82.catalogue.phones[0].price=1199000");

    private static final List<String> VIEWS = List.of("/orders/", "/payments/", "/deliveries/", "/history/");
    private static final long UNKNOWN = 900_000_000;

    @TempDir
    private Path folder;
    private final String secret = newSecret();
    private final Shop guest = guest(secret);
    private final Shop ann = as("ann", "customer");
    private final Shop bob = as("bob", "customer");
    private final Shop olga = as("olga", "operator");

    @Test
    void aGuestOrdersFollowsAndCancels() {
        long id = placed();
        assertThat(guest.cancel(guest.request("/orders/" + id).DELETE()).expect(200, 202).id()).isEqualTo(id);

        guest.awaitStatus("/history/" + id, "Cancelled");
        for (String list : List.of("/orders", "/payments", "/deliveries", "/history", "/history/stream")) {
            guest.get(list).expect(403);
        }
    }

    @Test
    void thePageOfAnOrderHasTheStatusOfTheApi() {
        long id = placed();

        assertThat(page(guest, id).statusCode()).isEqualTo(200);
        assertThat(new String(page(guest, id).body(), UTF_8)).contains("<html", String.valueOf(id));
        assertThat(page(guest(newSecret()), id).statusCode()).isEqualTo(404);
    }

    private static HttpResponse<byte[]> page(Shop shop, long id) {
        return shop.exchange(shop.request("/orders/" + id).header("Accept", "text/html"));
    }

    /** The pipeline takes a deployment back if this script fails. The price list is not the built-in one. */
    @Test
    void theSmokeTestOfThePipelinePasses() throws IOException, InterruptedException {
        smokeTest("", 0, "Cancelled");

        assertThat(folder.resolve("log")).content().contains("cancelled, and seen so");
    }

    @Test
    void aSmokeTestThatRepeatsItsOrderLeavesNone() throws IOException, InterruptedException {
        smokeTest("*--data*) /usr/bin/curl \"$@\" > /dev/null ;;", 0, "Cancelled");
    }

    @Test
    void aSmokeTestWithoutAnAnswerLeavesNoOrder() throws IOException, InterruptedException {
        smokeTest("*--data*) /usr/bin/curl \"$@\" > /dev/null; rm -f answer; exit 28 ;;", 28, "Cancelled");
    }

    /** It can be too slow, or store may ship at once; the image is a good one all the same. */
    @Test
    void aSmokeTestWhoseOrderIsShippedFirstPasses() throws IOException, InterruptedException {
        smokeTest("*DELETE*) for url; do :; done; /usr/bin/curl --silent --fail --retry 20 --retry-delay 1 --retry-all-errors --request POST --header 'Authorization: Bearer "
                + ISSUER.token("olga", "operator") + "' \"$(echo \"$url\" | sed s/orders/deliveries/)/shipment\" ;;", 0, "Shipped");
    }

    /**
     * Runs it with a curl that does something else before some requests; afterwards there is one order.
     *
     * @param before a branch of a case for the arguments of curl, or nothing
     */
    private void smokeTest(String before, int exitCode, String status) throws IOException, InterruptedException {
        Tools.need(Files.isExecutable(Path.of("/usr/bin/curl")), "no /usr/bin/curl; apt-get install curl");
        String script = new YAMLMapper().readTree(Path.of("openshift/pipeline/smoke-test.yaml").toFile()).at("/spec/steps/0/script").asText()
                .replace("$scheme://gateway.$(context.taskRun.namespace).svc:8080", PHONE82.gateway().url("")).replace("/tmp/answer", folder.resolve("answer").toString())
                .replace("$(context.taskRun.uid)", UUID.randomUUID().toString()).replace("sleep 2", "sleep 0.5")
                .replace("--retry 5 --retry-delay 2", "--retry 2 --retry-delay 1");
        long last = PHONE82.jdbc(Context.APP).queryForObject("select coalesce(max(id), 0) from orders", Long.class);
        Path log = folder.resolve("log");

        // a cluster whose route does not encrypt
        executable("oc", "");
        executable("curl", "cd " + folder + "; case \"$*\" in " + before + " esac; exec /usr/bin/curl \"$@\"");
        ProcessBuilder smokeTest = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).redirectOutput(log.toFile());
        smokeTest.environment().put("ITEM", anOrder().item());
        smokeTest.environment().merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
        Process process = smokeTest.start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(exitCode);
        await().untilAsserted(() -> assertThat(PHONE82.jdbc(Context.APP).queryForList("select status from orders where id > ?", String.class, last))
                .as(Files.readString(log)).containsExactly(status));
    }

    private void executable(String name, String script) throws IOException {
        assertThat(Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void anotherSecretIsAnsweredLikeAnUnknownOrder() {
        long id = placed();
        Shop another = guest(newSecret());
        another.place(anOrder()).expect(201);

        for (String view : VIEWS) {
            isUnknown(another.get(view + id), another.get(view + UNKNOWN), id);
        }
        for (String path : List.of("/orders/%d", "/orders/%d/owner")) {
            isUnknown(another.send("DELETE", path.formatted(id), null, null), another.send("DELETE", path.formatted(UNKNOWN), null, null), id);
        }
        isUnknown(claim(ann, id, newSecret()), claim(ann, UNKNOWN, newSecret()), id);
        assertThat(guest.status("/orders/" + id)).isIn("Ordered", "Paid");
    }

    @Test
    void aUserOfTheIssuerCannotHaveTheSubjectOfAGuest() {
        long id = placed();

        as(Guest.subject(secret), "customer").get("/orders/" + id).expect(401);
    }

    @Test
    void aRepeatedRequestGetsTheSameOrder() {
        long id = placeUnder(guest, "7");

        assertThat(placeUnder(guest, "7")).isEqualTo(id);
        assertThat(placeUnder(guest(newSecret()), "7")).isNotEqualTo(id);
    }

    @Test
    void aRequestThatIsRepeatedAfterTheLinkEndedPlacesNoSecondOrder() {
        long id = placeUnder(guest, "8");
        claim(ann, id, secret).expect(200);

        guest.place("8", anOrder()).expect(409);
        assertThat(PHONE82.jdbc(Context.APP).queryForObject("select count(*) from orders where owner = ?", Long.class, Guest.subject(secret))).isZero();
    }

    @Test
    void aCustomerClaimsTheOrderAndTheSecretShowsItNoLonger() {
        long id = placed();
        PHONE82.gateway().send("PUT", "/orders/" + id + "/owner", "application/json", proof(secret)).expect(401);
        claim(guest, id, secret).expect(403);
        claim(ann, id, secret).expect(200);

        isAnns(id);
        claim(ann, id, secret).expect(200);
        claim(bob, id, secret).expect(404);
        assertThat(ann.get("/orders?size=200").body().get("items").findValuesAsText("id")).contains(String.valueOf(id));
        assertThat(ann.timeline(id)).contains("LinkEnded");
        assertThat(audited("order=" + id)).contains("app ann app-claim-order 200", "app bob app-claim-order 404", "app " + Guest.subject(secret) + " app-place-order 201");
    }

    @Test
    void theViewIsRebuiltWithTheNewOwnerAndAgreesWithTheSources() {
        long id = placed();
        claim(ann, id, secret).expect(200);
        isAnns(id);
        PHONE82.jdbc(Context.CUSTOMER).update("update history set owner = ? where order_id = ?", Guest.subject(secret), id);

        PHONE82.succeed(RebuildHistory::main, "rebuild-history");

        isAnns(id);
        PHONE82.succeed(Reconcile::main, "reconcile", "--phone82.reconcile.settle=0s");
    }

    /** App's log may have been read before the claim, or no longer contain it. */
    @Test
    void aRebuildWithoutTheClaimDoesNotReturnTheOrderToTheLink() {
        long id = placed();
        claim(ann, id, secret).expect(200);
        isAnns(id);
        PHONE82.jdbc(Context.APP).update("delete from outbox where topic = 'phone82.app.LinkEnded' and subject = ?", String.valueOf(id));

        PHONE82.succeed(RebuildHistory::main, "rebuild-history");

        isAnns(id);
    }

    @Test
    void aClaimedOrderIsCancelledByItsCustomer() {
        long id = placed();
        claim(ann, id, secret).expect(200);
        ann.cancel(ann.request("/orders/" + id).DELETE()).expect(200, 202);

        await().untilAsserted(() -> assertThat(ann.get("/payments/" + id).expect(200).body().path("status").asText()).isEqualTo("Refunded"));
        isAnns(id);
        guest.send("DELETE", "/orders/" + id, null, null).expect(404);
        ann.awaitStatus("/history/" + id, "Cancelled");
        PHONE82.succeed(Reconcile::main, "reconcile", "--phone82.reconcile.settle=3s");
    }

    @Test
    void whatPayAndStoreHaveMissedIsRepeated() {
        long id = placed();
        claim(ann, id, secret).expect(200);
        isAnns(id);
        await().untilAsserted(() -> assertThat(newOwners(id)).isZero());
        PHONE82.jdbc(Context.PAY).update("update payment set owner = 'missed' where order_id = ?", id);
        PHONE82.jdbc(Context.STORE).update("update delivery set owner = 'missed' where order_id = ?", id);
        ann.get("/payments/" + id).expect(404);

        PHONE82.jdbc(Context.APP).update("insert into new_owner (order_id, owner, changed_at) values (?, 'ann', current_timestamp)", id);

        await().untilAsserted(() -> isAnns(id));
    }

    @Test
    void aClaimedOrderIsErasedWithItsCustomer() {
        Shop eve = as("eve", "customer");
        long older = placed();
        long id = placed();
        claim(eve, id, secret).expect(200);
        await().untilAsserted(() -> assertThat(newOwners(id)).isZero());
        await().untilAsserted(() -> eve.get("/deliveries/" + id).expect(200));
        olga.post("/deliveries/" + id + "/shipment", "").expect(200);
        eve.awaitShipped(id);

        PHONE82.succeed(EraseSubject::main, "erase-subject", "eve");

        for (String view : VIEWS) {
            eve.get(view + id).expect(404);
            olga.get(view + id).expect(200);
        }
        claim(eve, older, secret).expect(409);
        guest.get("/orders/" + older).expect(200);
    }

    @Test
    void aCustomerWhoIsBeingErasedClaimsOnlyLaterOrders() {
        long before = placed();
        Shop app = PHONE82.shop(Context.APP);
        String pseudonym = app.post("/erasures", Json.text(Map.of("subject", "mia"))).expect(200).body().get("pseudonym").asText();
        Shop mia = as("mia", "customer");

        claim(mia, before, secret).expect(409);
        guest.get("/orders/" + before).expect(200);
        // the bound is a second ahead of the clock
        await().untilAsserted(() -> {
            String another = newSecret();
            claim(mia, guest(another).place(anOrder()).expect(201).id(), another).expect(200);
        });

        app.send("DELETE", "/erasures/" + pseudonym, null, null).expect(204);
    }

    @Test
    void nobodyIsErasedBeforePayAndStoreKnowTheNewOwner() {
        PHONE82.jdbc(Context.APP).update("insert into new_owner (order_id, owner, changed_at) values (1, 'mia', current_timestamp - interval '60' second)");

        PHONE82.shop(Context.APP).post("/erasures", "{\"subject\":\"mia\"}").expect(409);

        assertThat(PHONE82.operations().metrics()).containsPattern("phone82_new_owners\\{context=\"app\"} [1-9]")
                .containsPattern("phone82_new_owners_oldest_seconds\\{context=\"app\"} [^0]");
        PHONE82.jdbc(Context.APP).update("delete from new_owner where order_id = 1");
    }

    /** The order that is on its way to store names the guest as its owner, and would replace the new one. */
    @Test
    void storeRefusesTheNewOwnerOfADeliveryThatIsHeldBeforeItsOrderArrives() {
        PHONE82.jdbc(Context.STORE).update("insert into delivery (order_id, item, qty, status, traceparent, owner, version) values (2, 'note20', 1, 'Held', '', 'held', 0)");

        PHONE82.shop(Context.STORE).send("PUT", "/deliveries/2/owner", "application/json", "{\"owner\":\"ann\"}").expect(409);

        assertThat(PHONE82.jdbc(Context.STORE).queryForObject("select owner from delivery where order_id = 2", String.class)).isEqualTo("held");
        PHONE82.jdbc(Context.STORE).update("delete from delivery where order_id = 2");
    }

    @Test
    void aRepeatedRevocationGetsTheSameAnswer() {
        long id = placed();
        guest.send("DELETE", "/orders/" + id + "/owner", null, null).expect(204);

        guest.send("DELETE", "/orders/" + id + "/owner", null, null).expect(204);
        guest(newSecret()).send("DELETE", "/orders/" + id + "/owner", null, null).expect(404);
        guest.get("/orders/" + id).expect(404);
    }

    @Test
    void theGuestOrAnOperatorEndsTheLink() {
        for (Shop by : List.of(guest, olga)) {
            long id = placed();
            by.send("DELETE", "/orders/" + id + "/owner", null, null).expect(204);

            await().untilAsserted(() -> {
                for (String view : VIEWS) {
                    guest.get(view + id).expect(404);
                    olga.get(view + id).expect(200);
                }
            });
            guest.send("DELETE", "/orders/" + id, null, null).expect(404);
            claim(ann, id, secret).expect(404);
            olga.send("DELETE", "/orders/" + id + "/owner", null, null).expect(204);
        }
    }

    /** Otherwise anybody who knows the number of an order could make it wait. */
    @Test
    void aStrangerDoesNotWaitForTheOrder() {
        long id = placed();
        new TransactionTemplate(PHONE82.bean(Context.APP, PlatformTransactionManager.class)).executeWithoutResult(locked -> {
            PHONE82.jdbc(Context.APP).update("update orders set version = version where id = ?", id);
            guest(newSecret()).send("DELETE", "/orders/" + id + "/owner", null, null).expect(404);
            claim(bob, id, newSecret()).expect(404);
        });
        claim(ann, id, secret).expect(200);
    }

    @Test
    void theSecretIsStoredAndLoggedNowhere(CapturedOutput output) throws IOException {
        long id = placeUnder(guest, "9");
        await().untilAsserted(() -> guest.get("/deliveries/" + id).expect(200));
        guest.get("/orders").expect(403);
        guest.get("/orders/x").expect(400);
        guest.post("/orders", "{\"item\":\"" + secret + "\",\"qty\":0}").expect(422);
        assertThat(claim(ann, id, secret + "A").expect(422).body().toString()).doesNotContain(secret);
        claim(bob, UNKNOWN, secret).expect(404);
        claim(ann, id, secret).expect(200);
        isAnns(id);

        assertThat(output.getAll()).doesNotContain(secret);
        assertThat(PHONE82.operations().metrics()).doesNotContain(secret);
        assertThat(filesWith(Guest.subject(secret))).as("the search finds what is there").isNotEmpty();
        assertThat(filesWith(secret)).isEmpty();
    }

    private static long newOwners(long id) {
        return PHONE82.jdbc(Context.APP).queryForObject("select count(*) from new_owner where order_id = ?", Long.class, id);
    }

    private long placed() {
        long id = guest.place(anOrder()).expect(201).id();
        await().untilAsserted(() -> {
            for (String view : VIEWS) {
                guest.get(view + id).expect(200);
            }
        });
        return id;
    }

    private void isAnns(long id) {
        await().untilAsserted(() -> {
            for (String view : VIEWS) {
                ann.get(view + id).expect(200);
                guest.get(view + id).expect(404);
            }
        });
    }

    private static void isUnknown(Answer another, Answer unknown, long id) {
        assertThat(another.expect(404).response().headers().map().keySet()).isEqualTo(unknown.expect(404).response().headers().map().keySet());
        assertThat(((ObjectNode) another.body()).without("correlationId").toString().replace(String.valueOf(id), "?"))
                .isEqualTo(((ObjectNode) unknown.body()).without("correlationId").toString().replace(String.valueOf(UNKNOWN), "?"));
    }

    private static Answer claim(Shop shop, long id, String secret) {
        return shop.send("PUT", "/orders/" + id + "/owner", "application/json", proof(secret));
    }

    private static String proof(String secret) {
        return "{\"secret\":\"" + secret + "\"}";
    }

    private static long placeUnder(Shop shop, String key) {
        return shop.place(key, anOrder()).expect(201).id();
    }

    private static List<Path> filesWith(String text) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(PHONE82.bean(Context.APP, Environment.class).getRequiredProperty("phone82.data")))) {
            return files.filter(Files::isRegularFile).filter(file -> {
                try {
                    return new String(Files.readAllBytes(file), ISO_8859_1).contains(text);
                } catch (IOException vanished) {
                    return false;
                }
            }).toList();
        }
    }

    private static List<String> audited(String query) {
        Shop operations = PHONE82.operations();
        JsonNode found = operations.send(operations.requestOfOperator("/audit?" + query)).expect(200).body();
        return found.get("items").valueStream().map(entry -> entry.get("context").asText() + " " + entry.path("subject").asText() + " "
                + entry.get("action").asText() + " " + entry.get("result").asText()).toList();
    }

    private static Shop as(String subject, String role) {
        return new Shop(PHONE82.gateway().url(""), ISSUER.token(subject, role));
    }

    private static Shop guest(String secret) {
        return Shop.ofGuest(PHONE82.gateway().url(""), secret);
    }

    private static String newSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
