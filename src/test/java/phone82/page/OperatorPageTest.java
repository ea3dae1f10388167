package phone82.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.io.ClassPathResource;
import phone82.operations.OperatorPage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** What the operator's page makes of the health and the figures that it is given. */
class OperatorPageTest {

    private static final String HEALTH = """
            {"status":"DOWN","components":{
              "app":{"status":"UP","components":{"broker":{"status":"UP"},"database":{"status":"UP"}}},
              "store":{"status":"DOWN","components":{"broker":{"status":"UP"},"database":{"status":"DOWN","details":{"error":"<b>refused</b>"}}}}}}""";
    private static final String FIGURES = """
            # TYPE resilience4j_circuitbreaker_state gauge
            resilience4j_circuitbreaker_state{context="app",name="pay",state="closed"} 0.0
            resilience4j_circuitbreaker_state{context="app",name="pay",state="open"} %s
            resilience4j_circuitbreaker_state{context="app",name="pay",state="half_open"} 0.0
            phone82_dead_letters{context="store",queue="dead-letters.store"} 2.0
            phone82_dead_letters{context="pay",queue="dead-letters.pay"} 1.0
            phone82_cancellations_open{context="app"} 4.0
            phone82_cancellations_open{context="pay"} 3.0
            phone82_events_sent_total{context="app",event="Ordered"} %d
            """;

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    private HttpServer server;
    private volatile int ordered = 100;
    private volatile boolean operator = true;
    private String url;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", new OperatorPage(request -> operator));
        answer("/actuator/health", 503, () -> HEALTH);
        answer("/actuator/prometheus", 200, () -> FIGURES.formatted("1.0", ordered += 10));
        server.start();
        url = "http://localhost:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void oneLookShowsWhatNeedsAttention() throws IOException {
        List<String> complaints = new ArrayList<>();
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US").setColorScheme(ColorScheme.LIGHT))) {
            session.onWebError(error -> complaints.add(error.error()));
            Page page = session.newPage();
            page.addInitScript(new ClassPathResource("META-INF/resources/webjars/axe-core/4.6.3/axe.min.js").getContentAsString(StandardCharsets.UTF_8));
            page.navigate(url + "/");

            assertThat(page.locator("#overall")).hasText("DOWN");
            assertThat(page.locator("[data-context=app] .context .state")).hasText("UP");
            assertThat(page.locator("[data-context=store] .context .state")).hasText("DOWN");
            assertThat(page.locator("[data-context=store] small")).hasText("error: <b>refused</b>");
            assertThat(page.locator("#breaker dd")).containsText("open");
            assertThat(page.locator("#dead-letters dd")).containsText("3");
            assertThat(page.locator("#cancellations dd")).hasText("4");
            assertThat(page.locator("#figures .bad")).hasCount(2);
            assertThat(page.locator("#outbox dd")).hasText("–");
            assertThat(page.locator("#orders dd")).not().hasText("0", new HasTextOptions().setTimeout(15_000));
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                assertThat((List<?>) page.evaluate("async () => (await axe.run()).violations.filter(each => each.impact === 'serious' || each.impact === 'critical').map(each => each.id)"))
                        .isEmpty();
                page.screenshot(new ScreenshotOptions().setPath(Path.of("target", "screenshots", "operator-" + scheme.name().toLowerCase() + ".png")));
            }
            server.stop(0);
            assertThat(page.locator("#trouble")).containsText("does not answer", new ContainsTextOptions().setTimeout(15_000));
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void nobodyElseSeesIt() throws Exception {
        operator = false;
        for (String path : List.of("/", "/operator.js", "/operator.css")) {
            HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
            assertThat(answer.body()).isEmpty();
        }
    }

    private interface Text {
        String now();
    }

    private void answer(String path, int status, Text text) {
        server.createContext(path, request -> {
            try (request) {
                byte[] body = text.now().getBytes(StandardCharsets.UTF_8);
                request.sendResponseHeaders(status, body.length);
                request.getResponseBody().write(body);
            }
        });
    }
}
