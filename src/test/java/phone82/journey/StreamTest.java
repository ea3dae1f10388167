package phone82.journey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Listener.Event;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Following orders as it happens, by the stream of the view through the gateway. */
class StreamTest {

    private static final String[] WHOLE = {"Ordered", "PayCompleted", "OrderReceived", "Shipped"};

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s",
            "--phone82.customer.stream.heart-beat=200ms", "--phone82.customer.stream.poll=100ms", "--phone82.customer.stream.readers=8",
            "--phone82.customer.stream.behind=2000", "--phone82.customer.stream.queue=65536");

    @BeforeEach
    void nobodyListens() {
        await().until(() -> open() == 0);
    }

    private final Shop shop = PHONE82.gateway();
    private final JdbcTemplate view = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);

    @Test
    void whatHappensIsToldAsItHappens() {
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
    void oneOrderCanBeFollowedAlone() {
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
    void whoComesBackMissesNothing() {
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
    void whoMissedTooMuchIsToldToReadAnew() {
        shop.awaitShipped(order(1));
        try (Listener listener = new Listener(url(""), "9000000000000000000")) {
            await().untilAsserted(() -> assertThat(listener.events()).extracting(Event::name).contains("reset"));
            long next = order(1);
            await().untilAsserted(() -> assertThat(listener.typesOf(next)).contains(WHOLE));
        }
    }

    /** As when another replica has recorded it: nobody here is woken. And its place was taken before that of a later commit. */
    @Test
    void anEventThatAppearsBehindLaterOnesIsToldTooAndNotPassedOver() throws Exception {
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
            String seen = listener.events().get(0).id();
            commit.countDown();
            late.get();

            await().untilAsserted(() -> assertThat(listener.typesOf(order)).containsExactly("Early", "Late"));
            try (Listener again = new Listener(url(""), seen)) {
                await().untilAsserted(() -> assertThat(again.typesOf(order)).as("resumed from before the gap").contains("Early", "Late"));
            }
        } finally {
            other.shutdown();
        }
    }

    @Test
    void aQuietStreamHasAHeartBeat() {
        try (Listener listener = listen("?orderId=987654321")) {
            await().until(() -> listener.heartBeats() > 2);
        }
    }

    @Test
    void thereIsRoomForSoManyReadersAndTheyGiveItBack() {
        List<Listener> all = IntStream.range(0, 8).mapToObj(i -> listen("")).toList();
        Shop.Answer refused = shop.get("/history/stream").expect(503);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        all.forEach(Listener::close);
        await().until(() -> open() == 0);
        listen("").close();
    }

    @Test
    void whatBreaksTheContractIsRefused() {
        assertThat(shop.get("/history/stream?orderId=x").expect(400).body().at("/errors/0/field").asText()).isEqualTo("orderId");
        assertThat(shop.send(shop.request("/history/stream").header("Last-Event-ID", "x")).expect(400).body().at("/errors/0/field").asText())
                .isEqualTo("Last-Event-ID");
        shop.send("POST", "/history/stream", "application/json", "{}").expect(405);
    }

    /** In a JVM that has just started, the first payments can be too late. */
    private long order(int qty) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> shop.place(anOrder().times(qty)), placed -> placed.status() == 201).id();
    }

    private int open() {
        Shop operations = PHONE82.operations();
        return operations.text(operations.request("/actuator/prometheus")).lines().filter(line -> line.startsWith("phone82_stream_readers{"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1))).findFirst().orElseThrow();
    }

    private void record(long order, String type) {
        view.update("insert into timeline (event_id, order_id, type, happened_at, correlation_id) values (?, ?, ?, current_timestamp, ?)",
                UUID.randomUUID().toString(), order, type, "0".repeat(32));
    }

    private void recordMany(long order, int number) {
        List<Object[]> rows = IntStream.range(0, number).mapToObj(i -> new Object[]{UUID.randomUUID().toString(), order, "x".repeat(255)}).toList();
        new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class)).executeWithoutResult(status ->
                view.batchUpdate("insert into timeline (event_id, order_id, type, happened_at, correlation_id, reason)"
                        + " values (?, ?, 'Many', current_timestamp, '-', ?)", rows));
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
}
