package phone82.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.operations.OperatorPage;
import phone82.platform.api.Json;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** The operator's page with given health and metrics. */
class OperatorPageTest {

    private static final String APP = """
            {"at":"http://127.0.0.1:9090","here":true,"contexts":[],"health":{"status":"UP","components":{
              "gateway":{"status":"UP","components":{"routes":{"status":"UP"}}},
              "app":{"status":"UP","components":{"broker":{"status":"UP"},"database":{"status":"UP"}}}}},
             "metrics":"resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"closed\\"} 0.0\\n\
            resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"open\\"} 1.0\\n\
            phone82_dead_letters{context=\\"pay\\"} 1.0\\n\
            phone82_cancellations_open{context=\\"app\\"} 4.0\\n\
            http_server_requests_seconds_count{context=\\"app\\",method=\\"POST\\",status=\\"201\\",uri=\\"app-place-order\\"} %d\\n\
            http_server_requests_seconds_count{context=\\"app\\",method=\\"POST\\",status=\\"503\\",uri=\\"app-place-order\\"} %d"}""";
    /** A second instance: the same database, its own breaker and count. */
    private static final String TWIN = """
            {"at":"http://127.0.0.1:9091","here":false,"contexts":[],"health":{"status":"UP","components":{"app":{"status":"UP","components":{}}}},
             "metrics":"resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"closed\\"} 1.0\\n\
            phone82_cancellations_open{context=\\"app\\"} 4.0\\n\
            phone82_payments{context=\\"pay\\",status=\\"Authorised\\"} 5.0\\n\
            phone82_payments{context=\\"pay\\",status=\\"RefundFailed\\"} 2.0\\n\
            http_server_requests_seconds_count{context=\\"app\\",method=\\"POST\\",status=\\"201\\",uri=\\"app-place-order\\"} 7"}""";
    private static final String STORE = """
            {"at":"http://127.0.0.1:9092","here":false,"contexts":[],"health":{"status":"DOWN","components":{
              "store":{"status":"DOWN","components":{"broker":{"status":"UP"},"database":{"status":"DOWN","details":{"error":"<b>refused</b>"}}}}}},
             "metrics":"phone82_dead_letters{context=\\"store\\"} 2.0\\n\
            phone82_orders_stuck{context=\\"app\\"} 3.0\\n\
            phone82_orders_stuck{context=\\"store\\"} 2.0\\n\
            phone82_new_owners{context=\\"app\\"} 2.0\\n\
            phone82_new_owners_oldest_seconds{context=\\"app\\"} 240.0\\n\
            phone82_outbox_oldest_seconds{context=\\"store\\"} 180.0\\n\
            phone82_outbox_oldest_seconds{context=\\"pay\\"} NaN\\n\
            phone82_payments_oldest_intent_seconds{context=\\"pay\\"} 660.0"}""";
    private static final String PAY = """
            {"at":"http://127.0.0.1:9093","here":false,"contexts":["pay"],"error":"nobody there"}""";


    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;
    private static final String WELL = """
            {"at":"http://127.0.0.1:9090","here":true,"contexts":[],"health":{"status":"UP","components":{"app":{"status":"UP","components":{}}}},
             "metrics":"resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"closed\\"} 1.0\\n\
            resilience4j_circuitbreaker_state{context=\\"pay\\",name=\\"settlements\\",state=\\"open\\"} 1.0\\n\
            http_server_requests_seconds_count{context=\\"app\\",method=\\"POST\\",status=\\"201\\",uri=\\"app-place-order\\"} 500%s"}""";
    private static final String REFUSED = "\\nhttp_server_requests_seconds_count{context=\\\"app\\\",method=\\\"POST\\\",status=\\\"503\\\",uri=\\\"app-place-order\\\"} %d\\nhttp_server_requests_seconds_count{context=\\\"gateway\\\",method=\\\"POST\\\",status=\\\"503\\\",uri=\\\"/orders\\\"} %d";

