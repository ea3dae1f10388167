package phone82.journey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.Stub;
import phone82.app.Intake;
import phone82.command.Backup;
import phone82.command.Reconcile;
import phone82.command.Report;
import phone82.command.Report.Breach;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** {@code reconcile} on the real system: consistent orders, orders under way, and each kind of breach caused by SQL. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReconcileTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1s", "--phone82.app.stuck-every=500ms");

    private static final Map<Context, List<String>> TABLES = Map.of(Context.APP, List.of("orders", "outbox"), Context.PAY, List.of("payment", "outbox"),
            Context.PROVIDER, List.of("reservation", "operation"), Context.STORE, List.of("delivery", "outbox"), Context.CUSTOMER, List.of("history", "timeline"));

    private static final List<Context> PUBLISHERS = List.of(Context.APP, Context.PAY, Context.STORE);

    private final Shop shop = PHONE82.gateway();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void startEmptyWhenAllEventsHaveArrived() {
        await().until(() -> isAllSent() && messages() == 0);
        TABLES.forEach((context, tables) -> tables.forEach(table -> sql(context, "delete from " + table)));
    }

    private static boolean isAllSent() {
        return PUBLISHERS.stream().allMatch(context -> PHONE82.bean(context, JdbcTemplate.class)
                .queryForObject("select count(*) from outbox where sent = false", Long.class) == 0);
    }

    private static long messages() throws JMException {
        return (long) ManagementFactory.getPlatformMBeanServer().getAttribute(new ObjectName("org.apache.activemq.artemis:broker=\"phone82\""), "TotalMessageCount");
    }

    @Test
    void ordersThatAreShippedCancelledAndRefusedAgree() {
        shop.place(anOrder()).expect(201);
        shop.place(anOrder().of("note21").times(3)).expect(201);
        cancel(shop.place(anOrder()).expect(201).id());
        shop.place(anOrder().of("sim-capture-refused")).expect(201);
        shop.place(anOrder().of("sim-refund-refused")).expect(201);
        shop.place(anOrder().of("sim-slow-900")).expect(503);
        shop.place(anOrder().of("sim-decline")).expect(402);
        shop.place(anOrder().of("sim-fail")).expect(503);

        assertThat(reconcile()).as(this::output).isZero();
        assertThat(out).hasToString(String.format("all 5 orders agree%n"));
    }

    @Test
    void anOrderUnderWayIsNoBreach() {
        long id = shop.place(anOrder().of("sim-capture-away-99")).expect(201).id();
        PHONE82.shop(Context.PAY).post("/payments", "{\"orderId\":987654321,\"item\":\"note20\",\"qty\":1,\"amount\":1199000}").expect(201);

        assertThat(reconcile("--phone82.reconcile.settle=1s")).as(this::output).isZero();

        assertThat(out.toString().lines()).containsExactly("no breach in 1 orders", "still moving, which is no breach: 2",
                String.format("%-18dorder Ordered, payment Authorised, delivery none, view Ordered", id),
                String.format("%-18dorder none, payment Authorised, delivery none, view none", 987654321));
        sql(Context.PAY, "delete from payment where order_id = 987654321");
        sql(Context.PROVIDER, "delete from reservation where order_id = 987654321");
        cancel(id);
        assertThat(run()).isEqualTo(new Report(1, List.of(), List.of(), null));
    }

    @Test
    void everyBreachIsReported() {
        List<Broken> broken = List.of(
                new Broken(Context.PAY, "delete from payment where order_id = ?", "I1", "the order has no payment"),
                new Broken(Context.PAY, "update payment set amount = 5 where order_id = ?", "I1", "the payment is of 5 won, the order of 1199000"),
                new Broken(Context.APP, "update orders set status = 'Cancelled' where id = ?", "I2", "the order is cancelled, but its money is not given back"),
                new Broken(Context.PAY, "update payment set status = 'Expired' where order_id = ?", "I3", "it is shipped or about to be, but not paid"),
                new Broken(Context.PAY, "update payment set status = 'Refunded' where order_id = ?", "I4", "it is shipped, but its money was given back"),
                new Broken(Context.CUSTOMER, "update history set progress = 1 where order_id = ?", "I5", "the view shows a wrong status"),
                new Broken(Context.CUSTOMER, "update history set item = 'note21' where order_id = ?", "I5",
                        "the view shows 1 x note21 for 1199000 won, the order is of 1 x note20 for 1199000"),
                new Broken(Context.CUSTOMER, "delete from history where order_id = ?", "I5", "the view does not show the order"),
                new Broken(Context.CUSTOMER, "insert into timeline (event_id, order_id, type, happened_at, correlation_id) "
                        + "select 'again', order_id, type, happened_at, correlation_id from timeline where type = 'OrderReceived' and order_id = ?",
                        "I6", "the timeline repeats OrderReceived"),
                new Broken(Context.CUSTOMER, "delete from timeline where type = 'OrderReceived' and order_id = ?", "I6",
                        "the timeline lacks OrderReceived"),
                new Broken(Context.STORE, "update delivery set qty = 2 where order_id = ?", "I6", "the delivery is of 2 x note20, the order of 1 x note20"),
                new Broken(Context.APP, "delete from orders where id = ?", "I7", "money was taken, but there is no order"));
        long[] ids = broken.stream().mapToLong(each -> shop.place(anOrder()).expect(201).id()).toArray();
        LongStream.of(ids).forEach(shop::awaitShipped);
        for (int i = 0; i < ids.length; i++) {
            assertThat(sql(broken.get(i).context, broken.get(i).sql, ids[i])).isOne();
        }
        PHONE82.shop(Context.PAY).post("/payments", "{\"orderId\":987654321,\"item\":\"note20\",\"qty\":1,\"amount\":1199000}").expect(201);
        sql(Context.PAY, "update payment set authorised_at = ? where order_id = 987654321", Timestamp.from(Instant.now().minus(Duration.ofMinutes(32))));

        assertThat(reconcile("--phone82.reconcile.settle=1s")).as(this::output).isOne();

        List<Breach> found = run("--phone82.reconcile.settle=1s").breaches();
        for (int i = 0; i < ids.length; i++) {
            assertThat(found).extracting(Breach::order, Breach::promise, Breach::what)
                    .contains(tuple(ids[i], broken.get(i).promise, broken.get(i).what));
            assertThat(out.toString()).containsPattern("(?m)^" + ids[i] + " +" + broken.get(i).promise + " +\\Q" + broken.get(i).what + "\\E");
        }
        assertThat(found).extracting(Breach::order, Breach::what)
                .contains(tuple(987654321L, "money is held, but there is no order, and it should have expired"));
        assertThat(out.toString().lines().skip(found.size() + 1))
                .containsExactly("breaches: " + found.size() + ", in " + (ids.length - 1) + " orders");
    }

    @Test
    void repairRunsHarmlessActions() {
        long lost = shop.place(anOrder()).expect(201).id();
        long wrong = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(lost);
        shop.awaitShipped(wrong);
        sql(Context.CUSTOMER, "delete from history where order_id = ?", lost);
        sql(Context.CUSTOMER, "delete from timeline where order_id = ?", lost);
        sql(Context.CUSTOMER, "update history set progress = 1, qty = 5 where order_id = ?", wrong);

        assertThat(reconcile("--phone82.reconcile.settle=1s")).as(this::output).isOne();
        assertThat(err.toString()).contains("reconcile --repair rebuilds the view. For those of these 2 orders that still disagree, it then sends the events again");
        assertThat(reconcile("--phone82.reconcile.settle=1s", "--repair")).as(this::output).isZero();

        assertThat(out.toString()).contains("2 orders compared, 2 changed").doesNotContain("sent again").endsWith(String.format("all 2 orders agree%n"));
        PUBLISHERS.forEach(context -> assertThat(PHONE82.bean(context, JdbcTemplate.class).queryForObject("select sum(replays) from outbox", Integer.class)).isZero());
        assertThat(PHONE82.shop(Context.CUSTOMER).timeline(lost)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
    }

    @Test
    void repairSendsTheEventsAgainThatAnOrderLacks() {
        // too old for the view
        fillLogs(Duration.ofDays(40));
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        sql(Context.APP, "delete from inbox");
        sql(Context.APP, "update orders set status = 'Paid', shipped_at = null where id = ?", id);

        await().until(() -> !run("--phone82.reconcile.settle=0s", "--phone82.reconcile.moving=1s").breaches().isEmpty());

        assertThat(reconcile("--phone82.reconcile.settle=1s", "--phone82.reconcile.moving=1s", "--repair")).as(this::output).isZero();

        assertThat(out.toString()).contains("breaches: 1, in 1 orders").contains("0 changed", "store: 2 events sent again").endsWith(String.format("all 1 orders agree%n"));
        assertThat(shop.status("/orders/" + id)).isEqualTo("Shipped");
    }

    @Test
    void theEventsOfAStuckOrderAreSentAgainByAllContexts() {
        fillLogs(Duration.ZERO);
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        List<Double> before = sent();
        sql(Context.APP, "update orders set status = 'Paid' where id = ?", id);

        sql(Context.APP, "insert into stuck (order_id, asked, ask_at) values (?, 0, ?)", id, Timestamp.from(Instant.now()));

        await().untilAsserted(() -> assertThat(IntStream.range(0, 3).mapToObj(i -> PHONE82.eventsSent(PUBLISHERS.get(i)) - before.get(i))).containsExactly(1.0, 1.0, 2.0));
    }

    @Test
    void payAndStoreAreAskedForTheEventsOfAStuckOrderIfAppCannotSendItsOwn() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        List<Double> before = sent();
        sql(Context.APP, "update orders set status = 'Paid' where id = ?", id);
        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        app.execute("alter table outbox add constraint sent_once check (replays = 0)");
        try {
            sql(Context.APP, "insert into stuck (order_id, asked, ask_at) values (?, 5, ?)", id, Timestamp.from(Instant.now()));

            await().untilAsserted(() -> assertThat(IntStream.range(0, 3).mapToObj(i -> PHONE82.eventsSent(PUBLISHERS.get(i)) - before.get(i))).containsExactly(0.0, 1.0, 2.0));
            assertThat(app.queryForObject("select asked from stuck where order_id = ?", Integer.class, id)).as("asked for again after the shortest pause").isEqualTo(2);
        } finally {
            app.execute("alter table outbox drop constraint sent_once");
        }
    }

    /** An event is counted a moment after it has arrived. */
    private static List<Double> sent() {
        await().during(Duration.ofMillis(300)).until(ReconcileTest::isAllSent);
        return PUBLISHERS.stream().map(PHONE82::eventsSent).toList();
    }

    /** Gives each log more events than one step of a replay looks at. */
    private static void fillLogs(Duration age) {
        Timestamp time = Timestamp.from(Instant.now().minus(age));
        PUBLISHERS.forEach(context -> insert(context, "outbox (event_id, topic, subject, happened_at, traceparent, body, sent) values (?, ?, ?, ?, ?, ?, ?)",
                10_001, n -> new Object[]{"old " + n, "phone82.app.Old", "1", time, "", "{}", true}));
    }

    @Test
    void theEventsOfAStuckCancellationAreNotSentAgain() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        double before = PHONE82.eventsSent(Context.PAY);
        long finished = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(finished);
        sql(Context.APP, "update orders set status = 'Cancelling' where id = ?", id);

        for (long order : List.of(id, finished)) {
            sql(Context.APP, "insert into stuck (order_id, asked, ask_at) values (?, 0, ?)", order, Timestamp.from(Instant.now()));
        }

        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        await("a run").until(() -> app.queryForObject("select count(*) from stuck where order_id = ?", Integer.class, finished) == 0);
        assertThat(app.queryForObject("select asked from stuck where order_id = ?", Integer.class, id)).isZero();
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
        assertThat(PHONE82.eventsSent(Context.PAY)).isEqualTo(before + 2);
    }

    @Test
    void aBackupIsTakenWhileOrdersAreRefused() throws IOException {
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
        Path backup = backups().resolve("monday");
        Files.writeString(Files.createDirectories(backup.resolve("app.draft")).resolve("db.script"), "cut off");

        int exitCode = backUp("monday");

        assertThat(exitCode).as(this::output).isZero();
        assertThat(out.toString().lines()).hasSize(5).last().asString().startsWith("backup monday is complete");
        assertThat(backup.toFile().list()).containsExactlyInAnyOrder("app", "pay", "store", "customer");
        assertThat(backup.resolve("app/db.script")).content().doesNotContain("cut off");
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
    }

    @Test
    void twoBackupsDoNotShareAHold() throws Exception {
        openCancellation();
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> backUp("first"));
        try {
            await().until(() -> Files.exists(backups().resolve("first/store")));

            assertThat(backUp("second")).as(this::output).isEqualTo(1);

            assertThat(err.toString().lines()).singleElement().asString().isEqualTo(
                    "phone82: app: Another backup is in progress, or was cut off less than a minute ago. Try again later.");
            assertThat(first).isNotDone();
            assertThat(shop.place(anOrder()).status()).isEqualTo(503);
        } finally {
            endCancellation();
        }
        assertThat(first.get(30, TimeUnit.SECONDS)).as(this::output).isZero();
        assertThat(backups().resolve("first").toFile().list()).containsExactlyInAnyOrder("app", "pay", "store", "customer");
        assertThat(backups().resolve("second")).doesNotExist();
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
    }

    /** As Ctrl-C and SIGTERM do. */
    @Test
    void aBackupThatIsInterruptedLeavesNothing() throws Exception {
        openCancellation();
        AtomicInteger exitCode = new AtomicInteger();
        Thread backup = new Thread(() -> exitCode.set(backUp("cut")));
        backup.start();
        try {
            await().until(() -> Files.exists(backups().resolve("cut/store")));

            backup.interrupt();

            backup.join();
            shop.place(anOrder()).expect(201);
        } finally {
            endCancellation();
        }
        assertThat(exitCode).hasValue(2);
        assertThat(err.toString()).contains("interrupted");
        assertThat(backups().resolve("cut")).doesNotExist();
        assertThat(backUp("cut")).as(this::output).isZero();
    }

    @Test
    void aBackupDuringWhichAppTookOrdersIsDiscarded() throws Exception {
        openCancellation();
        CompletableFuture<Integer> backup = CompletableFuture.supplyAsync(() -> backUp("gap"));
        try {
            await().until(() -> Files.exists(backups().resolve("gap/store")));

            // as a restart of app does
            ReflectionTestUtils.setField(PHONE82.bean(Context.APP, Intake.class), "pause", null);

            assertThat(backup.get(30, TimeUnit.SECONDS)).as(this::output).isEqualTo(1);
        } finally {
            endCancellation();
        }
        assertThat(err.toString()).contains("app could take orders during the backup");
        assertThat(backups().resolve("gap")).doesNotExist();
        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
    }

    @Test
    void theCopyOfAContextWhoseAnswerIsLostIsDeleted() throws Exception {
        try (Stub lossy = new Stub()) {
            lossy.on("/", request -> {
                PHONE82.shop(Context.STORE).post("/backup", new String(request.getRequestBody().readAllBytes(), UTF_8)).expect(200);
                assertThat(backups().resolve("lost/store")).exists();
                request.close();
            });
            assertThat(backUp("lost", Context.STORE, lossy.port())).as(this::output).isEqualTo(2);
        }

        assertThat(backups().resolve("lost")).doesNotExist();
    }

    @Test
    void anotherBackupOfTheSameNameStays() {
        assertThat(backUp("same")).as(this::output).isZero();

        assertThat(backUp("same")).as(this::output).isEqualTo(1);
        // the first context to be copied does not answer
        assertThat(backUp("same", Context.CUSTOMER, 1)).as(this::output).isEqualTo(2);

        assertThat(backups().resolve("same").toFile().list()).containsExactlyInAnyOrder("app", "pay", "store", "customer");
    }

    /** Pay is not copied until it ends. */
    private static void openCancellation() {
        sql(Context.PAY, "insert into saga (lra, order_id, state, since, traceparent) values ('open', -7, 'Acted', ?, '')", Timestamp.from(Instant.now()));
    }

    private static void endCancellation() {
        sql(Context.PAY, "delete from saga where lra = 'open'");
    }

    private static Path backups() {
        return Path.of(Stream.of(PHONE82.arguments()).filter(each -> each.startsWith("--phone82.data=")).findFirst().orElseThrow().substring(15), "backups");
    }

    private int backUp(String name) {
        return Backup.main(new PrintStream(out), new PrintStream(err),
                Stream.concat(Stream.of(Backup.NAME, name), Stream.of(PHONE82.arguments())).toArray(String[]::new));
    }

    /** Reaches one context at another port. */
    private int backUp(String name, Context context, int port) {
        String url = "--phone82.gateway." + context.id() + "-url=";
        return Backup.main(new PrintStream(out), new PrintStream(err), Stream.concat(Stream.of(PHONE82.arguments()).filter(each -> !each.startsWith(url)),
                Stream.of(url + "http://127.0.0.1:" + port, Backup.NAME, name)).toArray(String[]::new));
    }

    private record Broken(Context context, String sql, String promise, String what) {
    }

    @Test
    void ordersUnderLoadAreNoBreaches() throws Exception {
        ExecutorService customers = Executors.newFixedThreadPool(4);
        AtomicInteger placed = new AtomicInteger();
        IntStream.range(0, 4).forEach(i -> customers.submit(() -> {
            while (!customers.isShutdown()) {
                Shop.Answer answer = shop.place(anOrder());
                if (answer.status() == 201 && placed.incrementAndGet() % 3 == 0) {
                    shop.send("DELETE", "/orders/" + answer.id(), null, null);
                }
            }
        }));

        await().until(() -> placed.get() > 50);
        int before = placed.get();
        Report busy = run();
        int after = placed.get();
        customers.shutdown();
        assertThat(customers.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(after).as("it went on").isGreaterThan(before);

        assertThat(busy.breaches()).isEmpty();
        assertThat(busy.moving()).isEmpty();
        assertThat(busy.orders()).isBetween(50L, (long) placed.get());
        assertThat(run()).isEqualTo(new Report(placed.get(), List.of(), List.of(), null));
    }

    @Test
    void anUnavailableContextIsReported() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }

        assertThat(reconcile("--phone82.gateway.pay-url=http://localhost:" + nobody)).isEqualTo(2);

        assertThat(out.size()).isZero();
        assertThat(err.toString().lines()).singleElement().asString().startsWith("phone82: pay cannot be read at http://localhost:" + nobody
                + "/archive (").contains("phone82.gateway.pay-url");
    }

    @Test
    void wrongArgumentsAreReported() {
        assertThat(Stream.of("pay", "--phone82.reconcile.settle=soon", "--phone82.reconcile.timelines=all",
                        "--phone82.gateway.app-url=nowhere")
                .map(this::reconcile)).containsExactly(2, 2, 2, 2);

        assertThat(err.toString().lines()).satisfiesExactly(
                line -> assertThat(line).contains("reconcile", " pay;", "--help"),
                line -> assertThat(line).contains("phone82.reconcile.settle", "soon"),
                line -> assertThat(line).contains("phone82.reconcile.timelines", "all"),
                line -> assertThat(line).contains("phone82.gateway.app-url=nowhere", "is not a URL"));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void reconcilesManyOrdersInSeconds() {
        int rows = Integer.getInteger("phone82.reconcile.rows", 20_000);
        Timestamp now = Timestamp.from(Instant.now());
        insert(Context.APP, "orders (id, item, qty, unit_price, amount, status, ordered_at, shipped_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows, id -> new Object[]{id, "note20", 1, 5, 5, "Shipped", now, now, 0});
        insert(Context.PAY, "payment (order_id, item, qty, amount, status, authorised_at, completed_at, changed_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows, id -> new Object[]{id, "note20", 1, 5, "Completed", now, now, now, 0});
        insert(Context.PROVIDER, "reservation (reference, order_id, item, authorised, authorised_at, captured, refunded, closed, attempts) "
                + "values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows, id -> new Object[]{id + "-1", id, "note20", 5, now, 5, 0, false, 0});
        insert(Context.STORE, "delivery (order_id, item, qty, status, received_at, dispatch_at, shipped_at, traceparent, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows, id -> new Object[]{id, "note20", 1, "Shipped", now, now, now, "", 0});
        insert(Context.CUSTOMER, "history (order_id, item, qty, amount, progress, ordered_at, updated_at) values (?, ?, ?, ?, ?, ?, ?)",
                rows, id -> new Object[]{id, "note20", 1, 5, 2, now, now});
        sql(Context.STORE, "update delivery set qty = 2 where order_id = 1000007777");

        long begin = System.nanoTime();
        assertThat(shop.all("/orders")).hasSize(rows);
        long start = System.nanoTime();
        Report report = run("--phone82.reconcile.timelines=0", "--phone82.reconcile.settle=0s");
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Duration list = Duration.ofNanos(start - begin);

        System.out.printf("reconcile of %,d orders: %.1f s; to read their list: %.1f s%n", rows, took.toMillis() / 1000.0, list.toMillis() / 1000.0);
        assertThat(report.orders()).isEqualTo(rows);
        assertThat(report.breaches()).extracting(Breach::order, Breach::promise).containsExactly(tuple(1_000_007_777L, "I6"));
        // it reads five such lists
        assertThat(took).isLessThan(Collections.max(List.of(Duration.ofSeconds(12), list.multipliedBy(15))));
    }

    private static void insert(Context context, String into, int rows, LongFunction<Object[]> row) {
        JdbcTemplate jdbc = PHONE82.bean(context, JdbcTemplate.class);
        new TransactionTemplate(PHONE82.bean(context, PlatformTransactionManager.class)).executeWithoutResult(tx ->
                jdbc.batchUpdate("insert into " + into, LongStream.range(1_000_000_000L, 1_000_000_000L + rows).mapToObj(row).toList()));
    }

    private static int sql(Context context, String statement, Object... arguments) {
        return PHONE82.bean(context, JdbcTemplate.class).update(statement, arguments);
    }

    private void cancel(long id) {
        assertThat(shop.send("DELETE", "/orders/" + id, null, null).status()).isIn(200, 409);
    }

    private int reconcile(String... options) {
        return Reconcile.main(new PrintStream(out), new PrintStream(err), arguments(options));
    }

    private static Report run(String... options) {
        return Reconcile.run(line -> { }, arguments(options));
    }

    private static String[] arguments(String... options) {
        return Stream.of(Stream.of(Reconcile.NAME), Stream.of(PHONE82.arguments()), Stream.of(options)).flatMap(each -> each).toArray(String[]::new);
    }

    private String output() {
        return out.toString() + err;
    }
}
