package phone82.command;

import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import phone82.Stub;
import phone82.command.Report.Breach;
import phone82.command.Report.Moving;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** Reconciliation of four lists of orders, whose rows the test sets for each read. */
class ReconciliationTest {

    private static final Duration SETTLE = Duration.ofMillis(1200);
    private static final List<String> SHIPPED = List.of("Ordered", "PayCompleted", "OrderReceived", "Shipped");

    private static final String KEY = "Bearer demo-provider-key";

    @AutoClose
    private final Stub server = new Stub();
    private final String url = server.url();
    private final Map<String, Lists> lists = Map.of("/orders", new Lists(), "/payments", new Lists(), "/deliveries", new Lists(),
            "/history", new Lists(), "/accounts", new Lists());
    private boolean ledger;
    private final List<String> asked = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();

    /** The rows of one context: for each order its status at the first read, the second, and so on; the last one is repeated. */
    private static final class Lists {

        private final NavigableMap<Long, List<String>> rows = new TreeMap<>(Comparator.reverseOrder());
        private final Map<Long, Integer> looks = new ConcurrentHashMap<>();

        synchronized String page(int size, long after) {
            List<String> items = new ArrayList<>();
            List<Long> ids = rows.keySet().stream().filter(id -> id < after).limit(size).toList();
            for (Long id : ids) {
                List<String> course = rows.get(id);
                String row = course.get(Math.min(looks.merge(id, 1, Integer::sum), course.size()) - 1);
                if (!row.isEmpty()) {
                    items.add(row);
                }
            }
            boolean more = !ids.isEmpty() && rows.lastKey() < ids.get(ids.size() - 1);
            return "{\"items\":[" + String.join(",", items) + "],\"next\":" + (more ? "\"" + ids.get(ids.size() - 1) + "\"" : "null") + "}";
        }
    }

    @BeforeEach
    void start() {
        lists.forEach((path, rows) -> server.on(path, exchange -> {
            if (path.equals("/accounts") && !KEY.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer(exchange, 401, "{}");
                return;
            }
            Map<String, String> query = new HashMap<>();
            if (exchange.getRequestURI().getQuery() == null) {
                String timeline = SHIPPED.stream().map(type -> "{\"type\":\"" + type + "\"}").collect(Collectors.joining(","));
                answer(exchange, 200, "{\"timeline\":[" + timeline + "]}");
                return;
            }
            Arrays.stream(exchange.getRequestURI().getQuery().split("&")).map(each -> each.split("="))
                    .forEach(each -> query.put(each[0], each[1]));
            answer(exchange, 200, rows.page(Integer.parseInt(query.get("size")), Long.parseLong(query.getOrDefault("after", "" + Long.MAX_VALUE))));
        }));
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        synchronized (asked) {
            asked.add(exchange.getRequestURI().toString());
        }
        Stub.answer(exchange, status, body);
    }

    private void order(long id, String... statuses) {
        put("/orders", id, "{\"id\":%d,\"item\":\"note20\",\"qty\":1,\"amount\":5,\"status\":\"%s\"}", statuses);
    }

    private void payment(long id, String... statuses) {
        put("/payments", id, "{\"orderId\":%d,\"amount\":5,\"status\":\"%s\",\"authorisedAt\":\"2026-01-01T12:00:00Z\"}", statuses);
    }

    private void delivery(long id, String... statuses) {
        put("/deliveries", id, "{\"orderId\":%d,\"item\":\"note20\",\"qty\":1,\"status\":\"%s\",\"receivedAt\":\"2026-01-01T12:00:00Z\"}", statuses);
    }

    private void view(long id, String... statuses) {
        put("/history", id, "{\"orderId\":%d,\"item\":\"note20\",\"qty\":1,\"amount\":5,\"status\":\"%s\"}", statuses);
    }

    private void put(String list, long id, String row, String... statuses) {
        lists.get(list).rows.put(id, Arrays.stream(statuses)
                .map(status -> status.isEmpty() ? "" : String.format(row, id, status)).toList());
    }

    private void shipped(long id) {
        order(id, "Shipped");
        payment(id, "Completed");
        delivery(id, "Shipped");
        view(id, "Shipped");
    }

    private Report run(int timelines) {
        HttpClient http = HttpClient.newHttpClient();
        try (Reconciliation reconciliation = new Reconciliation(new ContextApi(http, "app", url, "phone82.gateway.app-url", null, null),
                new ContextApi(http, "pay", url, "phone82.gateway.pay-url", null, null), new ContextApi(http, "store", url, "phone82.gateway.store-url", null, null),
                new ContextApi(http, "customer", url, "phone82.gateway.customer-url", null, null),
                ledger ? new ContextApi(http, "the provider's ledger", url, "phone82.pay.provider-url", () -> KEY, null) : null,
                new ConsistencyRules(OrderFixture.NOON, OrderFixture.NOON, ledger, false), progress::add)) {
            return reconciliation.run(SETTLE, timelines);
        }
    }