    /** An hour of two processes. */
    private static final String TRENDS = """
            {"seconds":15,"samples":6,"processes":[
              {"last":100,"series":[{"context":"app","name":"requests","values":[null,30,30,30,60,15]},{"context":"app","name":"seconds","values":[null,3,3,3,30,3]},
                {"context":"app","name":"errors","values":[null,0,0,0,30,0]},{"context":"app","name":"order 201","values":[null,30,30,30,20,15]},
                {"context":"app","name":"order 503","values":[null,0,0,0,30,0]},{"context":"app","name":"breaker","values":[0,0,0,0,2,1]},
                {"context":"app","name":"oldest","values":[0,0,0,12.5,0,0.2]}]},
              {"last":99,"series":[{"context":"app","name":"order 201","values":[null,null,1,1,1,1]},{"context":"app","name":"shipped","values":[0,0,0,0,7,8]}]},
              {"last":0,"series":[]}]}""";
    private static final String FAILURES = """
            {"enabled":true,"failures":[{"id":"provider-fails","active":true},{"id":"payments-declined","active":false},{"id":"store-receives-nothing"}],"others":[]}""";

    private volatile int ordered = 100;
    private volatile Supplier<String> processes = () -> {
        ordered += 10;
        return "[" + String.join(",", APP.formatted(ordered, 7), TWIN, STORE, PAY) + "]";
    };
    private String url;

    @BeforeEach
    void serve() {
        Router router = Router.router(vertx);
        new OperatorPage(() -> CompletableFuture.completedFuture(
                Json.read(processes.get(), JsonNode.class))).mount(vertx, router);
        router.get("/trends").handler(request -> request.json(Json.read(TRENDS, Map.class)));
        router.get("/failures").handler(request -> request.json(Json.read(FAILURES, Map.class)));
        server = vertx.createHttpServer().requestHandler(router).listen(0).toCompletionStage().toCompletableFuture().join();
        url = "http://localhost:" + server.actualPort();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** All processes are healthy, but no customer succeeds. */
    @Test
    void theSystemIsHealthyOnlyIfCustomersSucceed() {
        AtomicInteger refused = new AtomicInteger();
        processes = () -> "[" + WELL.formatted(refused.get() == 0 ? "" : REFUSED.formatted(refused.get(), refused.get() - 1)) + "]";
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US"))) {
            Page page = session.newPage();
            page.navigate(url + "/");
            assertThat(page.locator("#overall")).hasText("UP");
            assertThat(page.locator("#problems-section")).isHidden();

            refused.set(40);
            assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED", new HasTextOptions().setTimeout(15_000));
            assertThat(page.locator("#problems li")).hasText(Pattern.compile("40 of 40 orders were refused in the last \\d+ s: 40 found payment unavailable or too busy \\(503\\)\\."));
            assertThat(page.locator("#refused dd")).containsText("40");
            assertThat(page.locator("#problems a")).hasAttribute("href", "/runbook#ordersrefused");

            refused.set(0);
            processes = () -> "[" + WELL.formatted("").replace("closed", "open") + "]";
            page.reload();
            assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED");
            assertThat(page.locator("#problems li")).containsText("The circuit breaker of the payment is open");
        }
    }

