package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.command.ArchiveOrders;
import phone82.command.RebuildHistory;
import phone82.command.Reconcile;
import phone82.command.ReplayEvents;
import phone82.journey.Phone82Extension.Outcome;
import phone82.platform.api.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Old finished orders go to a file and are deleted everywhere; nothing else is, and the books stay balanced. */
@Tag("databases")
class ArchiveTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.reconcile.settle=1s");

    private static final List<String> LISTS = List.of("/orders/", "/payments/", "/deliveries/", "/history/");
    private static final int DAYS = 200;
    private static final long SHIFT = Duration.ofDays(DAYS).toMillis() << 12;
    /** The columns with an order's id, and with times. */
    private static final Map<Context, List<String>> COLUMNS = Map.of(
            Context.APP, List.of("orders id ordered_at shipped_at"),
            Context.PAY, List.of("payment order_id authorised_at completed_at changed_at"),
            Context.STORE, List.of("delivery order_id received_at dispatch_at shipped_at"),
            Context.CUSTOMER, List.of("history order_id ordered_at updated_at", "timeline order_id happened_at"),
            Context.PROVIDER, List.of("reservation order_id", "operation order_id"));

    private final Shop shop = PHONE82.gateway();
    private Path file;

    @BeforeEach
    void chooseFile(TestInfo test) throws IOException {
        file = Files.createTempDirectory(Path.of("target", "data"), "archive").resolve(test.getTestMethod().orElseThrow().getName() + ".jsonl");
    }

    /** Each test leaves a shop whose books balance, whatever was archived. */
    @AfterEach
    void theBooksBalance() {
        Outcome agreed = PHONE82.run(Reconcile::main, Reconcile.NAME);
        assertThat(agreed.exitCode()).as(agreed.output()).isZero();
        assertThat(agreed.output()).doesNotContain("moving");
    }

    @Test
    void finishedOrdersAreArchivedAndNothingElse() throws IOException {
        long shipped = old(shipped());
        long cancelled = old(cancelled());
        long unfinished = old(shipped());
        long disagreeing = old(shipped());
        long young = shipped();
        jdbc(Context.APP).update("update orders set status = 'Paid' where id = ?", unfinished);
        jdbc(Context.PAY).update("update payment set amount = amount + 1 where order_id = ?", disagreeing);
        Map<Long, String> before = Stream.of(shipped, cancelled).collect(Collectors.toMap(id -> id, this::history));

        Outcome written = run("100d");
        assertThat(written.exitCode()).as(written.output()).isEqualTo(1);
        assertThat(written.output()).contains("2 orders written to ", "order " + unfinished + " stays: it is not finished", "order " + disagreeing + " stays: ")
                .doesNotContain(String.valueOf(young), "not compared");
        assertThere(shipped, cancelled);
        Outcome done = run("100d");

        assertThat(done.exitCode()).as(done.output()).isZero();
        assertThat(done.output()).contains("2 orders of " + file.toAbsolutePath() + " deleted");
        List<JsonNode> lines = lines();
        assertThat(lines).extracting(line -> line.at("/order/id").asLong()).containsExactlyInAnyOrder(shipped, cancelled);
        assertThat(lines).allSatisfy(line -> {
            long id = line.at("/order/id").asLong();
            assertThat(line.get("history").toString()).isEqualTo(before.get(id));
            assertThat(line.at("/payment/status").asText()).isIn("Completed", "Voided", "Refunded");
            assertThat(line.at("/delivery/orderId").asLong()).isEqualTo(id);
            assertThat(line.at("/delivery/status").asText()).isEqualTo(id == shipped ? "Shipped" : "Cancelled");
        });
        assertThat(Files.readString(file)).as("subjects").doesNotContain("demo", "owner");
        assertGone(shipped, cancelled);
        assertThere(unfinished, disagreeing, young);

        jdbc(Context.APP).update("update orders set status = 'Shipped' where id = ?", unfinished);
        jdbc(Context.PAY).update("update payment set amount = amount - 1 where order_id = ?", disagreeing);
        Outcome again = run("100d");
        assertThat(again.exitCode()).as("the same file: " + again.output()).isEqualTo(1);
        assertThat(again.output()).contains("are deleted already; name another file");
        file = file.resolveSibling("next.jsonl");
        assertThat(archive("100d").output()).contains("2 orders of ");
        file = file.resolveSibling("none.jsonl");
        Outcome none = run("100d");
        assertThat(none.exitCode()).as(none.output()).isZero();
        assertThat(none.output()).contains("no order to archive");
        assertThat(file).doesNotExist();
        assertGone(unfinished, disagreeing);
        assertThere(young);
    }

    @Test
    void nothingBringsAnArchivedOrderBack() {
        long id = old(shipped());
        assertThat(archive("100d").exitCode()).isZero();

        PHONE82.succeed(ReplayEvents::main, ReplayEvents.NAME);
        PHONE82.succeed(RebuildHistory::main, RebuildHistory.NAME);
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());

        assertGone(id);
    }

    @Test
    void anOrderWithADeadLetterStays() throws JMSException {
        long id = old(shipped());
        deadLetter(id);

        Outcome left = run("100d");
        assertThat(left.exitCode()).as(left.output()).isEqualTo(1);
        assertThat(left.output()).contains("no order to archive", "order " + id + " stays: an event of it is a dead letter");
        assertThere(id);

        PHONE82.shop(Context.STORE).post("/dead-letters/replay", null).expect(200);
        assertThat(archive("100d").exitCode()).isZero();
        assertGone(id);
    }

    /** The first archive has been copied to the books before anyone knows which of its orders stay. */
    @Test
    void eachOrderIsInOneArchiveWithoutThoseThatStay() throws IOException, JMSException {
        long same = old(shipped());
        long changed = old(shipped());
        long failed = old(shipped());
        assertThat(run("100d").output()).contains("3 orders written");
        jdbc(Context.APP).update("update orders set version = version + 1 where id = ?", changed);
        deadLetter(failed);

        Outcome left = run("100d");

        assertThat(left.exitCode()).as(left.output()).isEqualTo(1);
        assertThat(left.output()).contains("1 order of ", "order " + failed + " stays: an event of it is a dead letter", "order " + changed + " stays: ", file + ".stays");
        PHONE82.shop(Context.STORE).post("/dead-letters/replay", null).expect(200);
        Outcome again = run("100d");
        assertThat(again.exitCode()).as(again.output()).isEqualTo(1);
        assertThat(again.output()).contains("are deleted already, but for those in " + file.toAbsolutePath() + ".stays; name another file");
        assertThere(changed, failed);
        List<Long> counted = counted();
        Files.delete(file);
        Outcome reused = run("100d");
        assertThat(reused.exitCode()).as(reused.output()).isEqualTo(1);
        assertThat(reused.output()).contains(file + ".stays belongs to an earlier archive");
        assertThat(file).doesNotExist();
        file = file.resolveSibling("next.jsonl");
        assertThat(archive("100d").exitCode()).isZero();
        counted.addAll(counted());
        assertThat(counted).containsExactlyInAnyOrder(same, changed, failed);
        assertGone(same, changed, failed);
    }

    /** The orders whose lines count. */
    private List<Long> counted() throws IOException {
        List<Long> orders = lines().stream().map(line -> line.at("/order/id").asLong()).collect(Collectors.toCollection(ArrayList::new));
        Path stays = Path.of(file + ".stays");
        if (Files.exists(stays)) {
            Files.readAllLines(stays).forEach(order -> assertThat(orders.remove(Long.valueOf(order))).isTrue());
        }
        return orders;
    }

    @Test
    void anAgeAtWhichEventsAreKeptIsRefused() {
        long id = old(shipped());

        Outcome refused = archive("60d");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).contains("at the earliest 61 days after");
        assertThat(file).doesNotExist();
        assertThere(id);
        assertThat(archive("2026-13-01").exitCode()).isEqualTo(2);
        assertThat(PHONE82.run(ArchiveOrders::main, ArchiveOrders.NAME, "100d").exitCode()).isEqualTo(2);
        assertThat(archive("100d").exitCode()).isZero();
    }

    @Test
    void aFileThatCannotBeWrittenOrReadDeletesNothing() throws IOException {
        long first = old(shipped());
        long second = old(shipped());
        Path whole = file;

        Path part = Path.of(file + ".part");
        Files.createSymbolicLink(part, Path.of("/dev/full"));
        Outcome full = run("100d");
        assertThat(full.exitCode()).as(full.output()).isEqualTo(2);
        assertThat(full.output()).contains("cannot be written", "No space left");
        assertThat(file).doesNotExist();
        Files.delete(part);

        file = file.resolveSibling("nowhere").resolve("archive.jsonl");
        assertThat(run("100d").exitCode()).isEqualTo(2);

        file = whole;
        assertThat(run("100d").output()).contains("2 orders written");
        String lines = Files.readString(file);
        Files.writeString(file, lines.substring(0, lines.length() - 30));
        Outcome damaged = run("100d");
        assertThat(damaged.exitCode()).as(damaged.output()).isEqualTo(2);
        assertThere(first, second);

        Files.writeString(file, lines);
        assertThat(run("100d").exitCode()).isZero();
        assertGone(first, second);
    }

    /** The copies of a backup would not belong together, and the archive would lack the change. */
    @Test
    void aBackupAndAChangeAfterTheFileWasWrittenKeepTheOrder() {
        long same = old(shipped());
        long changed = old(shipped());
        assertThat(run("100d").output()).contains("2 orders written");
        hold(60);
        Outcome held = run("100d");
        assertThat(held.exitCode()).as(held.output()).isEqualTo(2);
        assertThat(held.output()).contains("A backup is in progress");
        assertThere(same, changed);
        hold(0);
        jdbc(Context.APP).update("update orders set version = version + 1 where id = ?", changed);

        Outcome done = run("100d");

        assertThat(done.exitCode()).as(done.output()).isEqualTo(1);
        assertThat(done.output()).contains("1 order of ", "order " + changed + " stays: it was changed after it was written");
        assertGone(same);
        assertThere(changed);
        file = file.resolveSibling("next.jsonl");
        assertThat(archive("100d").exitCode()).isZero();
        assertGone(changed);
    }

    /** As after a crash of the command between two contexts. */
    @Test
    void anOrderThatIsDeletedInPartIsNoBreachAndIsFinishedNextTime() {
        long id = old(shipped());
        int version = jdbc(Context.APP).queryForObject("select version from orders where id = ?", Integer.class, id);
        long before = System.currentTimeMillis() - Duration.ofDays(100).toMillis();
        step(Context.APP, "{\"action\":\"delete\",\"orders\":[" + id + "],\"before\":" + before + ",\"versions\":{\"" + id + "\":" + version + "}}");
        assertPartly(id);
        step(Context.CUSTOMER, "{\"action\":\"delete\",\"orders\":[" + id + "],\"before\":" + before + "}");
        assertPartly(id);
        step(Context.STORE, "{\"action\":\"delete\",\"orders\":[" + id + "],\"before\":" + before + "}");
        assertPartly(id);

        Outcome finished = run("100d");

        assertThat(finished.exitCode()).as(finished.output()).isZero();
        assertThat(finished.output()).contains("1 order that an earlier run has not deleted everywhere: deleted");
        assertGone(id);
    }

    @Test
    void theProvidersLedgerIsStillCompared() {
        long id = old(shipped());
        assertThat(archive("100d").exitCode()).isZero();
        jdbc(Context.PROVIDER).update("update reservation set refunded = 1 where order_id = ?", id);

        Outcome found = PHONE82.run(Reconcile::main, Reconcile.NAME);

        assertThat(found.exitCode()).as(found.output()).isEqualTo(1);
        assertThat(found.output()).contains("I9", "for the archived orders up to this one, but should hold", "breaches: 1");
        jdbc(Context.PROVIDER).update("update reservation set refunded = 0 where order_id = ?", id);
    }

    private void assertPartly(long id) {
        Outcome agreed = PHONE82.run(Reconcile::main, Reconcile.NAME);
        assertThat(agreed.exitCode()).as(agreed.output()).isZero();
        assertThat(agreed.output()).contains("still moving", String.valueOf(id));
    }

    private static void step(Context context, String body) {
        assertThat(PHONE82.shop(context).post("/archive", body).expect(200).body().get("left")).isEmpty();
    }

    private static void hold(int seconds) {
        PHONE82.shop(Context.APP).post("/hold", "{\"owner\":\"00000000-0000-0000-0000-000000000001\",\"seconds\":" + seconds + "}").expect(200);
    }

    /** The orders are written, and then deleted. */
    private Outcome archive(String age) {
        Outcome written = run(age);
        return Files.exists(file) ? run(age) : written;
    }

    private Outcome run(String age) {
        return PHONE82.run(ArchiveOrders::main, ArchiveOrders.NAME, age, file.toString());
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(file).stream().map(line -> Json.read(line, JsonNode.class)).toList();
    }

    private String history(long id) {
        return shop.get("/history/" + id).expect(200).body().toString();
    }

    private void assertGone(long... ids) {
        for (long id : ids) {
            LISTS.forEach(list -> shop.get(list + id).expect(404));
            COLUMNS.forEach((context, tables) -> tables.stream().filter(table -> context != Context.PROVIDER).map(table -> table.split(" ")).forEach(table ->
                    assertThat(jdbc(context).queryForObject("select count(*) from " + table[0] + " where " + table[1] + " = ?", Integer.class, id)).as(table[0]).isZero()));
        }
        assertThat(jdbc(Context.APP).queryForObject("select count(*) from archiving", Integer.class)).isZero();
    }

    private void assertThere(long... ids) {
        for (long id : ids) {
            LISTS.forEach(list -> shop.get(list + id).expect(200));
        }
    }

    private static void deadLetter(long id) throws JMSException {
        PHONE82.topics().sendAs("store", "dead-letters.store", "phone82.pay.PayCompleted", id, UUID.randomUUID().toString(),
                "{\"orderId\":" + id + ",\"item\":\"note20\",\"qty\":1}");
        await().untilAsserted(() -> assertThat(PHONE82.shop(Context.STORE).all("/dead-letters")).hasSize(1));
    }

    private long shipped() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        await().untilAsserted(() -> assertThat(shop.timeline(id)).hasSize(4));
        return id;
    }

    private long cancelled() {
        long id = shop.place(anOrder().of("sim-capture-away-3")).expect(201).id();
        shop.cancel(shop.request("/orders/" + id).DELETE()).expect(200, 202);
        await().untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isIn("Voided", "Refunded"));
        await().untilAsserted(() -> assertThat(shop.timeline(id)).contains("OrderCancelled", "DeliveryCancelled", "PayCancelled"));
        shop.awaitStatus("/orders/" + id, "Cancelled");
        return id;
    }

    /** Makes the order older, as if its events and their ids were deleted already. Returns its new id. */
    private static long old(long id) {
        jdbc(Context.APP).update("delete from idempotency");
        for (Context context : List.of(Context.APP, Context.PAY, Context.STORE)) {
            await().untilAsserted(() -> assertThat(jdbc(context).queryForObject("select count(*) from outbox where sent = false", Integer.class)).isZero());
            jdbc(context).update("delete from outbox where subject = ?", String.valueOf(id));
        }
        COLUMNS.forEach((context, tables) -> tables.stream().map(table -> table.split(" ")).forEach(table -> jdbc(context).update("update " + table[0] + " set "
                + Stream.concat(Stream.of(table[1] + " = " + table[1] + " - " + SHIFT), Stream.of(table).skip(2).map(time -> time + " = " + time + " - interval '" + DAYS + "' day"))
                .collect(Collectors.joining(", ")) + " where " + table[1] + " = ?", id)));
        return id - SHIFT;
    }

    private static JdbcTemplate jdbc(Context context) {
        return PHONE82.jdbc(context);
    }

    /** Ids begin with 2026. */
    @ParameterizedTest
    @ValueSource(strings = {"2025-06-30", "2000d"})
    void anAgeBeforeTheFirstOrderArchivesNothing(String age) {
        Outcome none = archive(age);

        assertThat(none.exitCode()).as(none.output()).isZero();
        assertThat(none.output()).contains("no order to archive");
        assertThat(file.getParent()).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(value = Context.class, names = {"APP", "CUSTOMER", "STORE", "PAY"})
    void eachContextKeepsAnOrderThatHasChangedLately(Context context) {
        long id = shipped();

        JsonNode kept = PHONE82.shop(context).post("/archive", deletionOf(id)).expect(200).body();

        assertThat(kept.get("left").get(String.valueOf(id)).asText()).isEqualTo("it has changed in the last 61 days");
        assertThere(id);
    }

    @Test
    void onlyAnOrderThatIsThereIsRemembered() {
        long id = old(shipped());
        Shop app = PHONE82.shop(Context.APP);

        app.post("/archive", deletionOf(id, id)).expect(200);
        app.post("/archive", deletionOf(id)).expect(200);
        app.post("/archive", deletionOf(id + 1)).expect(200);

        assertThat(jdbc(Context.APP).queryForList("select order_id from archiving", Long.class)).containsExactly(id);
        assertThat(archive("100d").output()).contains("1 order that an earlier run has not deleted everywhere");
        assertGone(id);
    }

    private static String deletionOf(Long... ids) {
        return "{\"action\":\"delete\",\"orders\":" + List.of(ids) + ",\"before\":" + (System.currentTimeMillis() - Duration.ofDays(100).toMillis()) + "}";
    }
}
