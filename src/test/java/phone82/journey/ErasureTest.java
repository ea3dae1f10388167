package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.Stub;
import phone82.command.EraseSubject;
import phone82.command.RebuildHistory;
import phone82.command.Reconcile;
import phone82.command.ReplayEvents;
import phone82.platform.api.Json;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static phone82.journey.Shop.anOrder;

/** One of two customers is erased: no trace of her is left, the books balance, and the other customer's data is as it was. */
@Tag("databases")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ErasureTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.identity.issuer=" + ISSUER.url(),
            "--phone82.events.attempts=1", "--phone82.reconcile.settle=3s",
            // the command pauses for longer than an order may take
            "--phone82.app.admission.patience=100ms", "--phone82.app.payment.response-timeout=2000");

    private static final List<Context> CONTEXTS = List.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER);
    private static final String ANN = "ann-5d2c61e0@example.com";
    private static final String BOB = "bob-8a1f40b7@example.com";

    private final Shop ann = as(ANN, "customer");
    private final Shop bob = as(BOB, "customer");
    private final Shop operator = as("olga", "operator");

    @Test
    @Order(1)
    void nothingIsErasedWhileAnOrderIsUnderWay() {
        long id = bob.place(anOrder().of("sim-capture-away-3")).expect(201).id();
        assertThat(bob.status("/orders/" + id)).isEqualTo("Ordered");
        Map<String, List<String>> before = rows(BOB);

        Phone82Extension.Outcome refused = PHONE82.run(EraseSubject::main, EraseSubject.NAME, BOB);

        assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
        assertThat(refused.output()).contains("orders that are not finished here, among them [" + id + "]", "repeat the command");
        assertThat(rows(BOB).keySet()).containsAll(before.keySet());
        bob.awaitShipped(id);
    }

    /** Otherwise an order could be stored after the last pass of the command. */
    @Test
    @Order(1)
    void theNextPassComesAfterTheLongestOrder() {
        Shop app = PHONE82.shop(Context.APP);

        JsonNode begun = app.post("/erasures", "{\"subject\":\"nobody\"}").expect(200).body();

        Environment settings = PHONE82.bean(Context.APP, Environment.class);
        assertThat(begun.get("settles").asLong()).isGreaterThan(settings.getRequiredProperty("phone82.app.admission.patience", Duration.class).toMillis()
                + settings.getRequiredProperty("phone82.app.payment.response-timeout", Integer.class) + 1000);
        app.send("DELETE", "/erasures/" + begun.get("pseudonym").asText(), null, null).expect(204);
    }

    /** Its instance of app had a clock that was ahead. */
    @Test
    @Order(1)
    void anOrderWithAnIdOfTheFutureIsErased() {
        Shop app = PHONE82.shop(Context.APP);
        long future = 1L << 52;
        PHONE82.jdbc(Context.APP).update("insert into orders (id, item, qty, unit_price, amount, status, ordered_at, owner, version) "
                + "values (?, 'note20', 1, 1199000, 1199000, 'Shipped', current_timestamp, 'zoe', 0)", future);

        JsonNode begun = app.post("/erasures", "{\"subject\":\"zoe\"}").expect(200).body();
        String pseudonym = begun.get("pseudonym").asText();
        app.post("/erasures/" + pseudonym, "{\"subject\":\"zoe\",\"before\":" + begun.get("before") + "}").expect(200);

        assertThat(PHONE82.jdbc(Context.APP).queryForObject("select owner from orders where id = ?", String.class, future)).isEqualTo(pseudonym);
        app.send("DELETE", "/erasures/" + pseudonym, null, null).expect(204);
        PHONE82.jdbc(Context.APP).update("delete from orders where id = ?", future);
    }

    /** It comes after the check that all orders are finished, and before the rows are changed. */
    @Test
    @Order(1)
    void anOrderThatIsStoredDuringAStepIsNotErased() {
        JdbcTemplate store = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        String pseudonym = "erased-" + UUID.randomUUID();
        String delivery = "insert into delivery (order_id, item, qty, status, owner, traceparent, version) values (?, 'note20', 1, ?, 'eve', '', 0)";
        store.update(delivery, 1, "Shipped");

        Shop.Answer refused = new TransactionTemplate(PHONE82.bean(Context.STORE, PlatformTransactionManager.class)).execute(other -> {
            other.setRollbackOnly();
            // the step waits for this transaction
            store.update("insert into erased (pseudonym, subject_hash, before_id, erased_at) values (?, '', 0, current_timestamp)", pseudonym);
            CompletableFuture<Shop.Answer> step = CompletableFuture.supplyAsync(() -> PHONE82.shop(Context.STORE).post("/erasures/" + pseudonym, "{\"subject\":\"eve\",\"before\":9}"));
            await().until(() -> step.isDone() || store.queryForObject("select count(*) from information_schema.system_sessions where waiting_for_this <> ''", Long.class) > 0);
            CompletableFuture.runAsync(() -> store.update(delivery, 2, "Received")).join();
            return step;
        }).join();

        refused.expect(409);
        assertThat(store.queryForList("select owner from delivery where order_id < 9", String.class)).containsExactly("eve", "eve");
        store.update("delete from delivery where order_id < 9");
    }

    static Stream<Arguments> ordersFromBefore() {
        return Stream.of(
                arguments(Context.PAY, "/payments/", "insert into payment (order_id, item, qty, amount, status, owner, version, changed_at) "
                        + "values (7, 'note20', 1, 1, 'Voided', 'guest', 0, current_timestamp)", "payment"),
                arguments(Context.STORE, "/deliveries/", "insert into delivery (order_id, item, qty, status, owner, traceparent, version) "
                        + "values (7, 'note20', 1, 'Shipped', 'guest', '', 0)", "delivery"));
    }

    /** As after a claim at the moment at which app begins the erasure. */
    @ParameterizedTest
    @MethodSource("ordersFromBefore")
    @Order(1)
    void anOrderFromBeforeIsNotGivenToTheErasedCustomer(Context context, String list, String insert, String table) {
        JdbcTemplate jdbc = PHONE82.jdbc(context);
        Shop shop = PHONE82.shop(context);
        jdbc.update(insert);
        shop.post("/erasures/erased-" + UUID.randomUUID(), "{\"subject\":\"fay\",\"before\":9}").expect(200);

        Shop.Answer refused = shop.send("PUT", list + "7/owner", "application/json", "{\"owner\":\"fay\"}").expect(409);

        assertThat(refused.body().get("title").asText()).isEqualTo("Erased");
        assertThat(jdbc.queryForList("select owner from " + table + " where order_id = 7", String.class)).containsExactly("guest");
        shop.send("PUT", list + "7/owner", "application/json", "{\"owner\":\"erased-fay\"}").expect(200);
        jdbc.update("delete from " + table + " where order_id = 7");
    }

    @Test
    @Order(2)
    void anErasedCustomerIsNowhere() {
        List<Long> anns = orders(ann);
        List<Long> bobs = orders(bob);
        long inFlight = anns.get(0) - 1;
        makeDeadLetter(anns.get(0), ANN);
        makeDeadLetter(bobs.get(0), BOB);
        String cursor = ann.get("/orders?size=1").expect(200).body().get("next").asText();
        assertThat(found(ANN)).as("places of the subject before").isNotEmpty();
        Map<String, List<String>> bobsRows = rows(BOB);
        List<JsonNode> bobsViews = views(bob, bobs);
        List<JsonNode> all = operator.all("/orders");
        Phone82Extension.Outcome agreed = PHONE82.run(Reconcile::main, Reconcile.NAME);
        assertThat(agreed.exitCode()).as(agreed.output()).isZero();

        Phone82Extension.Outcome erased = PHONE82.run(EraseSubject::main, EraseSubject.NAME, ANN);

        assertThat(erased.exitCode()).as(erased.output()).isZero();
        assertThat(erased.output()).contains("the pseudonym is erased-", "app: ", " orders", "pay: ", "store: 1 deadLetters", "customer: ", "audit: ").doesNotContain(ANN);
        String pseudonym = erased.output().lines().findFirst().orElseThrow().replace("the pseudonym is ", "");

        // events that were sent before and arrive now
        PHONE82.topics().send("app.OrderRejected", inFlight, UUID.randomUUID().toString(), "{\"orderId\":" + inFlight + ",\"reason\":\"late\",\"owner\":\"" + ANN + "\"}");
        PHONE82.topics().send("pay.PayCompleted", inFlight, UUID.randomUUID().toString(), "{\"orderId\":" + inFlight + ",\"item\":\"note20\",\"qty\":1,\"amount\":1,\"owner\":\"" + ANN + "\"}");
        for (String owner : List.of("select owner from payment where order_id = ?", "select owner from delivery where order_id = ?", "select owner from history where order_id = ?")) {
            Context context = owner.contains("payment") ? Context.PAY : owner.contains("delivery") ? Context.STORE : Context.CUSTOMER;
            await().untilAsserted(() -> assertThat(PHONE82.jdbc(context).queryForList(owner, String.class, inFlight)).as(owner).containsExactly(pseudonym));
        }
        await().untilAsserted(() -> assertThat(PHONE82.jdbc(Context.CUSTOMER).queryForObject("select count(*) from timeline where order_id = ?", Integer.class, inFlight)).isEqualTo(3));
        PHONE82.jdbc(Context.PAY).update("delete from payment where order_id = ?", inFlight);
        PHONE82.jdbc(Context.STORE).update("delete from delivery where order_id = ?", inFlight);
        PHONE82.jdbc(Context.CUSTOMER).update("delete from history where order_id = ?", inFlight);
        PHONE82.jdbc(Context.CUSTOMER).update("delete from timeline where order_id = ?", inFlight);
        PHONE82.jdbc(Context.STORE).update("delete from outbox where subject = ?", String.valueOf(inFlight));

        PHONE82.succeed(ReplayEvents::main, ReplayEvents.NAME);
        Phone82Extension.Outcome rebuilt = PHONE82.run(RebuildHistory::main, RebuildHistory.NAME);
        assertThat(rebuilt.exitCode()).as(rebuilt.output()).isZero();
        assertThat(found(ANN)).as("places of the subject").isEmpty();
        for (String list : List.of("select owner from orders where id = ?", "select owner from payment where order_id = ?", "select owner from delivery where order_id = ?",
                "select owner from history where order_id = ?")) {
            Context context = list.contains("orders") ? Context.APP : list.contains("payment") ? Context.PAY : list.contains("delivery") ? Context.STORE : Context.CUSTOMER;
            anns.forEach(id -> assertThat(PHONE82.jdbc(context).queryForList(list, String.class, id)).as(list + id).allMatch(pseudonym::equals));
        }

        assertThat(rows(BOB)).isEqualTo(bobsRows);
        assertThat(views(bob, bobs)).isEqualTo(bobsViews);
        assertThat(operator.all("/orders")).as("the books").isEqualTo(all);
        agreed = PHONE82.run(Reconcile::main, Reconcile.NAME);
        assertThat(agreed.exitCode()).as(agreed.output()).isZero();

        for (String list : List.of("/orders", "/payments", "/deliveries", "/history")) {
            assertThat(ann.all(list)).as(list).isEmpty();
            anns.forEach(id -> ann.get(list + "/" + id).expect(404));
        }
        assertThat(ann.get("/orders?size=1&after=" + cursor).expect(200).body().get("items")).isEmpty();
        ann.send("DELETE", "/orders/" + anns.get(0), null, null).expect(404);
        try (Listener stream = new Listener(PHONE82.gateway().url("/history/stream"), "0", ISSUER.token(ANN, "customer"))) {
            bob.awaitShipped(bob.place(anOrder()).expect(201).id());
            assertThat(stream.events()).isEmpty();
        }
    }

    @Test
    @Order(3)
    void aLaterOrderIsNewDataAndCanBeErasedAgain() {
        long id = ann.place(anOrder()).expect(201).id();
        ann.awaitShipped(id);
        for (String list : List.of("/orders", "/payments", "/deliveries", "/history")) {
            assertThat(ann.all(list)).as(list).hasSize(1);
        }

        Phone82Extension.Outcome erased = PHONE82.run(EraseSubject::main, EraseSubject.NAME, ANN);
        assertThat(erased.exitCode()).as(erased.output()).isZero();
        assertThat(erased.output()).contains("1 orders");
        Phone82Extension.Outcome again = PHONE82.run(EraseSubject::main, EraseSubject.NAME, ANN);
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(again.output()).contains("app: 0 deadLetters, 0 events, 0 idempotency, 0 new_owner, 0 orders");
        assertThat(ann.all("/orders")).isEmpty();
    }

    @Test
    @Order(4)
    void theCommandNeedsTheOperatorsKeyAndOneSubject() {
        assertThat(EraseSubject.main(new PrintStream(new ByteArrayOutputStream()), new PrintStream(new ByteArrayOutputStream()), EraseSubject.NAME, "x",
                "--phone82.data=target/data/nobody")).isEqualTo(2);
        assertThat(PHONE82.run(EraseSubject::main, EraseSubject.NAME).exitCode()).isEqualTo(2);
        assertThat(PHONE82.run(EraseSubject::main, EraseSubject.NAME, "a", "b").exitCode()).isEqualTo(2);
    }

    @Test
    @Order(4)
    void theAuditOfAProcessIsErasedInSteps() {
        List<JsonNode> wanted = new CopyOnWriteArrayList<>();
        try (Stub process = new Stub()) {
            process.on("/audit/erasures/", request -> {
                wanted.add(Json.read(request.getRequestBody().readAllBytes()));
                Stub.answer(request, 200, "{\"entries\":" + wanted.size() + ",\"contexts\":[\"gateway\",\"app\",\"pay\",\"store\",\"customer\"]"
                        + (wanted.size() < 3 ? ",\"after\":\"file-" + wanted.size() + "\"}" : "}"));
            });
            Phone82Extension.Outcome erased = PHONE82.run(EraseSubject::main, EraseSubject.NAME, "nobody",
                    "--phone82.operations.peers=http://127.0.0.1:" + process.port());

            assertThat(erased.exitCode()).as(erased.output()).isZero();
            assertThat(erased.output()).contains("audit: 6 entries");
        }
        assertThat(wanted).extracting(each -> each.path("subject").asText() + " " + each.path("after").asText("-")).containsExactly("nobody -", "nobody file-1", "nobody file-2");
    }

    /** Shipped, cancelled, declined and refused orders, one with an Idempotency-Key. */
    private static List<Long> orders(Shop customer) {
        long shipped = customer.place("key", anOrder().times(2)).expect(201).id();
        customer.awaitShipped(shipped);
        long cancelled = customer.place(anOrder().of("sim-capture-away-3")).expect(201).id();
        customer.cancel(customer.request("/orders/" + cancelled).DELETE()).expect(200, 202);
        customer.place(anOrder().of("sim-decline")).expect(402);
        customer.place(anOrder().of("sim-fail")).expect(402, 503);
        customer.awaitStatus("/history/" + cancelled, "Cancelled");
        await().untilAsserted(() -> assertThat(customer.status("/payments/" + cancelled)).isIn("Voided", "Refunded"));
        customer.awaitStatus("/orders/" + cancelled, "Cancelled");
        await().untilAsserted(() -> assertThat(customer.timeline(cancelled)).contains("OrderCancelled", "DeliveryCancelled", "PayCancelled"));
        return List.of(shipped, cancelled);
    }

    /** An event that store refuses, because it is of another order with the same id. */
    private static void makeDeadLetter(long order, String owner) {
        int before = PHONE82.shop(Context.STORE).all("/dead-letters").size();
        String id = UUID.randomUUID().toString();
        try {
            PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", order, id,
                    "{\"orderId\":" + order + ",\"item\":\"other\",\"qty\":7,\"amount\":1,\"owner\":\"" + owner + "\"}");
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
        await().untilAsserted(() -> assertThat(PHONE82.shop(Context.STORE).all("/dead-letters")).hasSize(before + 1));
    }

    private static List<JsonNode> views(Shop customer, List<Long> orders) {
        return orders.stream().flatMap(id -> Stream.of("/orders/", "/payments/", "/history/").map(path -> customer.get(path + id).expect(200).body())).toList();
    }

    /** All rows with this text, by context and table. Replays change a column of the log of events, and nothing else. */
    private static Map<String, List<String>> rows(String text) {
        Map<String, List<String>> rows = new TreeMap<>();
        for (Context context : CONTEXTS) {
            for (String table : tables(context)) {
                List<String> found = new ArrayList<>();
                PHONE82.jdbc(context).query("select * from " + table, (ResultSet row) -> {
                    Map<String, String> columns = new TreeMap<>();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        if (!row.getMetaData().getColumnName(i).equalsIgnoreCase("replays")) {
                            columns.put(row.getMetaData().getColumnName(i).toLowerCase(), row.getString(i));
                        }
                    }
                    if (columns.toString().contains(text)) {
                        found.add(columns.toString());
                    }
                });
                if (!found.isEmpty()) {
                    rows.put(context.id() + "." + table.toLowerCase(), found.stream().sorted().toList());
                }
            }
        }
        return rows;
    }

    private static List<String> tables(Context context) {
        return PHONE82.jdbc(context).execute((ConnectionCallback<List<String>>) connection -> {
            List<String> tables = new ArrayList<>();
            try (ResultSet found = connection.getMetaData().getTables(null, null, "%", new String[]{"TABLE"})) {
                while (found.next()) {
                    String schema = found.getString("TABLE_SCHEM");
                    if (schema.equalsIgnoreCase("public")) {
                        tables.add("\"" + found.getString("TABLE_NAME") + "\"");
                    }
                }
            }
            return tables;
        });
    }

    /** The tables, dead letters and files of the audit that contain the text. */
    private static List<String> found(String text) {
        List<String> places = new ArrayList<>(rows(text).keySet());
        for (Context context : CONTEXTS) {
            PHONE82.shop(context).all("/dead-letters").stream().filter(letter -> letter.toString().contains(text)).forEach(letter -> places.add("dead letter of " + context.id()));
        }
        Path folder = Path.of(PHONE82.bean(Context.APP, Environment.class).getRequiredProperty("phone82.data"), "audit");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Files.readString(file).contains(text)) {
                    places.add(file.toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return places;
    }

    private static Shop as(String subject, String role) {
        return new Shop(PHONE82.gateway().url(""), ISSUER.token(subject, role));
    }
}