    @Test
    void thePageShowsProblemsAtAGlance() {
        List<String> complaints = new ArrayList<>();
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US").setColorScheme(ColorScheme.LIGHT))) {
            session.onWebError(error -> complaints.add(error.error()));
            Page page = session.newPage();
            page.addInitScript(BrowserExtension.AXE);
            page.navigate(url + "/");

            assertThat(page.locator("#overall")).hasText("DOWN");
            assertThat(page.locator("#processes > li")).hasCount(4);
            assertThat(page.locator("[data-context=app] .context .state")).hasText(new String[]{"UP", "UP"});
            assertThat(page.locator("[data-context=store] .context .state")).hasText("DOWN");
            assertThat(page.locator("[data-context=store] small")).hasText("error: <b>refused</b>");
            assertThat(page.locator("[data-context=pay] .context .state")).hasText("UNREACHABLE");
            assertThat(page.locator(".error")).hasText("nobody there");
            // another process refuses requests of this page
            assertThat(page.locator("[data-at='http://127.0.0.1:9090'] a")).hasCount(2);
            assertThat(page.locator("[data-at='http://127.0.0.1:9091'] a")).hasCount(0);
            assertThat(page.locator("#unseen")).hasText("No process shows: customer, coordinator, broker.");
            assertThat(page.locator("#breaker dd")).containsText("open, 1 of 2");
            assertThat(page.locator("#dead-letters dd")).containsText("3");
            assertThat(page.locator("#cancellations dd")).hasText("4");
            assertThat(page.locator("#refunds dd")).containsText("2 needs attention");
            assertThat(page.locator("#payments dd")).containsText("5 needs attention");
            assertThat(page.locator("#metrics .bad")).hasCount(4);
            assertThat(page.locator("#refusals-all")).hasText("30 of 144 orders were refused.");
            assertThat(page.locator("#refusals li")).hasText("30 found payment unavailable or too busy (503)What to do");
            assertThat(page.locator("#refusals a")).hasAttribute("href", "/runbook#ordersrefused");
            assertThat(page.locator("#problems li")).hasCount(9);
            assertThat(page.locator("#problems")).containsText("Orders whose new owner pay or store does not have: 2, the oldest for 4 min.");
            assertThat(page.locator("#problems")).containsText("Orders without progress: 3.");
            assertThat(page.locator("#problems")).containsText("The oldest event of store has not been sent for 3 min.");
            assertThat(page.locator("#problems")).containsText("The oldest payment has waited for the provider for 11 min.");
            assertThat(page.locator("#problems")).containsText("Events that could not be processed: pay 1, store 2.");
            assertThat(page.locator("#problems")).containsText("The process at http://127.0.0.1:9093 does not answer (nobody there): pay.");
            assertThat(page.locator("#problems")).containsText("store is DOWN (database, <b>refused</b>).");
            assertThat(page.locator("#outbox dd")).containsText("not known");
            assertThat(page.locator("#orders dd")).not().hasText("0", new HasTextOptions().setTimeout(15_000));
            assertThat(page.locator("#refused dd")).hasText("0");
            assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider fails.");
            assertThat(page.locator("[data-failure=provider-fails] button")).hasText("Undo");
            assertThat(page.locator("[data-failure=payments-declined] button")).hasText("Break it");
            assertThat(page.locator("[data-failure=store-receives-nothing] button")).isDisabled();
            // it ends at sample 99, the latest that both processes have
            assertThat(page.locator("[data-order='201'] td")).hasText(new String[]{"114", "114", ""});
            assertThat(page.locator("[data-order=shipped] td")).hasText(new String[]{"15", "15", ""});
            assertThat(page.locator("[data-order='503'] th")).hasText("Payment unavailable or too busy (503)");
            assertThat(page.locator("[data-trend=app] td")).hasText(new String[]{"2.5 highest 4", "20 % highest 50 %", "260 ms highest 500 ms", "0 s highest 12.5 s",
                    "–not known", "open highest open"});
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                shoot(page, "operator-" + scheme.name().toLowerCase());
            }
            page.emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.ACTIVE));
            shoot(page, "operator-forced-colours");
            page.emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.NONE));
            page.locator("#language").click();
            assertThat(page.locator("[data-context=pay] .context .state")).hasText("연결 안 됨");
            page.setViewportSize(390, 844);
            assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
            shoot(page, "operator-phone");
            page.reload();
            assertThat(page.locator("#overall")).hasText("장애");
            page.locator("#language").click();
            server.close().toCompletionStage().toCompletableFuture().join();
            assertThat(page.locator("#trouble")).containsText("does not answer", new ContainsTextOptions().setTimeout(15_000));
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void aProblemLeadsToItsSectionOfTheRunbook() {
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US"))) {
            Page page = session.newPage();
            page.addInitScript(BrowserExtension.AXE);
            page.navigate(url + "/");
            page.locator("#problems a[href='/runbook#deadletters']").click();

            assertThat(page.locator("#deadletters")).isFocused();
            assertThat(page.locator("#deadletters + p strong")).hasText("Cause.");
            assertThat(page.locator("#text")).not().containsText("](");
            shoot(page, "runbook");

            page.locator("#deadletters ~ p a").first().click();
            assertThat(page).hasURL(url + "/operating#dead-letters");
            assertThat(page.locator("#dead-letters")).isFocused();
            assertThat(page.locator("#text table").first()).isVisible();
            assertThat(page.locator("#text pre").first()).containsText("java -jar");
            page.setViewportSize(390, 844);
            assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
            page.navigate(url + "/operator");
            assertThat(page).hasURL(url + "/");
        }
    }

    private static void shoot(Page page, String name) {
        assertThat((List<?>) page.evaluate("async () => (await axe.run()).violations.filter(each => each.impact === 'serious' || each.impact === 'critical').map(each => each.id)"))
                .as(name).isEmpty();
        page.screenshot(new ScreenshotOptions().setFullPage(true).setPath(Path.of("target", "screenshots", name + ".png")));
    }
}
