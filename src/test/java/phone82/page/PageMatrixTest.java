package phone82.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator.FilterOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.Page.PdfOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.Media;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.page.Stage.problem;

/** Each dialog with each way to leave it, each failure with each way to recover from it, each page with a change of language and Back. */
@Tag("pages")
class PageMatrixTest {

    private static final List<String> LEAVING = List.of("Escape", "no", "back", "another view", "language", "reload");
    private static final List<String> PAGES = List.of("/", "/?q=blue", "/?q=nothing", "/my-orders", "/orders", "/orders?status=Shipped", "/orders/%d", "/orders/987654321", "/dealer",
            "/dealer?show=paused", "/dealer?show=all", "/dealer/slips?orders=%d", "/nowhere");
    private static final Pattern KOREAN = Pattern.compile("[가-힣]");
    /** The name of a text that a language lacks. */
    private static final Pattern NO_TEXT = Pattern.compile("\\b(shop|mine|orders|order|truth|money|sure|cancel|stage|status|delivery|event|reason|dealer|select|ship|batch|pause|resume|slips|bad|nothing|tab|plain|spec|colour)\\.[a-zA-Z.]+\\b");

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private BrowserContext session;
    private Page page;
    private long order;

    @BeforeEach
    void open() {
        order = STAGE.anOrder("note20", "Paid");
        STAGE.anOrder("galaxy-z-fold7", "Paid");
        STAGE.anOrder("iphone-17", "Shipped");
        STAGE.pause(STAGE.anOrder("pixel-10", "Paid"), "no address");
        session = BROWSER.open(new NewContextOptions().setLocale("en-US").setViewportSize(1280, 900).setColorScheme(ColorScheme.LIGHT));
        page = session.newPage();
    }

    private void go(String path) {
        page.navigate(STAGE.url(path));
        assertThat(page.locator("h1")).isVisible();
    }

    static Stream<Arguments> dialogsAndWaysToLeave() {
        return Stream.of("cancel", "pause", "pause selected").flatMap(dialog -> LEAVING.stream().map(way -> Arguments.of(dialog, way)));
    }

    @ParameterizedTest
    @MethodSource("dialogsAndWaysToLeave")
    void aDialogIsLeftWithoutAnEffect(String dialog, String way) {
        go("/my-orders");
        String path = dialog.equals("cancel") ? "/orders/" + order : "/dealer";
        page.evaluate("path => dispatchEvent(new PopStateEvent('popstate', {state: history.pushState(null, '', path)}))", path);
        String button = dialog.equals("cancel") ? "#cancel" : dialog.equals("pause") ? "#pause-" + order : "#pause-selected";
        if (dialog.equals("pause selected")) {
            page.locator("#select-all").check();
        }
        openDialog(button);
        switch (way) {
            case "Escape" -> page.keyboard().press("Escape");
            case "no" -> page.locator("dialog [value=no]").click();
            case "back" -> page.goBack();
            case "another view" -> page.evaluate("() => { location.hash = '#/orders'; }");
            case "language" -> page.evaluate("() => document.getElementById('language').click()");
            default -> page.reload();
        }
        assertThat(page.locator("dialog")).hasCount(0);
        assertThat(page.locator("h1")).isVisible();
        assertThat(page).hasURL(STAGE.url(way.equals("back") ? "/my-orders" : way.equals("another view") ? "/orders" : path));
        assertThat(page.locator("body")).not().hasAttribute("inert", "");
        if (way.equals("Escape") || way.equals("no")) {
            assertThat(page.locator(button)).isFocused();
        }
        if (!way.equals("back") && !way.equals("another view")) {
            if (dialog.equals("pause selected")) {
                page.locator("#select-all").check();
            }
            openDialog(button);
            page.keyboard().press("Escape");
        }
        assertThat(STAGE.cancelled).isEmpty();
        assertThat(STAGE.pauses).isEmpty();
    }

    /** A click immediately after the view has changed has no effect. */
    private void openDialog(String button) {
        page.locator(button).waitFor();
        await().until(() -> {
            page.locator(button).click();
            return page.locator("dialog[open]").count() == 1;
        });
    }

    static Stream<Arguments> outagesAndWaysToRecover() {
        return Stream.of("/ | /phones | .model", "/my-orders | /orders | .rows a", "/orders | /history | .rows a", "/orders/%d | /orders /history | #truth", "/dealer | /deliveries | .ship",
                "/dealer/slips?orders=%d | /deliveries | .slip").flatMap(outage -> Stream.of("reload", "language", "back and forward", "by itself or again").map(way -> {
                    String[] parts = outage.split(" \\| ");
                    return Arguments.of(parts[0], parts[1], parts[2], way);
                }));
    }

