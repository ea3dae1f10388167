package phone82.journey;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Shop.Answer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Outages of the coordinator: cancellations are refused, everything else works. */
@Tag("alone")
@ExtendWith(OutputCaptureExtension.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class CoordinatorOutageTest {

    /** Where each of these tests has a coordinator that does not answer as it should. */
    private static final int PORT = Phone82Extension.freePort();
    private static final String URL = "http://localhost:" + PORT;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.shared(EnumSet.complementOf(EnumSet.of(Context.COORDINATOR)), "--phone82.store.dispatch-delay=1h",
            "--phone82.coordinator.recovery-period=1s", "--phone82.saga.coordinator-url=" + URL);

    private static final String HOLD = "{\"item\":\"note20\",\"qty\":1}";

    /** The default of phone82.saga.request-timeout. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);

    private record Timed(Answer answer, Duration took) {
    }

    private static Timed cancel(Shop shop, long id) {
        long asked = System.nanoTime();
        Answer answer = shop.send("DELETE", "/orders/" + id, null, null);
        return new Timed(answer, Duration.ofNanos(System.nanoTime() - asked));
    }

    /** The steps of participants are refused as temporarily unavailable; an outage is one line per context in ten seconds. */
    private static void assertThatParticipantsAreUnavailable(CapturedOutput log) {
        Map<Context, String> steps = Map.of(Context.STORE, "/deliveries/1/hold", Context.PAY, "/payments/1/cancellation");
        steps.forEach((participant, path) -> {
            Shop inside = PHONE82.shop(participant);
            for (int i = 0; i < 2; i++) {
                Answer refused = inside.send(inside.request(path).header("Long-Running-Action", URL + "/lra-coordinator/0_1")
                        .header("Content-Type", "application/json").PUT(BodyPublishers.ofString(participant == Context.STORE ? HOLD : "")));
                assertThat(refused.expect(503).header("Retry-After")).isEqualTo("5");
            }
            assertThat(log.getOut().lines().filter(line -> line.contains(" " + participant.id() + " ") && line.contains("The coordinator refuses or does not answer, so orders cannot be cancelled now: ")))
                    .singleElement().asString().contains(" WARN ");
        });
        assertThat(log.getOut()).doesNotContain("Unexpected failure", "\tat ");
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(PORT, 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Comes last, because an earlier line about the participants hides further ones for ten seconds. */
    @Nested
    @Order(4)
    class Down {

        @Test
        void aCancellationIsRefusedAtOnceAndChangesNothing() {
            Shop shop = PHONE82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            cancel(shop, id);

            Timed refused = cancel(shop, id);

            assertThat(refused.answer.expect(503).header("Retry-After")).isEqualTo("5");
            assertThat(refused.took).isLessThan(REQUEST_TIMEOUT);
            shop.place(anOrder()).expect(201);
            await().until(() -> shop.status("/deliveries/" + id).equals("Received"));
            shop.post("/deliveries/" + id + "/shipment", "").expect(200);
            shop.awaitShipped(id);
            assertThat(shop.timeline(id)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
        }

        @Test
        void participantsAreUnavailable(CapturedOutput log) {
            assertThatParticipantsAreUnavailable(log);
        }
    }

    /** Comes first, while app still begins as many cancellations as it may. */
    @Nested
    @Order(1)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class Hanging {

        /** Accepts connections, by the backlog of its operating system, and never answers. */
        private static ServerSocket coordinator;

        @BeforeAll
        static void start() {
            coordinator = listen();
        }

        @AfterAll
        static void stop() throws IOException {
            coordinator.close();
        }

        @Test
        @Order(2)
        void fiftyConcurrentCancellationsAreRefusedInTimeAndFewerAreTriedWithoutSlowingOrders() throws Exception {
            Shop shop = PHONE82.gateway();
            List<Long> ids = IntStream.range(0, 50).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();

            // the gateway's pool starts a new thread for each request until it is full
            for (int i = 0; i < 256; i++) {
                shop.get("/phones").expect(200);
            }
            long first = burst(shop, ids);
            burst(shop, ids);
            int threads = Thread.activeCount();
            burst(shop, ids);
            long last = burst(shop, ids);

            // the threads of the burst end a moment later
            await().untilAsserted(() ->
                    assertThat(Thread.activeCount()).as("threads after 100 more, the pools being filled").isLessThanOrEqualTo(threads + 50));
            assertThat(ids).allSatisfy(id -> assertThat(shop.status("/orders/" + id)).isIn("Ordered", "Paid"));
            assertThat(last).as("cancellations that called the coordinator").isLessThan(first / 2);
            assertThat(PHONE82.operations().metric("phone82_cancellation_places")).isLessThan(first / 2.0);
            await().untilAsserted(() -> assertThat(PHONE82.operations().metric("phone82_cancellation_taken")).isZero());
        }

        @Test
        @Order(1)
        void participantsAreUnavailable(CapturedOutput log) {
            assertThatParticipantsAreUnavailable(log);
        }

        /** Returns how many cancellations waited for the coordinator. */
        private static long burst(Shop shop, List<Long> ids) throws Exception {
            ExecutorService customers = Executors.newFixedThreadPool(ids.size());
            List<Future<Timed>> cancellations = ids.stream().map(id -> customers.submit(() -> cancel(shop, id))).toList();
            List<Duration> orders = Stream.generate(() -> {
                long asked = System.nanoTime();
                shop.place(anOrder()).expect(201);
                return Duration.ofNanos(System.nanoTime() - asked);
            }).limit(10).sorted().toList();
            // two may wait for something else on this machine, but none for the coordinator
            assertThat(orders.get(7)).as("%s", orders).isLessThan(REQUEST_TIMEOUT.dividedBy(2));
            assertThat(orders.get(9)).isLessThan(REQUEST_TIMEOUT);
            long tried = 0;
            for (Future<Timed> cancellation : cancellations) {
                assertThat(cancellation.get().answer.status()).isEqualTo(503);
                assertThat(cancellation.get().took).as("one wait, not two").isLessThan(REQUEST_TIMEOUT.multipliedBy(2));
                if (cancellation.get().took.compareTo(REQUEST_TIMEOUT) >= 0) {
                    tried++;
                }
            }
            customers.shutdown();
            assertThat(customers.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
            return tried;
        }
    }

    /** Frozen or cut off in the middle of an answer. */
    @Nested
    @Order(2)
    class Halting {

        private static final Queue<String> REQUESTS = new ConcurrentLinkedQueue<>();
        private static final List<Socket> CONNECTIONS = new CopyOnWriteArrayList<>();

        private static ServerSocket coordinator;

        @BeforeAll
        static void start() {
            coordinator = listen();
            Thread answering = new Thread(Halting::answerWithoutBodies);
            answering.setDaemon(true);
            answering.start();
        }

        @AfterAll
        static void stop() throws IOException {
            coordinator.close();
            for (Socket connection : CONNECTIONS) {
                connection.close();
            }
        }

        @Test
        void aCancellationIsRefusedInTimeAndItsConnectionClosed() {
            Shop shop = PHONE82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            int before = CONNECTIONS.size();

            Timed refused = cancel(shop, id);

            assertThat(refused.answer.expect(503).body().get("title").asText()).isEqualTo("Cancellation unavailable");
            assertThat(refused.took).as("one wait, not two").isLessThan(REQUEST_TIMEOUT.multipliedBy(2));
            List<Socket> its = List.copyOf(CONNECTIONS.subList(before, CONNECTIONS.size()));
            assertThat(its).isNotEmpty();
            await().untilAsserted(() -> assertThat(its).allMatch(Halting::isClosed));
        }

        private static boolean isClosed(Socket connection) {
            try {
                connection.setSoTimeout(100);
                return connection.getInputStream().read() < 0;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        /** Otherwise hundreds of them would be asked for, each until its timeout. */
        @Test
        void overdueCancellationsAreNotAskedForAfterOneWithoutAnAnswer(CapturedOutput log) {
            JdbcTemplate jdbc = PHONE82.jdbc(Context.APP);
            String lras = URL + "/lra-coordinator/";
            Map.of("first", 90, "second", 80).forEach((lra, seconds) ->
                    jdbc.update("insert into saga (lra, order_id, state, since, traceparent) values (?, 1, 'Acted', ?, '')",
                            lras + lra, Timestamp.from(Instant.now().minusSeconds(seconds))));

            await().until(() -> requests("first") > 2);

            assertThat(requests("second")).isZero();
            assertThat(log.getOut().lines().filter(line -> line.contains(" app settle-cancellations "))).hasSizeLessThan(2)
                    .allMatch(line -> line.contains(" WARN ") && line.contains("The run failed, and is repeated "));
            jdbc.update("delete from saga where order_id = 1");
        }

        private static long requests(String lra) {
            return REQUESTS.stream().filter(("GET /lra-coordinator/" + lra + "/status HTTP/1.1")::equals).count();
        }

        private static void answerWithoutBodies() {
            try {
                while (true) {
                    Socket connection = coordinator.accept();
                    CONNECTIONS.add(connection);
                    BufferedReader request = new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
                    REQUESTS.add(request.readLine());
                    while (!request.readLine().isEmpty()) {
                        // reads the head
                    }
                    connection.getOutputStream().write("HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n".getBytes(US_ASCII));
                }
            } catch (IOException stopped) {
                // the end of these tests
            }
        }
    }

    @Nested
    @Order(3)
    class HangingAtTheEnd {

        private static Stub coordinator;

        @BeforeAll
        static void start() {
            coordinator = new Stub(PORT).on("/lra-coordinator/", request -> {
                String path = request.getRequestURI().getPath();
                if (!path.endsWith("/cancel")) {
                    request.getResponseHeaders().set("Location", URL + "/lra-coordinator/0_2");
                    Stub.answer(request, path.endsWith("/start") ? 201 : 200);
                }
            });
        }

        @AfterAll
        static void stop() {
            coordinator.close();
        }

        /** App has begun the cancellation, and does not know of the shipment. */
        @Test
        void aRefusalOfAParticipantIsTheAnswer() {
            Shop shop = PHONE82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            await().until(() -> shop.status("/deliveries/" + id).equals("Received"));
            PHONE82.jdbc(Context.STORE).update("update delivery set status = 'Shipped', shipped_at = current_timestamp where order_id = ?", id);

            Answer refused = cancel(shop, id).answer;

            assertThat(refused.expect(409).body().get("title").asText()).isEqualTo("Shipped already");
        }
    }
}
