package phone82.page;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.page.Stage.step;

/** The pages in a browser that runs no scripts. */
@Tag("pages")
class PlainPageTest {

    private static final String BROWSERS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    /** A time as Java or the browser writes it, with or without its date and zone. */
    private static final String TIME = "((\\d{4}\\. \\d+\\. \\d+\\.|\\w{3} \\d+, \\d{4},) ?)?((오전|오후) \\d+:\\d\\d:\\d\\d|\\d+:\\d\\d:\\d\\d\\s[AP]M)( (" + zone(Locale.ENGLISH) + "|KST))?";

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private BrowserContext session;
    private Page page;

    private static String zone(Locale locale) {
        return Pattern.quote(DateTimeFormatter.ofPattern("z", locale).format(ZonedDateTime.now()));
    }

    private void visit(String locale, boolean scripts) {
        if (session != null) {
            session.close();
        }
        session = BROWSER.open(new NewContextOptions().setLocale(locale).setJavaScriptEnabled(scripts)
                .setViewportSize(390, 844).setColorScheme(ColorScheme.LIGHT).setTimezoneId(locale.startsWith("ko") ? "Asia/Seoul" : ZoneId.systemDefault().getId()));
        page = session.newPage();
    }

    /** The texts of the page of an order, without times. */
    private Map<String, List<String>> shown(long id) {
        page.navigate(STAGE.url("/orders/" + id));
        page.locator("#truth").waitFor();
        Map<String, List<String>> shown = new LinkedHashMap<>();
        for (String part : List.of("h1", ".badge", "#truth", ".summary .hint", "#money span", ".steps li", ".steps [aria-current]", "h2", ".timeline li", ".reference")) {
            shown.put(part, page.locator(part).allTextContents().stream().map(text -> text.replaceAll(TIME, "<time>").replaceAll("\\d+( sec| min|초|분)", "<number>$1")).toList());
        }
        return shown;
    }

    /** The orders of all states, by what they show. */
    private static Map<String, Long> orders() {
        Map<String, Long> orders = new LinkedHashMap<>();
        orders.put("leaves in minutes", dueIn(500));
        orders.put("leaves this week", dueIn(2 * 24 * 3600));
        orders.put("leaves later", dueIn(20 * 24 * 3600));
        orders.put("is about to leave", dueIn(-5));
        long paused = STAGE.anOrder("pixel-10", "Paid");
        STAGE.pause(paused, "for the dealer only");
        orders.put("is delayed", paused);
        long held = STAGE.anOrder("note20", "Paid");
        STAGE.deliveries.remove(held);
        orders.put("has no delivery yet", held);
        long ordered = STAGE.anOrder("<b>&amp;\"'", "Ordered");
        STAGE.deliveries.remove(ordered);
        STAGE.payments.get(ordered).put("status", "Authorised").put("authorisedAt", Instant.now().toString()).remove("completedAt");
        STAGE.timelines.put(ordered, new JsonArray().add(step("Ordered")));
        orders.put("is authorised", ordered);
        long unpaid = STAGE.anOrder("unlisted item", "Ordered");
        STAGE.deliveries.remove(unpaid);
        STAGE.payments.remove(unpaid);
        STAGE.timelines.remove(unpaid);
        orders.put("has no payment", unpaid);
        orders.put("is shipped", STAGE.anOrder("iphone-17", "Shipped"));
        orders.put("is a variant", STAGE.anOrder("galaxy-z-fold7-1024-blue", "Shipped"));
        orders.put("is cancelled by the customer", cancelled("cancelled by the customer", "Refunded", step("OrderCancelled"), step("PayCancelled")));
        orders.put("is being refunded", cancelled("cancelled by the customer", "Refunding", step("OrderCancelled")));
        orders.put("is not refunded", cancelled("cancelled by the customer", "RefundFailed", step("OrderCancelled"), step("RefundFailed")));
        orders.put("is released", cancelled("the provider refused the capture", "Voided", step("PayCancelled")));
        orders.put("has expired", cancelled(null, "Expired", step("OrderCancelled")));
        orders.put("is cancelled just now", cancelled(null, "Completed"));
        return orders;
    }

    private static long dueIn(long seconds) {
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.deliveries.get(id).put("dispatchAt", Instant.now().plusSeconds(seconds).toString());
        return id;
    }

    private static long cancelled(String reason, String payment, JsonObject... steps) {
        long id = STAGE.anOrder("note20", "Cancelled");
        STAGE.payments.get(id).put("status", payment);
        if (reason != null) {
            STAGE.orders.get(id).put("reason", reason);
        }
        for (JsonObject step : steps) {
            STAGE.timelines.get(id).add(reason == null ? step : step.copy().put("reason", reason));
        }
        return id;
    }