    @ParameterizedTest
    @MethodSource("outagesAndWaysToRecover")
    void aPageRecoversFromAnOutage(String path, String outages, String content, String way) {
        go("/nowhere");
        page.evaluate("ids => localStorage.setItem('orders', ids)", "[" + order + "]");
        STAGE.outages.addAll(List.of(outages.split(" ")));
        go(String.format(path, order));
        assertThat(page.locator(".notice")).isVisible();
        assertThat(page.locator(".skeleton")).hasCount(0);
        String refused = page.locator(".notice").textContent();
        page.reload();
        assertThat(page.locator(".notice")).hasText(refused);
        assertThat(page.locator(content)).hasCount(0);

        STAGE.outages.clear();
        switch (way) {
            case "reload" -> page.reload();
            case "language" -> page.locator("#language").click();
            case "back and forward" -> {
                page.goBack();
                assertThat(page.locator("h1")).hasText("Page not found");
                page.goForward();
            }
            default -> {
                // a view that follows the events may recover before the click
                page.evaluate("() => document.querySelector('.notice button')?.click()");
                if (path.startsWith("/dealer/slips")) {
                    page.reload();
                }
            }
        }
        assertThat(page.locator(content).first()).isVisible();
        assertThat(page.locator("main .notice.bad, main .notice.warn")).hasCount(0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            402 | Payment declined | was declined | nothing
            422 | Invalid request  | did not work | nothing
            429 | Too many requests | is unavailable right now | nothing
            503 | Too busy         | is unavailable right now | nothing
            500 | Internal error   | is not confirmed yet | the order
            503 | Temporarily unavailable | is not confirmed yet | the order
            """)
    void aRefusedOrderIsNotShownAfterAReloadUnlessItIsUncertain(int status, String title, String words, String left) {
        STAGE.orderAnswers.add(problem(status, title, 0));
        go("/");
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText(words);
        page.reload();
        if (left.equals("nothing")) {
            assertThat(page.locator("#order")).isEnabled();
            assertThat(page.locator(".notice")).hasCount(0);
            assertThat(STAGE.keys).hasSize(1);
        } else {
            assertThat(page.locator(".notice")).containsText("has not arrived yet");
            assertThat(STAGE.keys).hasSize(1);
            page.locator("button:text-is('Send it again')").click();
            page.waitForURL(Pattern.compile(".*/orders/\\d+"));
            assertThat(STAGE.keys).hasSize(2).containsOnly(STAGE.keys.get(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"409 Shipped already", "409 Cannot be cancelled", "503 Cancellation unavailable", "503 Temporarily unavailable", "500 Internal error"})
    void aFailedCancellationIsNotShownAfterAReload(String refusal) {
        STAGE.cancellationAnswers.add(problem(Integer.parseInt(refusal.substring(0, 3)), refusal.substring(4), 1));
        go("/orders/" + order);
        openDialog("#cancel");
        page.locator("dialog [value=yes]").click();
        assertThat(page.locator(".notice")).isVisible();
        page.reload();
        assertThat(page.locator("#truth")).isVisible();
        assertThat(page.locator(".notice")).hasCount(0);
        assertThat(page.locator("#cancel")).isVisible();
        assertThat(STAGE.cancelled).hasSize(1);
    }

    static Stream<Arguments> pairsOfPages() {
        return PAGES.stream().map(path -> Arguments.of(path, PAGES.get((PAGES.indexOf(path) + 3) % PAGES.size())));
    }

    @ParameterizedTest
    @MethodSource("pairsOfPages")
    void aPageIsTranslatedAndStaysSoAfterBack(String path, String other) {
        go(String.format(path, order));
        String english = page.locator("h1").textContent();
        assertThat(page.locator(".skeleton")).hasCount(0);
        assertThat(page.locator("body").innerText()).doesNotContainPattern(NO_TEXT);
        page.evaluate("path => dispatchEvent(new PopStateEvent('popstate', {state: history.pushState(null, '', path)}))", String.format(other, order));
        page.locator("#language").click();
        page.goBack();

        assertThat(page).hasURL(STAGE.url(String.format(path, order)));
        assertThat(page.locator("h1")).hasText(KOREAN);
        assertThat(page.locator(".skeleton")).hasCount(0);
        assertThat(page.locator("html")).hasAttribute("lang", "ko");
        assertThat(page.locator("body").innerText()).doesNotContainPattern(NO_TEXT);
        assertThat(page.title()).containsPattern(KOREAN);
        page.goForward();
        assertThat(page).hasURL(STAGE.url(String.format(other, order)));
        assertThat(page.locator("h1")).hasText(KOREAN);
        page.goBack();
        page.reload();
        assertThat(page.locator("h1")).hasText(KOREAN);
        page.locator("#language").click();
        assertThat(page.locator("h1")).hasText(english);
        assertThat(page.locator("main").innerText()).doesNotContainPattern(KOREAN);
    }

    @Test
    void aDealerNeedsNoMouse() {
        go("/dealer");
        BrowserExtension.tabTo(page, "#pause-" + order, 60);
        page.keyboard().press("Enter");
        page.keyboard().type("no address");
        page.keyboard().press("Enter");
        assertThat(page.locator(".toast")).containsText("is paused");
        BrowserExtension.tabTo(page, "a[href*='show=paused']", 60);
        page.keyboard().press("Enter");
        assertThat(page.locator("#resume-" + order)).isVisible();
        BrowserExtension.tabTo(page, "#resume-" + order, 60);
        page.keyboard().press("Enter");
        assertThat(page.locator(".toast")).containsText("is no longer paused");
        BrowserExtension.tabTo(page, ".queues a:first-child", 60);
        page.keyboard().press("Enter");
        BrowserExtension.tabTo(page, "#select-" + order, 60);
        page.keyboard().press("Space");
        BrowserExtension.tabTo(page, "#ship-selected", 60);
        page.keyboard().press("Enter");
        assertThat(page.locator("#batch-summary")).hasText("1 of 1 done");
        BrowserExtension.tabTo(page, "#batch-close", 60);
        page.keyboard().press("Enter");
        assertThat(page.locator("#batch-close")).hasCount(0);
        BrowserExtension.tabTo(page, ".finder input", 60);
        page.keyboard().type(String.valueOf(order));
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).containsText("Order " + order);
        assertThat(STAGE.shipments).containsExactly(String.valueOf(order));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReceiptIsOneSheetWithoutControls(boolean dark) {
        go("/orders/" + order);
        page.locator("#truth").waitFor();
        page.emulateMedia(new EmulateMediaOptions().setMedia(Media.PRINT).setColorScheme(dark ? ColorScheme.DARK : ColorScheme.LIGHT));
        for (String shown : List.of("h1", ".badge", "#truth", "#money", ".steps", ".timeline", ".reference")) {
            assertThat(page.locator(shown)).isVisible();
        }
        assertThat(page.locator("button, .top, footer, .back, #connection, .toast").filter(new FilterOptions().setVisible(true))).hasCount(0);
        assertThat(page.evaluate("() => getComputedStyle(document.body).backgroundColor")).isEqualTo("rgb(255, 255, 255)");
        assertThat(page.evaluate("() => getComputedStyle(document.getElementById('truth')).color")).as("ink").isEqualTo("rgb(23, 26, 43)");
        String pdf = new String(page.pdf(new PdfOptions().setFormat("A4")), StandardCharsets.ISO_8859_1);
        assertThat(Pattern.compile("/Type\\s*/Page\\b").matcher(pdf).results().count()).isEqualTo(1);
    }

    /** 320 px correspond to a desktop at 400 % zoom. */
    @ParameterizedTest
    @CsvSource({"LIGHT, NONE", "DARK, NONE", "LIGHT, ACTIVE"})
    void dialogsAndFailuresAreAccessibleAt320Pixels(ColorScheme colours, ForcedColors forced) {
        page.addInitScript(BrowserExtension.AXE);
        page.setViewportSize(320, 640);
        page.emulateMedia(new EmulateMediaOptions().setColorScheme(colours).setForcedColors(forced));
        go("/orders/" + order);
        openDialog("#cancel");
        assertAccessible("the dialog of a cancellation");
        go("/dealer");
        openDialog("#pause-" + order);
        assertAccessible("the dialog of a pause");
        for (int status : List.of(402, 500, 503)) {
            STAGE.orderAnswers.add(problem(status, "Too busy", 60));
            go("/");
            page.locator("#order").click();
            page.locator(".notice").waitFor();
            assertAccessible("a refused order, " + status);
            page.evaluate("() => localStorage.removeItem('attempt')");
        }
        STAGE.outages.addAll(List.of("/phones", "/orders", "/history", "/deliveries"));
        for (String path : PAGES) {
            go(String.format(path, order));
            assertAccessible(path + " in an outage");
        }
    }

    private void assertAccessible(String state) {
        assertThat(page.locator(".skeleton")).hasCount(0);
        page.evaluate("() => Promise.allSettled(document.getAnimations().filter(each => each.effect.getComputedTiming().iterations < Infinity).map(each => each.finished))");
        assertThat(page.evaluate("() => document.documentElement.scrollWidth")).as(state).isEqualTo(320);
        assertThat((List<?>) page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                + ".map(each => each.id + ': ' + each.nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))")).as(state).isEmpty();
    }
}
