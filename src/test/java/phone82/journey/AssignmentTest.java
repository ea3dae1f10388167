package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.app.Intake;
import phone82.command.AssignOrders;
import phone82.command.EraseSubject;
import phone82.command.RebuildHistory;
import phone82.command.Reconcile;
import phone82.command.ReplayEvents;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;
import phone82.platform.identity.Guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Orders from before customers logged in have no owner, until an operator assigns them to customers. */
@ExtendWith(OutputCaptureExtension.class)
class AssignmentTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.identity.issuer=" + ISSUER.url(),
            "--phone82.app.new-owners-every=200ms",
            // an erasure pauses for longer than an order may take
            "--phone82.app.admission.patience=100ms", "--phone82.app.payment.response-timeout=2000");

    private static final List<String> VIEWS = List.of("/orders/", "/payments/", "/deliveries/", "/history/");
    private static final String FORMER = "former-3b7f";
    private static final long UNKNOWN = 900_000_000;

    private final Shop ann = as("ann", "customer");
    private final Shop bob = as("bob", "customer");
    private final Shop olga = as("olga", "operator");

    @TempDir
    private Path folder;

    @Test
    void anOperatorGivesAnOrderWithoutAnOwnerToACustomer() {
        long id = withoutOwner();
        try (Listener anns = new Listener(PHONE82.gateway().url("/history/stream"), null, ISSUER.token("ann", "customer"))) {
            assertThat(assign(olga, id, "ann").expect(200).id()).isEqualTo(id);

            await().untilAsserted(() -> assertThat(anns.typesOf(id)).containsExactly("OrderAssigned"));
        }
        isAnns(id);
        bob.get("/orders/" + id).expect(404);
        assertThat(ann.get("/orders?size=200").body().get("items").findValuesAsText("id")).contains(String.valueOf(id));
        JsonNode step = ann.get("/history/" + id).body().get("timeline").valueStream().filter(each -> each.get("type").asText().equals("OrderAssigned")).findFirst().orElseThrow();
        assertThat(audited(id)).filteredOn(entry -> entry.get("action").asText().equals("app-assign-order") && entry.get("context").asText().equals("app"))
                .singleElement().satisfies(entry -> {
                    assertThat(entry.get("subject").asText()).isEqualTo("olga");
                    assertThat(entry.get("result").asText()).isEqualTo("200");
                    assertThat(entry.get("correlationId").asText()).isEqualTo(step.get("correlationId").asText());
                });
    }

    /** What fails afterwards is repeated, and a fault of the program is not hidden. */
    @Test
    void aFaultAfterTheCommitRefusesNothing(CapturedOutput log) {
        long id = withoutOwner();
        JdbcTemplate orders = PHONE82.jdbc(Context.APP);
        orders.execute("create trigger keep_new_owner before delete on new_owner for each row signal sqlstate '45000' set message_text = 'a fault'");
        try {
            assign(olga, id, "ann").expect(200);
            assertThat(log).contains("Problems: Unexpected failure", "a fault");
        } finally {
            orders.execute("drop trigger keep_new_owner");
        }
        isAnns(id);
    }

    @Test
    void aRepeatedAssignmentChangesNothing() {
        long id = withoutOwner();
        assign(olga, id, "ann").expect(200);
        isAnns(id);
        assign(olga, id, "ann").expect(200);

        assertThat(PHONE82.jdbc(Context.APP).queryForObject("select count(*) from outbox where topic = 'phone82.app.OrderAssigned' and subject = ?", Long.class, String.valueOf(id)))
                .isEqualTo(1);
        await().untilAsserted(() -> assertThat(PHONE82.jdbc(Context.APP).queryForObject("select count(*) from new_owner where order_id = ?", Long.class, id)).isZero());
    }

    @Test
    void anOrderThatHasAnOwnerAndAnUnknownOneAreRefused() {
        long id = withoutOwner();
        assign(olga, id, "ann").expect(200);
        isAnns(id);

        assign(olga, id, "bob").expect(409);
        assign(olga, UNKNOWN, "bob").expect(404);
        isAnns(id);
    }

    @Test
    void onlyTheSubjectOfAUserGetsAnOrder() {
        long id = withoutOwner();

        for (String subject : List.of("", Guest.subject("A".repeat(43)), "a b", "김", "a".repeat(256))) {
            assign(olga, id, subject).expect(422);
        }
        assign(ann, id, "ann").expect(403);
        ann.get("/orders/" + id).expect(404);
    }

    @Test
    void anErasedUserGetsNoOrderFromBefore() {
        long id = withoutOwner();
        long another = withoutOwner();
        assign(olga, id, "eve").expect(200);
        await().untilAsserted(() -> VIEWS.forEach(view -> as("eve", "customer").get(view + id).expect(200)));
        await().untilAsserted(() -> assertThat(PHONE82.jdbc(Context.APP).queryForObject("select count(*) from new_owner", Long.class)).isZero());

        PHONE82.succeed(EraseSubject::main, EraseSubject.NAME, "eve");

        for (String view : VIEWS) {
            as("eve", "customer").get(view + id).expect(404);
            olga.get(view + id).expect(200);
        }
        assertThat(PHONE82.jdbc(Context.APP).queryForObject("select count(*) from outbox where body like '%\"eve\"%'", Long.class)).isZero();
        assign(olga, another, "eve").expect(409);
        assign(olga, id, "eve").expect(409);
    }

    @Test
    void aUserWhoIsBeingErasedGetsNoOrder() {
        long id = withoutOwner();
        Shop app = PHONE82.shop(Context.APP);
        String pseudonym = app.post("/erasures", Json.text(Map.of("subject", "mia"))).expect(200).body().get("pseudonym").asText();

        assign(olga, id, "mia").expect(409);

        app.send("DELETE", "/erasures/" + pseudonym, null, null).expect(204);
    }

    @Test
    void noOrderGetsAnOwnerWhileTheDatabasesAreCopied() {
        long id = withoutOwner();
        JdbcTemplate app = PHONE82.jdbc(Context.APP);
        Intake intake = PHONE82.bean(Context.APP, Intake.class);
        intake.hold(new Intake.Hold("backup", 60));
        try {
            assign(olga, id, "ann").expect(503);
            ann.send("PUT", "/orders/" + id + "/owner", "application/json", Json.text(Map.of("secret", "A".repeat(43)))).expect(503);
            olga.send("DELETE", "/orders/" + id + "/owner", null, null).expect(503);
            app.update("update orders set owner = 'ann' where id = ?", id);
            app.update("insert into new_owner (order_id, owner, changed_at) values (?, 'ann', current_timestamp)", id);
            await().during(Duration.ofSeconds(1)).untilAsserted(() ->
                    assertThat(PHONE82.jdbc(Context.PAY).queryForObject("select owner from payment where order_id = ?", String.class, id)).isNull());
        } finally {
            intake.hold(new Intake.Hold("backup", 0));
        }

        await().untilAsserted(() -> assertThat(PHONE82.jdbc(Context.STORE).queryForObject("select owner from delivery where order_id = ?", String.class, id)).isEqualTo("ann"));
        assertThat(PHONE82.jdbc(Context.PAY).queryForObject("select owner from payment where order_id = ?", String.class, id)).isEqualTo("ann");
    }

    /** App's log may no longer contain the assignment. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theViewIsRebuiltWithTheOwnerAndAgreesWithTheSources(boolean isInTheLog) {
        long id = withoutOwner();
        assign(olga, id, "ann").expect(200);
        isAnns(id);
        if (isInTheLog) {
            PHONE82.jdbc(Context.CUSTOMER).update("update history set owner = null where order_id = ?", id);
        } else {
            PHONE82.jdbc(Context.APP).update("delete from outbox where topic = 'phone82.app.OrderAssigned' and subject = ?", String.valueOf(id));
        }

        PHONE82.succeed(RebuildHistory::main, RebuildHistory.NAME);

        isAnns(id);
        PHONE82.succeed(Reconcile::main, Reconcile.NAME, "--phone82.reconcile.settle=0s");
    }

    @Test
    void aViewThatHasLostTheOrderGetsItsOwnerFromTheReplayedEvents() {
        long id = withoutOwner();
        assign(olga, id, "ann").expect(200);
        isAnns(id);
        List.of("timeline", "history").forEach(table -> PHONE82.jdbc(Context.CUSTOMER).update("delete from " + table + " where order_id = ?", id));
        ann.get("/history/" + id).expect(404);

        PHONE82.succeed(ReplayEvents::main, ReplayEvents.NAME);

        isAnns(id);
        await().untilAsserted(() -> assertThat(ann.timeline(id)).containsExactlyInAnyOrder("Ordered", "PayCompleted", "OrderReceived", "Shipped", "OrderAssigned"));
    }

    @Test
    void theCommandAssignsTheLinesOfAFileAndCanBeRepeated() throws IOException {
        long first = withoutOwner();
        long second = withoutOwner();
        long bobs = bob.place(anOrder()).expect(201).id();
        String file = file(first + ",ann\n\n" + bobs + ",ann\r\n " + UNKNOWN + " , ann\n" + second + ",a,b \n");

        for (int i = 0; i < 2; i++) {
            Phone82Extension.Outcome outcome = PHONE82.run(AssignOrders::main, AssignOrders.NAME, file);
            assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(1);
            assertThat(outcome.output()).contains("order " + bobs + " is refused: app: The order has an owner already.", "order " + UNKNOWN + " is refused: app: ",
                    "2 of 4 orders have the owner of their line, 2 were refused");
        }
        isAnns(first);
        as("a,b", "customer").get("/orders/" + second).expect(200);
        assertThat(audited(first)).anyMatch(entry -> entry.get("action").asText().equals("app-assign-order") && entry.get("subject").asText().equals("operator"));

        PHONE82.succeed(AssignOrders::main, AssignOrders.NAME, file(first + ",ann"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order id,subject", "%d", "%d,", "%d,\"ann\"", "%d;ann", "0,ann", "%d,김", "%d,a b", "%d,guest:a"})
    void nothingIsAssignedIfALineIsWrong(String wrong) throws IOException {
        long id = withoutOwner();

        Phone82Extension.Outcome outcome = PHONE82.run(AssignOrders::main, AssignOrders.NAME, file(id + ",ann\n" + wrong.replace("%d", String.valueOf(id)) + "\n"));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).contains("line 2 of ", "nothing is assigned");
        ann.get("/orders/" + id).expect(404);
    }

    @Test
    void theCommandReportsWhatKeepsItFromWorking() throws IOException {
        assertThat(PHONE82.run(AssignOrders::main, AssignOrders.NAME).output()).contains("takes one file");
        assertThat(PHONE82.run(AssignOrders::main, AssignOrders.NAME, folder + "/missing").output()).contains("cannot be read");
        Phone82Extension.Outcome unreachable = PHONE82.run(AssignOrders::main, AssignOrders.NAME, file("1,ann\n"), "--phone82.gateway.app-url=http://localhost:1");
        assertThat(unreachable.exitCode()).isEqualTo(2);
        assertThat(unreachable.output()).contains("app does not answer", "0 of 1 lines are done; repeat the command");
    }

    /** An order as an earlier version without a login left it. */
    private long withoutOwner() {
        Shop former = as(FORMER, "customer");
        long id = former.place(anOrder()).expect(201).id();
        former.awaitShipped(id);
        former.awaitStatus("/orders/" + id, "Shipped");
        Map.of(Context.APP, "orders set owner = null where id", Context.PAY, "payment set owner = null where order_id",
                Context.STORE, "delivery set owner = null where order_id", Context.CUSTOMER, "history set owner = null where order_id")
                .forEach((context, update) -> PHONE82.jdbc(context).update("update " + update + " = ?", id));
        for (Context context : List.of(Context.APP, Context.PAY, Context.STORE)) {
            PHONE82.jdbc(context).update("update outbox set body = replace(body, '\"" + FORMER + "\"', 'null') where subject = ?", String.valueOf(id));
        }
        return id;
    }

    private void isAnns(long id) {
        await().untilAsserted(() -> VIEWS.forEach(view -> ann.get(view + id).expect(200)));
    }

    private static Answer assign(Shop shop, long id, String subject) {
        return shop.send("PUT", "/orders/" + id + "/customer", "application/json", Json.text(Map.of("subject", subject)));
    }

    private String file(String lines) throws IOException {
        return Files.writeString(folder.resolve("orders.csv"), lines).toString();
    }

    private static List<JsonNode> audited(long id) {
        Shop operations = PHONE82.operations();
        return operations.send(operations.requestOfOperator("/audit?order=" + id)).expect(200).body().get("items").valueStream().toList();
    }

    private static Shop as(String subject, String role) {
        return new Shop(PHONE82.gateway().url(""), ISSUER.token(subject, role));
    }
}
