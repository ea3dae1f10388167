package phone82.journey;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Listener.Event;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Following orders live with the view's event stream through the gateway. */
class StreamTest {

    private static final Pattern REASON = Pattern.compile("\"reason\":\"(\\d{8}x{240})\"");
    private static final Pattern CHUNK = Pattern.compile("\\r\\n[0-9a-f]+\\r\\n");
    private static final String[] WHOLE = {"Ordered", "PayCompleted", "OrderReceived", "Shipped"};

    /** A reader that takes nothing between two heart-beats is cut off: the slow ones of this test need less time for a round. */
    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s",
            "--phone82.customer.stream.heart-beat=3s", "--phone82.customer.stream.poll=100ms", "--phone82.customer.stream.readers=8",
            "--phone82.customer.stream.queue=65536", "--phone82.gateway.reader-patience=10s");

    @BeforeEach
    void waitUntilNoListenerIsLeft() {
        await().until(() -> open() == 0);
    }

    private final Shop shop = PHONE82.gateway();
    private final JdbcTemplate view = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);
    private int recorded;

    @Test
    void eventsArriveLive() {
        try (Listener listener = listen("")) {
            long id = order(2);

            await().untilAsserted(() -> assertThat(listener.typesOf(id)).containsExactly(WHOLE));
            Event shipped = listener.events().stream().filter(event -> event.orderId() == id && event.type().equals("Shipped")).findFirst().orElseThrow();
            assertThat(shipped.name()).isEqualTo("progress");
            assertThat(shipped.data().get("status").asText()).isEqualTo("Shipped");
            assertThat(shipped.data().get("amount").asLong()).isEqualTo(2_398_000);
            assertThat(shipped.data().get("correlationId").asText())
                    .isEqualTo(shop.get("/history/" + id).body().at("/timeline/3/correlationId").asText());
        }
    }

    @Test
    void aSingleOrderCanBeFollowed() {
        long id = order(1);
        shop.awaitShipped(id);
        try (Listener all = listen(""); Listener one = listen("?orderId=" + id)) {
            long other = order(1);
            await().untilAsserted(() -> assertThat(all.typesOf(other)).containsExactly(WHOLE));
            record(id, "Again");
            await().untilAsserted(() -> assertThat(one.events()).extracting(Event::type).containsExactly("Again"));
        }
    }

    @Test
    void aReconnectedListenerMissesNothing() {
        String seen;
        try (Listener listener = listen("")) {
            long first = order(1);
            await().untilAsserted(() -> assertThat(listener.typesOf(first)).containsExactly(WHOLE));
            seen = listener.events().get(listener.events().size() - 1).id();
        }
        List<Long> missed = IntStream.range(0, 5).mapToObj(i -> order(1)).toList();
        missed.forEach(shop::awaitShipped);

        try (Listener listener = new Listener(url(""), seen)) {
            await().untilAsserted(() -> assertThat(missed).allSatisfy(id -> assertThat(listener.typesOf(id)).contains(WHOLE)));
            long next = order(1);
            await().untilAsserted(() -> assertThat(listener.typesOf(next)).contains(WHOLE));
        }
    }

    @Test
    void aListenerThatMissedTooMuchIsReset() {
        shop.awaitShipped(order(1));
        try (Listener listener = new Listener(url(""), "9000000000000000000")) {
            await().untilAsserted(() -> assertThat(listener.events()).extracting(Event::name).contains("reset"));
            long next = order(1);
            await().untilAsserted(() -> assertThat(listener.typesOf(next)).contains(WHOLE));
        }
    }

    /** As on another replica: nothing wakes the reader of this one. Its place was taken before that of a later commit. */
    @Test
    void anEventCommittedAfterLaterOnesIsSent() throws Exception {
        long order = order(1);
        shop.awaitShipped(order);
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Listener listener = listen("")) {
            var late = other.submit(() -> new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class))
                    .executeWithoutResult(status -> {
                        record(order, "Late");
                        taken.countDown();
                        awaitQuietly(commit);
                    }));
            taken.await();
            record(order, "Early");
            await().untilAsserted(() -> assertThat(listener.typesOf(order)).containsExactly("Early"));
            Event early = listener.events().get(0);
            commit.countDown();
            late.get();

            await().untilAsserted(() -> assertThat(listener.typesOf(order)).containsExactly("Early", "Late"));
            try (Listener again = new Listener(url(""), early.id())) {
                await().untilAsserted(() -> assertThat(again.typesOf(order)).as("resumed from before the gap").contains("Early", "Late"));
                assertThat(again.events()).filteredOn(event -> event.type().equals("Early")).singleElement()
                        .satisfies(repeated -> assertThat(repeated.data().get("eventId")).isNotNull().isEqualTo(early.data().get("eventId")));
            }
        } finally {
            other.shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CUSTOMER", "GATEWAY"})
    void aReaderThatReadsNothingIsCutOffWithoutAffectingOthers(Context at) throws IOException {
        long order = order(1);
        shop.awaitShipped(order);
        SlowReader stuck = new SlowReader(at);
        try (Listener other = listen("")) {
            await().until(() -> open() == 2);
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.addAll(recordMany(order, 1000));
                await().untilAsserted(() -> assertThat(reasons(other)).hasSameSizeAs(all));
            }

            await().until(() -> open() == 1);
            assertThat(stuck.bytesUntilTheEnd()).as("bytes that were on the way, of 3 MB").isLessThan(1_000_000);
            assertThat(reasons(other)).isEqualTo(all);
            assertThat(other.isCutOff()).isFalse();
            await().until(() -> other.heartBeats() > 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CUSTOMER", "GATEWAY"})
    void aSlowReaderGetsEveryEventOnceWithoutUsingMemory(Context at) throws Exception {
        long order = order(1);
        shop.awaitShipped(order);
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        List<SlowReader> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 7; i++) {
                slow.add(new SlowReader(at));
            }
            await().until(() -> open() == 7);
            List<String> all = new ArrayList<>();
            long before = PlatformDependent.usedDirectMemory();
            for (int i = 0; i < 30; i++) {
                all.addAll(recordMany(order, 200));
                if (i == 10) {
                    var late = other.submit(() -> new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class))
                            .execute(status -> {
                                List<String> recorded = recordMany(order, 10);
                                taken.countDown();
                                awaitQuietly(commit);
                                return recorded;
                            }));
                    taken.await();
                    all.addAll(recordMany(order, 200));
                    commit.countDown();
                    all.addAll(late.get());
                }
                for (SlowReader each : slow) {
                    each.read(40_000);
                }
            }
            long used = PlatformDependent.usedDirectMemory() - before;
            assertThat(used).as("bytes kept for 7 readers, each of whom has yet to take 2 MB").isLessThan(16_000_000);
            List<SlowReader> behind = new ArrayList<>(slow);
            while (!behind.isEmpty()) {
                for (SlowReader each : behind) {
                    each.readSome();
                }
                behind.removeIf(each -> each.hasRead(all.get(all.size() - 1)));
            }
            assertThat(slow).allSatisfy(each -> assertThat(each.reasons()).containsExactlyInAnyOrderElementsOf(all));
        } finally {
            commit.countDown();
            other.shutdown();
            for (SlowReader each : slow) {
                each.socket.close();
            }
        }
    }

    @Test
    void aReaderIsRefusedWithoutTakingAPlaceWhileTheViewIsUnreadable() {
        view.execute("alter table timeline rename to elsewhere");
        try {
            // with an id the stream reads the view also if it has not stopped since its last reader left
            assertThat(shop.send(shop.request("/history/stream").header("Last-Event-ID", "1").GET()).expect(503).header("Retry-After")).isEqualTo("5");
        } finally {
            view.execute("alter table elsewhere rename to timeline");
        }
        await().until(() -> open() == 0);
        try (Listener listener = listen("?orderId=987654321")) {
            await().until(() -> listener.heartBeats() > 1);
        }
    }

    /** Clients that come and go would keep the thread that serves all others busy. While the pool is empty, that thread waits. */
    @Test
    void nothingIsReadForAReaderThatHasLeft() throws Exception {
        long order = order(1);
        shop.awaitShipped(order);
        HikariDataSource database = PHONE82.bean(Context.CUSTOMER, HikariDataSource.class);
        List<Connection> taken = new ArrayList<>();
        long before;
        try (Listener other = listen("")) {
            try {
                while (taken.size() < database.getMaximumPoolSize()) {
                    taken.add(database.getConnection());
                }
                for (int i = 0; i < 60; i++) {
                    try (Socket visitor = visit()) {
                        awaitReaders(2);
                    }
                    awaitReaders(1);
                }
                before = queries();
            } finally {
                for (Connection connection : taken) {
                    connection.close();
                }
            }
            record(order, "After");
            await().untilAsserted(() -> assertThat(other.typesOf(order)).containsExactly("After"));
            assertThat(queries() - before).as("queries, with some for the other listener").isLessThan(30);
        }
    }

    @Test
    void readersThatComeCloselyShareReads() throws Exception {
        shop.awaitShipped(order(1));
        try (Listener other = listen("")) {
            awaitReaders(1);
            long before = queries();
            long began = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                try (Socket visitor = visit()) {
                    assertThat(visitor.getInputStream().read()).as("the beginning of an answer").isPositive();
                }
                awaitReaders(1);
            }
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertThat(queries() - before).as("queries for 200 readers in %d ms", millis).isLessThan(20 + millis / 5);
            assertThat(other.isCutOff()).isFalse();
        }
    }

    /** A connection that continues the stream from the first event on. */
    private static Socket visit() throws IOException {
        Socket socket = new Socket("localhost", PHONE82.port(Context.CUSTOMER));
        socket.getOutputStream().write("GET /history/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n".getBytes(US_ASCII));
        return socket;
    }

    private static void awaitReaders(int number) {
        Gauge readers = metrics().get("phone82.stream.readers").gauge();
        await().pollInterval(Duration.ofMillis(1)).until(() -> readers.value() == number);
    }

    private static long queries() {
        return metrics().get("hikaricp.connections.acquire").timer().count();
    }

    private static MeterRegistry metrics() {
        return PHONE82.bean(Context.CUSTOMER, MeterRegistry.class);
    }

    @Test
    void aQuietStreamHasAHeartBeat() {
        try (Listener listener = listen("?orderId=987654321")) {
            await().until(() -> listener.heartBeats() > 1);
        }
    }

    @Test
    void theNumberOfReadersIsLimitedAndPlacesAreReleased() {
        List<Listener> all = IntStream.range(0, 8).mapToObj(i -> listen("")).toList();
        Shop.Answer refused = shop.get("/history/stream").expect(503);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        all.forEach(Listener::close);
        await().until(() -> open() == 0);
        listen("").close();
    }

    @Test
    void anInvalidRequestIsRefused() {
        assertThat(shop.get("/history/stream?orderId=x").expect(400).body().at("/errors/0/field").asText()).isEqualTo("orderId");
        assertThat(shop.send(shop.request("/history/stream").header("Last-Event-ID", "x")).expect(400).body().at("/errors/0/field").asText())
                .isEqualTo("Last-Event-ID");
        shop.send("POST", "/history/stream", "application/json", "{}").expect(405);
    }

    /** In a JVM that has just started, the first payments may be too late. */
    private long order(int qty) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> shop.place(anOrder().times(qty)), placed -> placed.status() == 201).id();
    }

    private int open() {
        return (int) PHONE82.operations().metric("phone82_stream_readers{");
    }

    private void record(long order, String type) {
        view.update("insert into timeline (event_id, order_id, type, happened_at, correlation_id) values (?, ?, ?, current_timestamp, ?)",
                UUID.randomUUID().toString(), order, type, "0".repeat(32));
    }

    /** Records {@code number} events of some 600 bytes, numbered by their reasons. */
    private List<String> recordMany(long order, int number) {
        List<String> reasons = IntStream.range(0, number).mapToObj(i -> "%08d".formatted(recorded++) + "x".repeat(240)).toList();
        new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class)).executeWithoutResult(status ->
                view.batchUpdate("insert into timeline (event_id, order_id, type, happened_at, correlation_id, reason)"
                                + " values (?, ?, 'Many', current_timestamp, '-', ?)",
                        reasons.stream().map(reason -> new Object[]{UUID.randomUUID().toString(), order, reason}).toList()));
        return reasons;
    }

    private static List<String> reasons(Listener listener) {
        return listener.events().stream().filter(event -> event.type().equals("Many")).map(event -> event.data().get("reason").asText()).toList();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Listener listen(String query) {
        return new Listener(url(query), null);
    }

    private static String url(String query) {
        return PHONE82.gateway().request("/history/stream" + query).build().uri().toString();
    }

    /** A reader with an open connection that reads only when the test calls it. */
    private static final class SlowReader {

        private final Socket socket = new Socket();
        private final StringBuilder received = new StringBuilder();

        SlowReader(Context at) throws IOException {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("localhost", PHONE82.port(at)));
            socket.getOutputStream().write("GET /history/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        }

        void read(int bytes) throws IOException {
            received.append(new String(socket.getInputStream().readNBytes(bytes), US_ASCII));
        }

        void readSome() throws IOException {
            byte[] some = new byte[65536];
            int read = socket.getInputStream().read(some);
            assertThat(read).as("bytes read").isPositive();
            received.append(new String(some, 0, read, US_ASCII));
        }

        /** Whether an event with this reason is among the last ones read. */
        boolean hasRead(String reason) {
            return withoutChunks(received.substring(Math.max(0, received.length() - 70_000))).contains(reason);
        }

        List<String> reasons() {
            return REASON.matcher(withoutChunks(received)).results().map(found -> found.group(1)).toList();
        }

        /** Events contain no carriage returns. */
        private static String withoutChunks(CharSequence received) {
            return CHUNK.matcher(received).replaceAll("");
        }

        int bytesUntilTheEnd() throws IOException {
            int bytes = 0;
            byte[] some = new byte[8192];
            try (socket) {
                for (int read = socket.getInputStream().read(some); read >= 0; read = socket.getInputStream().read(some)) {
                    bytes += read;
                }
            } catch (SocketException reset) {
                assertThat(reset).hasMessage("Connection reset");
            }
            return bytes;
        }
    }
}