    @Test
    void ordersOfManyPagesAgree() {
        LongStream.rangeClosed(1, 1100).forEach(this::shipped);
        payment(500, "Voided");
        lists.forEach((path, rows) -> {
            if (!path.equals("/payments")) {
                rows.rows.remove(500L);
            }
        });

        assertThat(run(0)).isEqualTo(new Report(1099, List.of(), List.of(), null));
        assertThat(asked).hasSize(4 * 6).allMatch(path -> path.contains("?size="));
        assertThat(progress).isEmpty();
    }

    @Test
    void theLedgerIsReadInPages() {
        ledger = true;
        for (long id = 1; id <= 450; id++) {
            shipped(id);
            put("/accounts", id, "{\"orderId\":%d,\"reserved\":0,\"captured\":5,\"refunded\":%s}", id == 3 ? "5" : "0");
        }
        put("/accounts", 999, "{\"orderId\":%d,\"reserved\":0,\"captured\":%s,\"refunded\":0}", "7");

        assertThat(run(0).breaches()).extracting(Breach::order, Breach::promise).containsExactly(tuple(999L, "I9"), tuple(3L, "I9"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "--phone82.provider.api-key=demo-provider-key;0;all 0 orders agree",
            "--phone82.provider.api-key=wrong;2;(the answer is 401); set phone82.provider.api-key to the provider's key.",
            "--phone82.pay.provider-url=;0;not compared: the provider's ledger (I9), because phone82.pay.provider-url is empty"})
    void theCommandReadsTheLedgerOrReportsThatItDoesNot(String option, int exitCode, String line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of("reconcile"));
        List.of("app", "pay", "store", "customer").forEach(context -> arguments.add("--phone82.gateway." + context + "-url=" + url));
        if (!option.contains("provider-url")) {
            arguments.add("--phone82.pay.provider-url=" + url);
        }
        arguments.add(option);

        assertThat(Reconcile.main(new PrintStream(out), new PrintStream(err), arguments.toArray(String[]::new))).isEqualTo(exitCode);
        assertThat((exitCode == 0 ? out : err).toString()).contains(line);
    }

    @Test
    void emptyListsAgree() {
        assertThat(run(10)).isEqualTo(new Report(0, List.of(), List.of(), null));
    }

    @Test
    void anOrderMissingInOneListIsReadAgain() {
        LongStream.rangeClosed(1, 3).forEach(this::shipped);
        order(4, "Ordered", "Paid", "Shipped");
        payment(4, "", "Completed");
        delivery(4, "", "Received", "Shipped");
        view(4, "", "", "Ordered", "Shipped");

        assertThat(run(0)).isEqualTo(new Report(4, List.of(), List.of(), null));
        assertThat(progress).singleElement().asString().startsWith("do not agree yet: 1;");
    }

    @Test
    void aBacklogIsNoBreachWhileOtherOrdersProgress() {
        for (int id = 1; id <= 6; id++) {
            shipped(id);
            List<String> seen = new ArrayList<>(Collections.nCopies(2 * id, "Ordered"));
            seen.add("Shipped");
            view(id, seen.toArray(String[]::new));
        }

        assertThat(run(0)).isEqualTo(new Report(6, List.of(), List.of(), null));
    }

    /** Otherwise a shop with a long dispatch delay, of whose orders one ships every second, would keep the command busy for hours. */
    @Test
    void anOrderThatWaitsForItsDispatchIsNotWaitedFor() {
        Instant later = Instant.now().plusSeconds(3600);
        for (long id = 1; id <= 6; id++) {
            paid(id, later, 2 * id);
        }

        assertThat(run(0)).isEqualTo(new Report(6, List.of(), LongStream.rangeClosed(1, 6).map(i -> 7 - i)
                .mapToObj(id -> new Moving(id, "order Paid, payment Completed, delivery Received, view Paid")).toList(), null));
        assertThat(progress).isEmpty();
    }

    @Test
    void ordersInProgressAreWaitedForOnce() {
        Instant soon = Instant.now();
        for (long id = 1; id <= 6; id++) {
            paid(id, soon, 2 * id);
        }

        Report report = run(0);

        assertThat(report.breaches()).isEmpty();
        assertThat(report.moving()).extracting(Moving::order).startsWith(6L, 5L, 4L, 3L).doesNotContain(1L);
    }

    /** Ships at a later read. */
    private void paid(long id, Instant dispatchAt, long reads) {
        shipped(id);
        order(id, course("Paid", reads));
        view(id, course("Paid", reads));
        put("/deliveries", id, "{\"orderId\":%d,\"item\":\"note20\",\"qty\":1,\"status\":\"%s\",\"receivedAt\":\"2026-01-01T12:00:00Z\",\"dispatchAt\":\"" + dispatchAt + "\"}",
                course("Received", reads));
    }

    private static String[] course(String first, long reads) {
        List<String> seen = new ArrayList<>(Collections.nCopies((int) reads, first));
        seen.add("Shipped");
        return seen.toArray(String[]::new);
    }

