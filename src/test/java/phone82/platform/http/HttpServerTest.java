package phone82.platform.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.platform.api.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How a server counts its requests, and what one client can hold. */
class HttpServerTest {

    private static final Buffer LARGE = Buffer.buffer("0123456789abcde\n".repeat(256 * 1024));

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final HttpServer server = server(100, List.of());
    private final HttpServer behindProxy = server(3, List.of("127.0.0.1"));

    private HttpServer server(int connectionsPerClient, List<String> proxies) {
        return new HttpServer("127.0.0.1", 0, new HttpLimits(1, 4, 100, connectionsPerClient, 8, 4096, 8192, 65536, 5, 10, 60), Set.of(), new Hosts("app", Set.of()), false,
                new ClientAddresses(proxies), List.of(), List.of(new Answers()), metrics, true, new RequestAudit(() -> null, "app"), Optional.empty());
    }

    /** Answers without an end, as the writer of a stream that has not read its end yet. */
    private static final class Answers implements Endpoint {

        @Override
        public void mount(Vertx vertx, Router router) {
            router.get("/whole").handler(request -> request.response().setStatusCode(201).putHeader("Content-Length", "2").write("{}"));
            router.get("/part").handler(request -> request.response().setStatusCode(201).putHeader("Content-Length", "3").write("{}"));
            router.get("/chunks").handler(request -> request.response().setStatusCode(201).setChunked(true).write("{}"));
            router.get("/late").handler(request -> { });
            router.get("/large").handler(request -> request.response().end(LARGE));
            router.get("/chunked").handler(request -> request.response().setChunked(true).end(LARGE));
            router.post("/bodies").handler(request -> request.request().body().onSuccess(read -> request.response().end()));
            router.post("/orders").handler(request -> HttpServer.answer(request, new Problem(422, "Invalid", "The item is missing.")));
        }
    }

    @BeforeEach
    void start() {
        for (HttpServer each : List.of(server, behindProxy)) {
            each.prepare();
            each.listen();
        }
    }

    @AfterEach
    void stop() {
        server.destroy();
        behindProxy.destroy();
    }

    @ParameterizedTest
    @CsvSource({"/whole,201", "/part,closed", "/chunks,closed", "/late,closed"})
    void aRequestIsAbortedOnlyIfItsAnswerWasNotCompleteWhenItsConnectionClosed(String path, String status) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1));
            InputStream in = client.getInputStream();
            for (String seen = ""; !path.equals("/late") && !seen.contains("{}");) {
                seen += (char) in.read();
            }
        }

        await().until(() -> metrics.find("http.server.requests").timer() != null);
        assertThat(metrics.find("http.server.requests").timers()).extracting(Meter::getId).extracting(id -> id.getTag("status")).containsExactly(status);
    }

    @Test
    void rehearsalsAreNoRequests() throws IOException {
        WarmUp.Rehearsal post = WarmUp.refusedPost("http://127.0.0.1:" + server.address().getPort() + "/orders", null);
        AtomicInteger refused = new AtomicInteger();
        new WarmUp(1, List.of(() -> {
            post.run();
            refused.incrementAndGet();
        })).onApplicationEvent(null);
        assertThat(refused).hasValue(1);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            client.getOutputStream().write("POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(client.getInputStream().read()).isEqualTo('H');
        }

        await().untilAsserted(() -> assertThat(metrics.get("http.server.requests").timer().count()).isEqualTo(1));
    }

    /** Logs show the trace of the rehearsals to others. */
    @Test
    void aRequestWithTheTraceOfARehearsalIsOneAfterTheStart() throws Exception {
        new WarmUp(1, List.of()).onApplicationEvent(null);
        WarmUp.refusedPost("http://127.0.0.1:" + server.address().getPort() + "/orders", null).run();

        await().untilAsserted(() -> assertThat(metrics.get("http.server.requests").timer().count()).isEqualTo(1));
    }

    @Test
    void aLargeBodyThatNobodyReadsStaysInTheHeap() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        long before = directMemory();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setReceiveBufferSize(4096);
                socket.connect(server.address());
                send(socket, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            for (Socket socket : sockets) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }

            assertThat(directMemory() - before).as("of %d bytes that wait", 40L * LARGE.length()).isLessThan(40_000_000);
        } finally {
            close(sockets);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/large", "/chunked"})
    void aLargeBodyArrivesWhole(String path) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path)).build();

        for (int i = 0; i < 3; i++) {
            assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(LARGE.getBytes());
        }
        assertThat(metrics.get("http.server.requests").timer().getId().getTag("status")).isEqualTo("200");
    }

    /** Each of the bodies is late; the answers to some of the requests do not wait for it. */
    @ParameterizedTest
    @ValueSource(strings = {"/bodies", "/orders", "/nothing"})
    void aClientBehindAProxyLeavesConnectionsToOthers(String path) throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                slow.add(begin(path, "198.51.100.1"));
            }
            if (!path.equals("/bodies")) {
                for (Socket socket : slow) {
                    assertThat(status(socket)).isIn(404, 422);
                }
            }
            await().untilAsserted(() -> {
                try (Socket fourth = begin(path, "198.51.100.1")) {
                    assertThat(status(fourth)).isEqualTo(429);
                    assertThat(new String(fourth.getInputStream().readAllBytes(), ISO_8859_1)).as("until the connection is closed").contains("at most 3 requests");
                }
            });
            for (String other : List.of("198.51.100.2", "127.0.0.1")) {
                try (Socket socket = begin("/bodies", other)) {
                    send(socket, "x");
                    assertThat(status(socket)).as(other).isEqualTo(200);
                }
            }

            send(slow.get(0), "x");
            await().untilAsserted(() -> {
                try (Socket again = begin("/bodies", "198.51.100.1")) {
                    send(again, "x");
                    assertThat(status(again)).isEqualTo(200);
                }
            });
        } finally {
            close(slow);
        }
    }

    @Test
    void anIdleConnectionOfAProxyIsNobodys() throws IOException {
        List<Socket> kept = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = begin("/bodies", "198.51.100.1");
                kept.add(socket);
                send(socket, "x");
                assertThat(status(socket)).isEqualTo(200);
            }
        } finally {
            close(kept);
        }
    }

    private Socket begin(String path, String client) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), behindProxy.address().getPort());
        socket.setSoTimeout(8000);
        send(socket, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + client + "\r\nContent-Length: 1\r\n\r\n");
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Leaves the rest of the answer unread. */
    private static int status(Socket socket) throws IOException {
        return Integer.parseInt(new String(socket.getInputStream().readNBytes(12), ISO_8859_1).substring(9));
    }

    private static void close(List<Socket> sockets) {
        sockets.forEach(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Netty allocates with or without the JVM's own count. */
    private static long directMemory() {
        long counted = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        return counted + Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
