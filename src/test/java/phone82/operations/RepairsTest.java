package phone82.operations;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import phone82.journey.RawHttp.Answer;
import phone82.platform.api.Problem;
import phone82.platform.repair.Repair;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who may repair something, and in which process it is done. */
class RepairsTest {

    private static final String PASSWORD = "secret";
    private static final String JSON = "Content-Type: application/json";
    private static final String LOGIN = "Authorization: Basic " + Base64.getEncoder().encodeToString(("operator:" + PASSWORD).getBytes(UTF_8));

    @TempDir
    Path folder;

    private final List<String> repaired = new ArrayList<>();
    private OperatorsPort page;
    private OperatorsPort store;

    @BeforeEach
    void start() {
        page = process("app");
        store = process("store");
        store.operations().add("store", List.of(), List.of(new Repair() {

            @Override
            public String name() {
                return "dead-letters";
            }

            @Override
            public List<Item> waiting(int most) {
                return List.of(new Item("one", "1", "phone82.pay.PayCompleted", null, "broken"));
            }

            @Override
            public Result repair(String id) {
                if ("other".equals(id)) {
                    throw Problem.notFound("dead letter", id);
                }
                repaired.add(String.valueOf(id));
                return new Result(1, 0, false);
            }
        }));
    }

    @AfterEach
    void stop() {
        page.close();
        store.close();
    }

    private OperatorsPort process(String context) {
        return new OperatorsPort(List.of(context), "--phone82.operations.password=" + PASSWORD, "--phone82.data=" + folder);
    }

    @Test
    void onlyAnOperatorsOwnPageRepairsSomething() {
        for (OperatorsPort port : List.of(page, store)) {
            for (String path : List.of("/repairs/store/dead-letters", "/repairs/store/dead-letters/one", "/repairs/own/store/dead-letters", "/repairs/own/store/dead-letters/one")) {
                assertThat(port.post(path, "{}", JSON).problem()).isEqualTo(401);
                assertThat(port.post(path, "{}", LOGIN).problem()).isEqualTo(415);
                assertThat(port.post(path, "{}", LOGIN, "Content-Type: text/plain").problem()).isEqualTo(415);
                assertThat(port.post(path, "{}", LOGIN, JSON, "Origin: http://evil.example").problem()).isEqualTo(403);
                assertThat(port.post(path, "{}", LOGIN, JSON, "Sec-Fetch-Site: same-site").problem()).isEqualTo(403);
            }
        }
        assertThat(repaired).isEmpty();
    }

    @Test
    void theProcessThatRunsTheContextRepairs() {
        assertThat(page.raw().once("GET /repairs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + LOGIN + "\r\n\r\n").text())
                .contains("\"context\":\"store\",\"name\":\"dead-letters\",\"items\":[{\"id\":\"one\"");
        assertThat(page.post("/repairs/store/dead-letters/one", "{}", LOGIN, JSON).text()).contains("{\"repaired\":1,\"failed\":0,\"more\":false}");
        assertThat(page.post("/repairs/store/dead-letters", "{}", LOGIN, JSON).status()).isEqualTo(200);

        assertThat(repaired).containsExactly("one", "null");
        await().untilAsserted(() -> assertThat(page.audited()).contains("operator operations-repair store/dead-letters/one 200"));
        await().untilAsserted(() -> assertThat(store.audited()).contains("operator operations-repair store/dead-letters/one 200"));
    }

    @Test
    void aRepairThatIsNotPossibleIsAProblem() {
        assertThat(page.post("/repairs/store/dead-letters/other", "{}", LOGIN, JSON).problem()).isEqualTo(404);
        assertThat(page.post("/repairs/store/nothing", "{}", LOGIN, JSON).problem()).isEqualTo(404);
        assertThat(page.post("/repairs/own/store/dead-letters", "{}", LOGIN, JSON).problem()).isEqualTo(421);
        Answer nobody = page.post("/repairs/pay/dead-letters", "{}", LOGIN, JSON);
        assertThat(nobody.problem()).isEqualTo(503);
        assertThat(nobody.text()).contains("runs pay");
        assertThat(repaired).isEmpty();
    }
}