    @ParameterizedTest
    @ValueSource(strings = {"en-US", "ko-KR"})
    void anOrderIsShownAsTheScriptsShowIt(String locale) {
        Map<String, Long> orders = orders();
        Map<String, Map<String, List<String>>> byScripts = new LinkedHashMap<>();
        visit(locale, true);
        orders.forEach((state, id) -> byScripts.put(state, shown(id)));
        visit(locale, false);
        orders.forEach((state, id) -> assertThat(shown(id)).as(state).isEqualTo(byScripts.get(state)));
        assertThat(page.locator("html")).hasAttribute("lang", locale.substring(0, 2));
        assertThat(byScripts.values().stream().map(texts -> texts.get("#truth").toString() + texts.get("#money span")).distinct()).as("different states").hasSizeGreaterThan(12);
    }

    @Test
    void amountAndTimesAreShownWithTheirZone() {
        visit("en-US", false);
        page.navigate(STAGE.url("/orders/" + STAGE.anOrder("note20", "Shipped")));
        assertThat(page.locator("#money")).hasText(Pattern.compile("₩1,199,000 paid at .*\\d{4}, \\d+:\\d\\d:\\d\\d\\s[AP]M [A-Z]{2,5}\\."));
        assertThat(page.locator(".steps time")).hasCount(4);
        assertThat(page.locator(".tools")).isHidden();
        assertThat(page.locator("[data-tab=shop]")).hasText("Phones");
        assertThat(page).hasTitle(Pattern.compile("Order \\d+ · phone82"));
    }

    @ParameterizedTest
    @CsvSource({"en-US, JavaScript", "ko-KR, 자바스크립트"})
    void everyOtherPageSaysWhatToDo(String locale, String words) {
        visit(locale, false);
        for (String path : List.of("/", "/my-orders", "/orders", "/dealer", "/dealer/slips")) {
            page.navigate(STAGE.url(path));
            assertThat(page.locator("h1")).isVisible();
            assertThat(page.locator(".notice")).containsText(words);
        }
        assertThat(page.navigate(STAGE.url("/nowhere")).status()).isEqualTo(404);
        assertThat(page.locator(".notice a")).hasAttribute("href", "/");
    }

    @Test
    void whatCannotBeShownSaysWhatToDo() {
        visit("en-US", false);
        for (String id : List.of("987654321", "0", "abc", "99999999999999999999")) {
            assertThat(page.navigate(STAGE.url("/orders/" + id)).status()).isEqualTo(404);
            assertThat(page.locator(".notice")).containsText("There is no order " + id + ".");
        }
        STAGE.outages.addAll(List.of("/orders", "/payments", "/deliveries", "/phones"));
        long id = STAGE.anOrder("galaxy-z-fold7", "Paid");
        assertThat(page.navigate(STAGE.url("/orders/" + id)).status()).isEqualTo(200);
        assertThat(page.locator("#truth")).hasText("Your order is paid. The dealer prepares it next.");
        assertThat(page.locator("#money")).containsText("paid at");
        assertThat(page.locator("#away")).containsText("Your order is safe");

        STAGE.outages.add("/history");
        var unavailable = page.navigate(STAGE.url("/orders/" + id));
        assertThat(unavailable.status()).isEqualTo(503);
        assertThat(unavailable.headerValue("retry-after")).isEqualTo("5");
        assertThat(page.locator(".notice a")).hasAttribute("href", "/orders/" + id);
        STAGE.outages.clear();
        page.locator(".notice a").click();
        assertThat(page.locator("#truth")).containsText("Phone galaxy-z-fold7, 256 GB, blue leaves");
    }

    @Test
    void anAnswerThatTakesLongDelaysNoScripts() {
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.delay = 8000;
        visit("en-US", true);
        long begin = System.nanoTime();
        assertThat(page.navigate(STAGE.url("/orders/" + id)).status()).isEqualTo(503);
        assertThat(System.nanoTime() - begin).isLessThan(8_000_000_000L);
        STAGE.delay = 0;
        assertThat(page.locator("#truth")).containsText("leaves in");
    }

