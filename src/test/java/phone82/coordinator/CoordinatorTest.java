package phone82.coordinator;

import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The coordinator alone, with a participant that is unavailable when it is called back. */
@Tag("databases")
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoordinatorTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(6);

    private final int port = Phone82Extension.freePort();

    @RegisterExtension
    final Phone82Extension phone82 = Phone82Extension.only(EnumSet.of(Context.COORDINATOR),
            "--phone82.saga.time-limit=" + TIME_LIMIT.toMillis() + "ms", "--phone82.coordinator.recovery-period=1h",
            "--phone82.coordinator.app-url=http://localhost:" + port);

    private Shop coordinator;
    private Lras lras;
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> authorized = new ConcurrentLinkedQueue<>();
    private volatile boolean back;
    @AutoClose
    private final Stub participant = new Stub(port).on("/", request -> {
        asked.add(request.getRequestURI().getPath());
        authorized.add(request.getRequestHeaders().getFirst("Authorization"));
        Stub.answer(request, back ? 200 : 503);
    });

    @BeforeEach
    void prepare() {
        coordinator = phone82.shop(Context.COORDINATOR);
        lras = new Lras(coordinator, "http://localhost:" + port);
        back = false;
        asked.clear();
        authorized.clear();
    }

    @Test
    void aClosedSagaIsNeverCompensatedHoweverLongAParticipantIsDown() {
        List<String> closed = Stream.generate(lras::start).limit(5).toList();
        closed.forEach(lras::join);
        long over = System.nanoTime() + TIME_LIMIT.plusSeconds(1).toNanos();
        // Narayana sets the timer of a copy if a millisecond starts between two reads of the clock: about one of fifty
        long half = System.nanoTime() + TIME_LIMIT.dividedBy(2).toNanos();
        for (int pass = 0; pass < 200 && System.nanoTime() < half; pass++) {
            LRARecoveryModule.getInstance().recover();
        }
        closed.forEach(lras::close);

        await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(500)).until(() -> {
            LRARecoveryModule.getInstance().recover();
            return System.nanoTime() > over && asked.size() > 2 * closed.size();
        });
        back = true;
        await().untilAsserted(() -> {
            LRARecoveryModule.getInstance().recover();
            assertThat(lras.known()).doesNotContain(closed);
        });

        assertThat(asked).containsOnly("/lra-participant/complete");
    }

    @Test
    void aSagaThatIsNotClosedInTimeIsCompensated() {
        back = true;
        long started = System.nanoTime();
        String lra = lras.start();
        lras.join(lra);

        await().untilAsserted(() -> assertThat(lras.known()).doesNotContain(lra));

        assertThat(asked).containsExactly("/lra-participant/compensate");
        assertThat(authorized).singleElement().satisfies(authorization ->
                assertThat(phone82.insiders().sender(Context.APP, authorization)).isEqualTo("coordinator"));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isBetween(TIME_LIMIT, TIME_LIMIT.plusSeconds(10));
    }

    @Test
    void invalidInputForgesNoLogLine(CapturedOutput output) {
        String junk = "%0D%0A12:00:00.000%20ERROR%20all%20is%20lost%1B%5B2J";
        for (String path : List.of("/x" + junk, "/x" + junk + "/close", "/x" + junk + "/status", "/start?ClientID=" + junk, "/start?TimeLimit=x" + junk,
                "/start?ParentLRA=http://localhost:1/" + junk)) {
            for (String method : List.of("GET", "PUT", "POST")) {
                coordinator.text(coordinator.request("/lra-coordinator" + path).method(method, BodyPublishers.noBody()));
            }
        }

        assertThat(output).doesNotContain("all is lost");
        assertThat(output).doesNotContain("\u001b");
    }
}