    @Test
    void aLastingDifferenceIsABreach() {
        LongStream.rangeClosed(1, 700).forEach(this::shipped);
        view(2, "Paid");
        payment(3, "Refunded");
        lists.get("/orders").rows.remove(450L);
        lists.get("/history").rows.remove(699L);

        Report report = run(0);

        assertThat(report.moving()).isEmpty();
        assertThat(report.orders()).isEqualTo(699);
        assertThat(report.breaches()).extracting(Breach::order, Breach::promise).containsExactly(
                tuple(699L, "I5"), tuple(450L, "I7"), tuple(450L, "I7"), tuple(450L, "I5"), tuple(3L, "I3"), tuple(3L, "I4"), tuple(2L, "I5"));
    }

    @Test
    void ordersToReadAgainMayBeFarApart() {
        shipped(5);
        for (long id : new long[]{7, 205, 206, 207, 1_000_000}) {
            shipped(id);
            view(id, "Paid");
        }

        Report report = run(0);

        assertThat(report.moving()).isEmpty();
        assertThat(report.breaches()).extracting(Breach::order, Breach::promise).containsExactly(tuple(1_000_000L, "I5"),
                tuple(207L, "I5"), tuple(206L, "I5"), tuple(205L, "I5"), tuple(7L, "I5"));
        assertThat(asked).containsSubsequence("/orders?size=1&after=1000001", "/orders?size=2&after=208", "/orders?size=4&after=206");
    }

    @Test
    void anOrderThatKeepsChangingIsMoving() {
        shipped(1);
        order(2, "Paid");
        payment(2, "Completed");
        shipped(3);
        view(3, "Paid", "Paid", "Paid", "Ordered");

        assertThat(run(0)).isEqualTo(new Report(3, List.of(), List.of(
                new Moving(3, "order Shipped, payment Completed, delivery Shipped, view Ordered"),
                new Moving(2, "order Paid, payment Completed, delivery none, view none")), null));
    }

    @Test
    void anOrderThatIsArchivedMeanwhileIsNoBreach() {
        archivedOrder(1);
        AtomicInteger asked = new AtomicInteger();
        server.on("/archive", exchange -> {
            int archived = asked.getAndIncrement() == 0 ? 0 : 1;
            answer(exchange, 200, "{\"orders\":%d,\"held\":%d,\"last\":%d}".formatted(archived, 5 * archived, archived));
        });

        assertThat(run(0)).isEqualTo(new Report(0, List.of(), List.of(), null));
    }

    @Test
    void anArchivedOrderIsNoBreachForThoseWhoMayNotReadWhatIsArchived() {
        archivedOrder(1);
        server.on("/archive", exchange -> answer(exchange, 403, "{}"));

        Report report = run(0);

        assertThat(report.breaches()).isEmpty();
        assertThat(report.text()).contains("not compared: orders that the provider alone knows");
    }

    private void archivedOrder(long id) {
        ledger = true;
        put("/accounts", id, "{\"orderId\":%d,\"reserved\":0,\"captured\":5,\"refunded\":%s}", "0");
    }

    @Test
    void aDuplicateRowIsReported() {
        LongStream.rangeClosed(1, 2).forEach(this::shipped);
        lists.get("/payments").rows.replaceAll((id, rows) -> id == 2 ? List.of(rows.get(0) + "," + rows.get(0)) : rows);

        assertThat(run(0).breaches()).extracting(Breach::order, Breach::promise, Breach::what)
                .containsExactly(tuple(2L, "I1", "/payments contains it twice"));
    }

    @Test
    void timelinesAreReadForTheNewestOrdersAndThoseThatDifferedAtFirst() {
        LongStream.rangeClosed(1, 10).forEach(this::shipped);
        view(4, "Paid", "Shipped");
        order(6, "Cancelled");
        payment(6, "Voided");
        lists.get("/deliveries").rows.remove(6L);
        view(6, "Cancelled");

        assertThat(run(5).breaches()).extracting(Breach::order, Breach::what).containsExactly(
                tuple(6L, "the timeline lacks PayCancelled"),
                tuple(6L, "the timeline contains events that did not happen: OrderReceived, PayCompleted, Shipped"));
        assertThat(asked).filteredOn(path -> !path.contains("?")).filteredOn(path -> !path.equals("/history/6"))
                .containsExactlyInAnyOrder("/history/10", "/history/9", "/history/8", "/history/7", "/history/4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"500;{};the answer is 500", "404;{};the answer is 404", "200;<html>;the answer cannot be understood",
            "200;{};the answer cannot be understood", "200;{\"items\":[{}]};the answer cannot be understood"})
    void anAnswerThatIsNoListIsReported(int status, String body, String why) {
        server.on("/deliveries", exchange -> answer(exchange, status, body));

        String remedy = status >= 500 ? "repeat the command; if that fails, look at the log of store" : "start it, or set phone82.gateway.store-url to its address";
        assertThatThrownBy(() -> run(0)).isInstanceOf(OperatorCommand.Stop.class)
                .hasMessage("store cannot be read at " + url + "/deliveries?size=200 (" + why + "); " + remedy + ".");
    }
}
