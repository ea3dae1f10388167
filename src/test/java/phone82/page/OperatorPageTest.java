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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.operations.OperatorPage;
import phone82.platform.api.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
            phone82_up{context=\\"app\\",version=\\"1.0.0+41e7f12245ef\\"} 1.0\\n\
            phone82_cancellations_open{context=\\"app\\"} 4.0"}""";
    /** A second instance: the same database, its own breaker and count. */
    private static final String TWIN = """
            {"at":"http://127.0.0.1:9091","here":false,"contexts":[],"health":{"status":"UP","components":{"app":{"status":"UP","components":{}}}},
             "metrics":"resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"closed\\"} 1.0\\n\
            phone82_cancellations_open{context=\\"app\\"} 4.0\\n\
            phone82_payments{context=\\"pay\\",status=\\"Authorised\\"} 5.0\\n\
            phone82_payments{context=\\"pay\\",status=\\"RefundFailed\\"} 2.0"}""";
    private static final String STORE = """
            {"at":"http://127.0.0.1:9092","here":false,"contexts":[],"health":{"status":"DOWN","components":{
              "store":{"status":"DOWN","components":{"broker":{"status":"UP"},"database":{"status":"DOWN","details":{"error":"<b>refused</b>"}}}}}},
             "metrics":"phone82_dead_letters{context=\\"store\\"} 2.0\\n\
            phone82_orders_stuck{context=\\"app\\"} 3.0\\n\
            phone82_orders_stuck{context=\\"store\\"} 2.0\\n\
            phone82_dispatch_waiting{context=\\"store\\"} 6.0\\n\
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
            {"at":"http://127.0.0.1:9090","here":true,"contexts":[],"health":{"status":"UP","components":{"app":{"status":"UP","components":{"payment-breaker":{"status":"UP","details":{"state":"CLOSED"}}}},
              "gateway":{"status":"UP"},"pay":{"status":"UP","components":{"payment-provider":{"status":"UP","details":{"authorisations":"CLOSED","settlements":"CLOSED"}}}},
              "store":{"status":"UP"},"customer":{"status":"UP"},"broker":{"status":"UP"},"provider":{"status":"UP"}}},
             "metrics":"resilience4j_circuitbreaker_state{context=\\"app\\",name=\\"pay\\",state=\\"closed\\"} 1.0\\n\
            resilience4j_circuitbreaker_state{context=\\"pay\\",name=\\"settlements\\",state=\\"closed\\"} 1.0"}""";
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

    private volatile Supplier<String> processes = () -> "[" + String.join(",", APP, TWIN, STORE, PAY) + "]";
    private volatile String trends = TRENDS;
    private volatile boolean hangs;
    private String url;

    @BeforeEach
    void serve() {
        Router router = Router.router(vertx);
        new OperatorPage(() -> hangs ? new CompletableFuture<>() : CompletableFuture.completedFuture(
                Json.read(processes.get(), JsonNode.class))).mount(vertx, router);
        router.get("/trends").handler(request -> request.json(Json.read(trends, Map.class)));
        router.get("/failures").handler(request -> request.json(Json.read(FAILURES, Map.class)));
        server = vertx.createHttpServer().requestHandler(router).listen(0).toCompletionStage().toCompletableFuture().join();
        url = "http://localhost:" + server.actualPort();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** An hour of orders until 00:25:00, and those of the time since then. */
    private static String orders(String... series) {
        return "{\"seconds\":15,\"samples\":6,\"processes\":[{\"last\":100,\"series\":[{\"context\":\"app\",\"name\":\"requests\",\"values\":[0,0,0,0,0,0],\"since\":0}"
                + Stream.of(series).map(each -> "," + each).collect(Collectors.joining()) + "]}]}";
    }

    private static String orders(String context, String status, String values, int since) {
        return "{\"context\":\"" + context + "\",\"name\":\"order " + status + "\",\"values\":[" + values + "],\"since\":" + since + "}";
    }

    private Page open() {
        return open("");
    }

    private Page open(String script) {
        Page page = BROWSER.open(new NewContextOptions().setLocale("en-US").setTimezoneId("UTC")).newPage();
        page.addInitScript(BrowserExtension.FREQUENT_LOOKS + script);
        page.navigate(url + "/");
        assertThat(page.locator("#overall")).not().hasText("");
        return page;
    }

    /** All processes are healthy, but no customer succeeds. */
    @Test
    void theSystemIsHealthyOnlyIfCustomersSucceed() {
        processes = () -> "[" + WELL + "]";
        trends = orders(orders("app", "201", "0,0,0,5,5,5", 5));
        Page page = open();
        assertThat(page.locator("#overall")).hasText("UP");
        assertThat(page.locator("#works li")).hasText(new String[]{"Orders are accepted", "Shipping works", "Tracking works"});
        assertThat(page.locator("#problems-section")).isHidden();
        assertThat(page.locator("#orders dd")).hasText("20");

        trends = orders(orders("app", "201", "0,0,0,5,0,0", 0), orders("app", "503", "0,0,0,0,30,20", 15), orders("gateway", "503", "0,0,0,0,30,20", 14));
        assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED", new HasTextOptions().setTimeout(15_000));
        assertThat(page.locator("#problems li")).containsText(Pattern.compile("65 of 65 orders were refused since 12:24:30\\sAM: 65 found payment unavailable or too busy \\(503\\)\\."));
        assertThat(page.locator("#refused dd")).containsText("65");
        assertThat(page.locator("#refusals-all")).containsText("65 of 70 orders were refused, the last one at ");
        assertThat(page.locator("#works [data-part=orders]")).hasText("Orders are refused");
        assertThat(page.locator("#problems a")).hasAttribute("href", "/runbook#ordersrefused");

        trends = orders();
        processes = () -> "[" + WELL.replaceFirst("closed", "open") + "]";
        page.reload();
        assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED");
        assertThat(page.locator("#problems li")).containsText("The payment breaker is open: orders are refused at once.");

        processes = () -> "[" + WELL.replaceFirst("closed", "half_open") + "]";
        page.reload();
        assertThat(page.locator("#overall")).hasText("NEEDS ATTENTION");
        assertThat(page.locator("#problems li")).containsText("it tests payment again with the next orders");
        assertThat(page.locator("#breaker.warn")).isVisible();
    }

    @Test
    void aProcessThatHangsIsNotShownAsWell() {
        processes = () -> "[" + WELL + "]";
        trends = orders(orders("app", "201", "0,0,0,5,5,5", 5));
        // a fifth of the patience
        Page page = open("const timeout = AbortSignal.timeout; AbortSignal.timeout = limit => timeout.call(AbortSignal, limit / 5);");
        assertThat(page.locator("#overall")).hasText("UP");

        hangs = true;
        assertThat(page.locator("#overall")).hasText("NOT KNOWN");
        assertThat(page.locator("#trouble")).containsText("This process does not answer (no answer in time).");
        page.locator("#language").click();
        assertThat(page.locator("#overall")).hasText("알 수 없음");
        assertThat(page.locator("#trouble")).containsText("응답 시간 초과");

        hangs = false;
        assertThat(page.locator("#overall")).hasText("정상");
        assertThat(page.locator("#trouble")).isEmpty();
    }

    @Test
    void aPageThatTheBrowserTranslatesStillShowsTheState() {
        processes = () -> "[" + WELL + "]";
        trends = orders(orders("app", "201", "0,0,0,5,5,5", 5));
        Page page = open();
        assertThat(page.locator("#overall")).hasText("UP");
        page.evaluate("() => { document.documentElement.lang = 'ja'; }");
        processes = () -> "[" + WELL.replaceFirst("closed", "open") + "]";
        assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED");
    }

    @Test
    void aLinkKeepsTheFocusWhileThePageIsRefreshed() {
        processes = () -> "[" + WELL + "]";
        Page page = open();
        page.locator("[data-at] a").first().focus();
        page.evaluate("() => { window.link = document.activeElement; }");
        for (int look = 0; look < 2; look++) {
            page.waitForResponse("**/processes", () -> { });
        }
        assertThat(page.locator("[data-at] a").first()).isFocused();
        assertThat(page.evaluate("() => window.link.isConnected")).isEqualTo(true);
    }

    @Test
    void abortedAndInvalidRequestsAreNotRefusedByUs() {
        processes = () -> "[" + WELL + "]";
        trends = orders(orders("gateway", "201", "0,0,0,0,20,0", 0), orders("gateway", "closed", "0,0,0,0,9,0", 0), orders("gateway", "422", "0,0,0,0,400,0", 0));
        Page page = open();
        assertThat(page.locator("[data-order=closed] td").first()).hasText("9");
        assertThat(page.locator("[data-order='422'] th")).hasText("Invalid (422)");
        assertThat(page.locator("#order-trends .bad")).hasCount(0);
        assertThat(page.locator("#overall")).hasText("UP");
        assertThat(page.locator("#refusals-section")).isHidden();
        assertThat(page.locator("#problems-section")).isHidden();

        trends = orders(orders("gateway", "201", "0,0,0,0,20,0", 0), orders("gateway", "closed", "0,0,0,0,15,0", 5));
        assertThat(page.locator("#problems li")).containsText("20 orders were aborted by the customer", new ContainsTextOptions().setTimeout(15_000));
        assertThat(page.locator("#overall")).hasText("NEEDS ATTENTION");
    }

    @Test
    void manyDeclinedPaymentsAreAFaultAndSingleOnesAreNot() {
        processes = () -> "[" + WELL + "]";
        trends = orders(orders("app", "201", "0,0,0,11,0,0", 0), orders("app", "402", "0,0,0,9,0,0", 0));
        Page page = open();
        assertThat(page.locator("#declined dd")).hasText("9");
        assertThat(page.locator("#overall")).hasText("UP");
        assertThat(page.locator("#problems-section")).isHidden();

        // an hour of trade with some declines, then nothing else
        trends = orders(orders("app", "201", "0,900,900,900,0,0", 0), orders("app", "402", "0,9,9,9,10,5", 5));
        assertThat(page.locator("#overall")).hasText("PAYMENTS DECLINED", new HasTextOptions().setTimeout(15_000));
        assertThat(page.locator("#problems li")).containsText(Pattern.compile("The provider declined 20 of 20 payments since 12:24:30\\sAM"));
        assertThat(page.locator("#declined.warn dd")).containsText("38");
        assertThat(page.locator("#refusals-section")).isHidden();
        page.locator("#problems a").click();
        assertThat(page.locator("#paymentsdeclined")).isFocused();
    }

    @Test
    void moneyThatIsNotCollectedNeedsAttentionWhileOrdersAreAccepted() {
        processes = () -> "[" + WELL.replace("\"settlements\":\"CLOSED\"", "\"settlements\":\"OPEN\"").replace("state=\\\"closed\\\"} 1.0\"}",
                "state=\\\"open\\\"} 1.0\\nphone82_payments{context=\\\"pay\\\",status=\\\"Capturing\\\"} 7.0\\nphone82_payments_oldest_intent_seconds{context=\\\"pay\\\"} 12.0\"}") + "]";
        trends = orders(orders("app", "201", "0,0,0,1,3,3", 0));
        Page page = open();

        assertThat(page.locator("#overall")).hasText("NEEDS ATTENTION");
        assertThat(page.locator("#works li")).hasText(new String[]{"Orders are accepted", "Shipping waits for payments", "Tracking works"});
        assertThat(page.locator("#problems li.warn")).containsText(Pattern.compile("Money is not collected: 7 payments wait for the provider, the oldest since [\\d:]+\\s[AP]M\\."));
        assertThat(page.locator("#problems a")).hasAttribute("href", "/runbook#paymentsstuck");
        assertThat(page.locator("#payments.warn dd")).containsText("7");
        assertThat(page.locator("[data-context=pay] .dot.ATTENTION")).hasCount(1);
        assertThat(page.locator("[data-context=pay] small")).hasText("authorisations: closed, settlements: open");
        assertThat(page.locator("[data-context=app] .dot.UP")).hasCount(1);
        assertThat(page.locator("[data-context=provider] .state")).hasText("CALLS FAIL");
    }

    @Test
    void theHeadlineIsThatOfTheOrders() {
        processes = () -> "[" + WELL.replace("\"status\":\"UP\",\"components\":{\"app\"", "\"status\":\"DOWN\",\"components\":{\"app\"").replace("\"customer\":{\"status\":\"UP\"}",
                "\"customer\":{\"status\":\"DOWN\",\"components\":{\"routes\":{\"status\":\"DOWN\",\"details\":{\"error\":\"IllegalStateException: not started: [customer-receive-events]\"}}}}") + "]";
        trends = orders();
        Page page = open();

        assertThat(page.locator("#overall")).hasText("NEEDS ATTENTION");
        assertThat(page.locator("#works li")).hasText(new String[]{"Orders are accepted", "Shipping works", "Tracking stands still"});
        assertThat(page.locator("#problems li")).containsText("Stopped in customer: customer-receive-events.");
        assertThat(page.locator("#problems button")).hasText("Start customer-receive-events");
        assertThat(page.locator("#problems a").first()).hasAttribute("href", "/runbook#routestopped");
    }

    /** Above all in the other language, where a forgotten word is easily overlooked. */
    @Test
    void theTextsOfProcessesAreReadable() {
        processes = () -> "[" + WELL.replace("\"store\":{\"status\":\"UP\"}", "\"store\":{\"status\":\"DOWN\",\"components\":{\"disk\":{\"status\":\"DOWN\",\"details\":{\"error\":\"full since 2026-11-29T10:03:14.485890071Z\"}}}}")
                + "," + PAY.replace("nobody there", "no answer in time") + "]";
        Page page = open();
        assertThat(page.locator("[data-context=store] small")).hasText(Pattern.compile("error: full since 11/29/2026, 10:03:14\\sAM"));
        page.locator("#language").click();
        assertThat(page.locator("[data-context=store] small")).hasText("오류: full since 2026. 11. 29. 오전 10:03:14");
        assertThat(page.locator("#problems")).containsText("응답 시간 초과");
        assertThat(page.locator("body")).not().containsText(Pattern.compile("no answer in time|T10:03"));
        assertThat(page.locator("[data-trend=app] span[title]").first()).hasAttribute("title", Pattern.compile("오전 12:23:45~오전 12:24:45: 최소 2, 최고 4"));
        // each link to the runbook leads to a section
        String runbook = page.request().get(url + "/runbook.md").text();
        assertThat(page.locator("#problems a[href^='/runbook#']").all()).hasSize(3).allSatisfy(link -> assertThat(runbook.toLowerCase()).contains("## " + link.getAttribute("href").split("#")[1] + "\n"));
    }

    @Test
    void thePageShowsProblemsAtAGlance() {
        List<String> complaints = new ArrayList<>();
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US").setTimezoneId("UTC").setColorScheme(ColorScheme.LIGHT))) {
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
            assertThat(page.locator("[data-at='http://127.0.0.1:9090'] .where small")).hasText("1.0.0+41e7f12245ef");
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
            assertThat(page.locator("#metrics .warn")).hasCount(1);
            assertThat(page.locator("#refusals-all")).hasText(Pattern.compile("30 of 159 orders were refused, the last one at 12:24:45\\sAM\\."));
            assertThat(page.locator("#refusals li")).hasText("30 found payment unavailable or too busy (503)What to do");
            assertThat(page.locator("#refusals a")).hasAttribute("href", "/runbook#ordersrefused");
            assertThat(page.locator("#problems li")).hasCount(11);
            assertThat(page.locator("#problems")).containsText("Nothing is shipped, after a restore or by phone82.store.dispatch: 6 due deliveries wait.");
            assertThat(page.locator("#problems")).containsText("Orders whose new owner pay or store does not have: 2, the oldest for 4 min.");
            assertThat(page.locator("#problems")).containsText("Orders without progress: 3.");
            assertThat(page.locator("#problems")).containsText("The oldest event of store has not been sent for 3 min.");
            assertThat(page.locator("#problems")).containsText("5 payments wait for the provider, the oldest since ");
            assertThat(page.locator("#problems")).containsText("Dead letters: pay 1, store 2.");
            assertThat(page.locator("#problems")).containsText("The process at http://127.0.0.1:9093 does not answer (nobody there): pay.");
            assertThat(page.locator("#problems")).containsText("store is DOWN (database, <b>refused</b>).");
            assertThat(page.locator("#outbox dd")).containsText("not known");
            assertThat(page.locator("#orders dd")).hasText("129");
            assertThat(page.locator("#refused dd")).containsText("30");
            assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider fails.");
            assertThat(page.locator("[data-failure=provider-fails] button")).hasText("Undo");
            assertThat(page.locator("[data-failure=payments-declined] button")).hasText("Break it");
            assertThat(page.locator("[data-failure=store-receives-nothing] button")).isDisabled();
            // the lines end at sample 99, the latest that both processes have; the numbers are those up to now
            assertThat(page.locator("[data-order='201'] td")).hasText(new String[]{"129", "129", ""});
            assertThat(page.locator("[data-order=shipped] td")).hasText(new String[]{"15", "15", ""});
            assertThat(page.locator("[data-order='503'] th")).hasText("Payment unavailable or too busy (503)");
            assertThat(page.locator("[data-trend=app] td")).hasText(new String[]{"2.5 highest 4", "20 % highest 50 %", "260 ms highest 500 ms", "0 s highest 12.5 s",
                    "–not known", "open worst: open"});
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                shoot(page, "operator-" + scheme.name().toLowerCase());
            }
            page.emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.ACTIVE));
            shoot(page, "operator-forced-colours");
            page.emulateMedia(new Page.EmulateMediaOptions().setForcedColors(ForcedColors.NONE));
            page.locator("#language").click();
            assertThat(page.locator("[data-context=pay] .context .state")).hasText("연결 안 됨");
            assertThat(page.locator(".swipe")).isHidden();
            page.setViewportSize(390, 844);
            assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
            assertThat(page.locator(".swipe")).isVisible();
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

    @ParameterizedTest
    @ValueSource(strings = {"operating", "deploying", "runbook"})
    void aListOfAGuideIsAList(String guide) throws IOException {
        String text = Files.readString(Path.of("src/docs", guide + ".md")).replaceAll("(?ms)^```.*?^```$", "");
        List<String> items = text.lines().filter(line -> line.matches("(-|\\d+\\.) .*")).toList();
        Page page = open();
        page.navigate(url + "/" + guide);
        assertThat(page.locator("#text h2").first()).isVisible();

        assertThat(page.locator("#text li")).hasCount(items.size());
        assertThat(page.locator("#text ol > li")).hasCount((int) items.stream().filter(item -> !item.startsWith("-")).count());
        page.locator("#text li").allTextContents().forEach(item -> assertThat(item).doesNotContainPattern("\\n(-|\\d+\\.) ").doesNotStartWith("-"));
    }

    private static void shoot(Page page, String name) {
        assertThat((List<?>) page.evaluate("async () => (await axe.run()).violations.filter(each => each.impact === 'serious' || each.impact === 'critical').map(each => each.id)"))
                .as(name).isEmpty();
        page.screenshot(new ScreenshotOptions().setFullPage(true).setPath(Path.of("target", "screenshots", name + ".png")));
    }
}