    @Test
    void thePageIsPrivateAndCompressed() {
        long id = STAGE.anOrder("note20", "Paid");
        HttpResponse<byte[]> whole = accepting("/orders/" + id, "identity");
        HttpResponse<byte[]> compressed = accepting("/orders/" + id, "gzip");
        for (HttpResponse<byte[]> answer : List.of(whole, compressed)) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-store");
            assertThat(answer.headers().firstValue("ETag")).isEmpty();
            assertThat(answer.headers().firstValue("Vary")).hasValue("Accept-Encoding, Accept-Language, Accept");
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow()).contains("script-src 'self'").doesNotContain("unsafe");
        }
        assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(compressed.body().length).isLessThan(whole.body().length / 2);
        HttpResponse<byte[]> shop = accepting("/", "gzip");
        assertThat(shop.headers().firstValue("ETag")).isPresent();
        assertThat(shop.headers().firstValue("Vary")).hasValue("Accept-Encoding, Accept-Language");
    }

    private static HttpResponse<byte[]> accepting(String path, String encoding) {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(STAGE.url(path))).header("Accept", BROWSERS).header("Accept-Encoding", encoding).header("Accept-Language", "ko;q=0.5, fr").build(), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anItemCannotLeaveItsText() {
        String item = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)>\"'&lt;";
        long id = STAGE.anOrder(item, "Paid");
        for (boolean scripts : List.of(false, true)) {
            visit("en-US", scripts);
            page.navigate(STAGE.url("/orders/" + id));
            assertThat(page.locator(".summary .hint")).containsText(item);
            assertThat(page.locator("img[src=x]")).hasCount(0);
            assertThat(page).hasTitle("Order " + id + " · phone82");
        }
    }

    /** The scripts show the answers that came with the page at once, and then what has changed since. */
    @Test
    void scriptsBeginWithTheAnswersOfThePage() {
        long id = STAGE.anOrder("note20", "Paid");
        visit("en-US", true);
        List<Route> held = new ArrayList<>();
        AtomicBoolean free = new AtomicBoolean();
        session.route("**/history/stream*", Route::abort);
        session.route(url -> url.matches(".*/(orders|history|payments|deliveries)/\\d+|.*/phones"), route -> {
            if (route.request().isNavigationRequest() || free.get()) {
                route.resume();
            } else {
                held.add(route);
            }
        });
        await().pollInSameThread().until(() -> page.navigate(STAGE.url("/orders/" + id)).status() == 200);
        assertThat(page.locator("#truth")).containsText("leaves in");
        STAGE.ship(id);
        free.set(true);
        held.forEach(Route::resume);
        assertThat(page.locator("#truth")).containsText("was shipped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dealer", "/dealer?show=paused"})
    void theDealersScriptsBeginWithTheQueuesOfThePage(String path) {
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.pause(STAGE.anOrder("note21", "Paid"), "out of stock");
        visit("en-US", true);
        List<Route> held = new ArrayList<>();
        AtomicBoolean free = new AtomicBoolean();
        session.route(url -> url.matches(".*/(deliveries|phones|history/stream).*"), route -> {
            if (free.get()) {
                route.resume();
            } else {
                held.add(route);
            }
        });
        page.navigate(STAGE.url(path));
        assertThat(page.locator(".queues .number")).hasText(new String[]{"1", "1", "0"});
        assertThat(page.locator(".rows li")).hasCount(1);
        STAGE.ship(id);
        free.set(true);
        held.forEach(Route::resume);
        assertThat(page.locator(".queues .number")).hasText(new String[]{"0", "1", "0"});
    }

    @Test
    void theDealersPageIsPrivateAndReadsNoQueuesThatItDoesNotShow() {
        STAGE.anOrder("note20", "Paid");
        HttpResponse<byte[]> answer = accepting("/dealer", "identity");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-store");
        assertThat(answer.headers().firstValue("ETag")).isEmpty();
        assertThat(STAGE.deliveryLists).hasSize(3);
        STAGE.deliveryLists.clear();
        accepting("/dealer?item=note20", "identity");
        accepting("/dealer/slips?orders=1", "identity");
        assertThat(STAGE.deliveryLists).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"en-US", "ko-KR"})
    void nothingIsCutOffOrInaccessible(String locale) {
        long id = STAGE.anOrder("an-item-with-a-name-that-is-much-longer-than-the-screen-is-wide", "Paid");
        List<String> paths = List.of("/", "/my-orders", "/orders", "/orders/" + id, "/orders/987654321", "/dealer", "/nowhere");
        visit(locale, false);
        page.setViewportSize(320, 640);
        for (String path : paths) {
            page.navigate(STAGE.url(path));
            assertThat(page.evaluate("() => document.documentElement.scrollWidth")).as(path).isEqualTo(320);
        }
        page.navigate(STAGE.url("/orders/" + id));
        page.screenshot(new ScreenshotOptions().setFullPage(true).setPath(Path.of("target", "screenshots", "plain-order-" + locale + ".png")));

        // axe needs scripts: it checks the page without its own
        visit(locale, true);
        page.addInitScript(BrowserExtension.AXE);
        session.route(url -> true, route -> {
            if (!route.request().isNavigationRequest()) {
                route.resume();
                return;
            }
            APIResponse answer = route.fetch();
            String plain = answer.text().replaceAll("</?noscript>", "").replaceAll("<script .*?</script>", "").replace("<html ", "<html class=\"ready\" ");
            route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(plain));
        });
        for (String path : paths) {
            page.navigate(STAGE.url(path));
            assertThat(page.locator("h1")).isVisible();
            assertThat((List<?>) page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                    + ".map(each => each.id + ': ' + each.nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))")).as(path).isEmpty();
        }
    }
}
