package phone82.journey;

import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Orders that wait for a worker of app, because one calls pay and the other waits for a place to do so. */
class BusyWorkersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** The calls of pay, by item. */
    private static final Map<String, CompletableFuture<Integer>> CALLS = new ConcurrentHashMap<>();
    private static final Stub PAY = new Stub().on("/payments", BusyWorkersTest::authorise);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.BROKER, Context.APP), "--phone82.app.pay-url=" + PAY.url(),
            "--phone82.http.workers=2", "--phone82.app.admission.least=1", "--phone82.app.admission.first=1", "--phone82.app.admission.most=1",
            "--phone82.app.admission.patience=" + PATIENCE.toSeconds() + "s", "--phone82.app.payment.response-timeout=30000",
            "--phone82.app.bank-breaker.open=1m");

    private final MeterRegistry metrics = PHONE82.bean(Context.APP, MeterRegistry.class);

    @AfterAll
    static void stop() {
        PAY.close();
    }

    private static void authorise(HttpExchange request) throws IOException {
        String item = Json.read(request.getRequestBody().readAllBytes()).get("item").asText();
        CompletableFuture<Integer> answer = CALLS.computeIfAbsent(item, first -> new CompletableFuture<>());
        Stub.answer(request, item.startsWith("held") ? answer.join() : 201);
    }

    @Test
    void theWaitForAWorkerIsAPartOfTheWaitForAPlace() {
        CompletableFuture<Answer> held = placeHeld("held-one");
        CompletableFuture<Answer> waiting = placeWaiting("waiting-one");

        long sent = System.nanoTime();
        Answer third = place("third").join().expect(503);

        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isLessThan(PATIENCE.plus(PATIENCE.dividedBy(2)));
        assertThat(third.body().get("title").asText()).isEqualTo("Too busy");
        waiting.join().expect(503);
        CALLS.get("held-one").complete(201);
        held.join().expect(201);
    }

    @Test
    void nothingIsDoneForAClientThatHasGone() throws IOException {
        CompletableFuture<Answer> held = placeHeld("held-two");
        CompletableFuture<Answer> waiting = placeWaiting("waiting-two");

        long gone = closed();
        sendAndLeave("gone");
        await().until(() -> closed() > gone);
        CALLS.get("held-two").complete(201);

        held.join().expect(201);
        waiting.join().expect(201);
        place("last").join().expect(201);
        place("very-last").join().expect(201);
        assertThat(CALLS).containsKeys("waiting-two", "last", "very-last").doesNotContainKey("gone");
    }

    private static CompletableFuture<Answer> place(String item) {
        return CompletableFuture.supplyAsync(() -> PHONE82.shop(Context.APP).place(anOrder().of(item)));
    }

    private static CompletableFuture<Answer> placeHeld(String item) {
        CompletableFuture<Answer> answer = place(item);
        await().until(() -> CALLS.containsKey(item));
        return answer;
    }

    private CompletableFuture<Answer> placeWaiting(String item) {
        CompletableFuture<Answer> answer = place(item);
        Gauge waiting = metrics.get("phone82.payment.waiting").gauge();
        await().until(() -> waiting.value() == 1);
        return answer;
    }

    private static void sendAndLeave(String item) throws IOException {
        String body = "{\"item\":\"" + item + "\",\"qty\":1}";
        try (Socket client = new Socket("localhost", PHONE82.port(Context.APP))) {
            client.getOutputStream().write(("POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(UTF_8));
        }
    }

    private long closed() {
        return metrics.find("http.server.requests").tag("status", "closed").timers().stream().mapToLong(Timer::count).sum();
    }
}
