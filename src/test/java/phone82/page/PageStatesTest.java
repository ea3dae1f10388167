package phone82.page;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.Page.NavigateOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.Media;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.WaitUntilState;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.page.Stage.problem;
import static phone82.page.Stage.step;

/** The page with every answer, every way to leave a view, every size and colour scheme; pictures are in target/screenshots. */
@Tag("pages")
class PageStatesTest {

    private static final Pattern ORDER = Pattern.compile(".*/orders/(\\d+)");
    private static final List<String> PATHS = List.of("/", "/?q=blue", "/?q=nothing", "/my-orders", "/orders", "/dealer", "/dealer?show=paused", "/dealer?show=shipped", "/dealer?show=all", "/nowhere");

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final String TEN_MINUTES_AGO =
            "() => localStorage.setItem('attempt', JSON.stringify({key: 'k', body: {item: 'note21', qty: 2}, sent: Date.now() - 600000}))";

    private BrowserContext session;
    private Page page;

    @BeforeEach
    void open() {
        visit("en-US", 1280, 900);
    }

    private void visit(String locale, int width, int height) {
        if (session != null) {
            session.close();
        }
        session = BROWSER.open(new NewContextOptions().setLocale(locale).setViewportSize(width, height).setColorScheme(ColorScheme.LIGHT));
        page = session.newPage();
    }

    private void go(String path) {
        page.navigate(STAGE.url(path));
        page.locator("html.ready").waitFor();
    }

    private long orderShown() {
        page.waitForURL(ORDER);
        return Long.parseLong(page.url().replaceAll(".*/", ""));
    }

    private void choose(String item) {
        page.locator("label:has(input[value=" + item + "])").click();
    }

    @Test
    void tryAgainOrdersTheItemShownNow() {
        STAGE.orderAnswers.add(problem(503, "Payment unavailable", 1));
        go("/");
        choose("iphone-17");
        page.getByText("Order now").click();
        assertThat(page.locator(".notice")).containsText("Payment is unavailable right now");
        assertThat(page.locator(".notice strong")).isFocused();
        choose("pixel-10");
        assertThat(page.locator("#order")).hasText("Try again");
        page.locator("#order").click();

        orderShown();
        assertThat(STAGE.orders.values()).extracting(order -> order.getString("item")).containsExactly("pixel-10");
        assertThat(STAGE.keys).as("another order, another key").hasSize(2).doesNotHaveDuplicates().doesNotContainNull();
    }

    @Test
    void aRefusalIsShownAsNoOrder() {
        go("/");
        for (String refusal : List.of("402 Payment declined", "422 Invalid request", "429 Too many requests", "503 Payment unavailable", "503 Too busy", "503 Unavailable")) {
            STAGE.orderAnswers.add(problem(Integer.parseInt(refusal.substring(0, 3)), refusal.substring(4), 0));
            page.locator("#order").click();
            assertThat(page.locator(".notice")).containsText("There is no order and nothing was charged");
            assertThat(page.locator(".notice")).not().containsText("refused by a test");
            assertThat(page.locator("#order")).hasText(refusal.startsWith("503") || refusal.startsWith("429") ? "Try again" : "Order now");
        }
        assertThat(STAGE.keys).hasSize(6).doesNotHaveDuplicates();
        page.reload();
        assertThat(page.locator("#order")).hasText("Order now");
        assertThat(page.locator(".notice")).hasCount(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no answer", "half an answer", "500", "503 unavailable"})
    void anUnansweredOrderIsResolvedAfterAReloadWithoutADuplicate(String fault) {
        STAGE.orderAnswers.add(context -> {
            switch (fault) {
                case "no answer" -> STAGE.placeWithoutAnAnswer(context);
                case "500" -> problem(500, "Internal error", 0).accept(context);
                case "503 unavailable" -> problem(503, "Temporarily unavailable", 0).accept(context);
                default -> {
                    STAGE.placeWithoutAnAnswer(context);
                    context.vertx().setTimer(50, later -> context.request().connection().close());
                }
            }
        });
        go("/");
        choose("galaxy-s25");
        page.getByText("Order now").click();
        if (fault.equals("no answer")) {
            await().until(() -> STAGE.orders.size() == 1);
        } else {
            assertThat(page.locator(".notice")).containsText("Your order is not confirmed yet");
            assertThat(page.locator("#order")).isHidden();
        }
        page.reload();
        if (fault.startsWith("50")) {
            assertThat(page.locator(".notice")).containsText("Your order has not arrived yet");
            assertThat(STAGE.keys).as("only a press sends an order").hasSize(1);
            page.locator("button:text-is('Send it again')").click();
        }

        long id = orderShown();
        assertThat(STAGE.orders.keySet()).containsExactly(id);
        assertThat(STAGE.keys).hasSize(fault.startsWith("50") ? 2 : 1).containsOnly(STAGE.keys.get(0));
        page.locator(".brand").click();
        assertThat(page.locator("#order")).isVisible();
        assertThat(page.locator(".notice")).hasCount(0);
    }

    @Test
    void anOldAttemptIsCheckedAndNotSentAgain() {
        go("/");
        page.evaluate(TEN_MINUTES_AGO);
        page.reload();
        assertThat(page.locator(".notice")).containsText("Your order did not arrive");
        assertThat(page.locator(".notice")).containsText("Phone note21 × 2");
        assertThat(page.locator("#order")).hasText("Order now");
        assertThat(STAGE.keys).isEmpty();

        long id = STAGE.placedUnder("k", "note21");
        page.evaluate(TEN_MINUTES_AGO);
        page.reload();
        assertThat(orderShown()).isEqualTo(id);

        STAGE.outages.add("/idempotency-keys");
        go("/");
        page.evaluate(TEN_MINUTES_AGO);
        page.reload();
        assertThat(page.locator(".notice")).containsText("Your order is not confirmed yet");
        assertThat(page.locator("#order")).isHidden();
        STAGE.outages.clear();
        page.getByText("Cancel it").click();
        assertThat(page.locator(".badge")).hasText("Cancelled");
        assertThat(STAGE.cancelled).containsExactly(String.valueOf(id));
        assertThat(STAGE.orders).hasSize(1);
        assertThat(STAGE.keys).isEmpty();
    }

    @Test
    void anOrderThatNeverLeftTheBrowserIsNotSentLater() {
        go("/");
        page.route("**/orders", Route::abort);
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText("Your order is not confirmed yet");
        page.unroute("**/orders");
        page.evaluate("() => dispatchEvent(new Event('online'))");
        assertThat(page.locator(".notice")).containsText("Your order has not arrived yet");
        page.reload();
        assertThat(page.locator(".notice")).containsText("Your order has not arrived yet");
        page.evaluate("() => localStorage.setItem('attempt', JSON.stringify({...JSON.parse(localStorage.attempt), sent: Date.now() - 600000}))");
        page.reload();
        assertThat(page.locator(".notice")).containsText("There is no order and nothing was charged");
        page.reload();
        assertThat(page.locator("#order")).hasText("Order now");
        assertThat(page.locator(".notice")).hasCount(0);
        assertThat(STAGE.keys).isEmpty();
    }

    /** The page may have been open for days. */
    @Test
    void aPriceThatHasChangedIsShownBeforeItIsCharged() {
        go("/");
        assertThat(page.locator("#total")).hasText("₩1,199,000");
        STAGE.prices.put("note20", 1_299_000);
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText("The price has changed");
        assertThat(page.locator(".notice strong")).isFocused();
        assertThat(page.locator("#total")).hasText("₩1,299,000");
        assertThat(STAGE.keys).isEmpty();

        page.locator("#order").click();
        orderShown();
        assertThat(STAGE.keys).hasSize(1);
    }

    @Test
    void withoutAConnectionNothingIsOrdered() {
        go("/");
        page.locator("#order").waitFor();
        session.setOffline(true);
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText("No connection. Check the network and try again. There is no order");
        session.setOffline(false);
        page.reload();
        assertThat(page.locator("#order")).hasText("Order now");
        assertThat(page.locator(".notice")).hasCount(0);
    }

    @Test
    void aPhoneThatIsNoLongerSoldIsNotReplacedUnseen() {
        long sold = STAGE.anOrder("note20", "Shipped");
        long unsold = STAGE.anOrder("nokia-3310", "Shipped");
        go("/nowhere");
        page.evaluate("ids => localStorage.setItem('orders', ids)", "[" + sold + "," + unsold + "]");
        go("/orders/" + sold);
        assertThat(page.locator(".action a")).hasText("Order this again");
        go("/orders/" + unsold);
        assertThat(page.locator(".badge")).hasText("Shipped");
        assertThat(page.locator(".action")).hasCount(0);

        page.evaluate("() => localStorage.setItem('choice', JSON.stringify({item: 'nokia-3310', qty: 50}))");
        go("/");
        assertThat(page.locator(".notice")).containsText("The phone that you chose is no longer sold");
        assertThat(page.locator("#qty")).hasValue("1");
    }

    /** Another tab has logged in somebody else, or logged out, and this one has not noticed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"login": true, "subject": "kim", "name": "Kim", "roles": ["customer"]} | Another user is logged in now | Kim
            {"login": true, "guests": true} | You are not logged in any more | Log in
            """)
    void nothingIsOrderedForAnotherUserThanTheOneShown(String now, String words, String shown) {
        STAGE.roles = List.of("customer");
        go("/");
        assertThat(page.locator("#who")).containsText("Park");
        page.route("**/session", route -> route.fulfill(new FulfillOptions().setContentType("application/json").setBody(now)));
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText(words);
        assertThat(page.locator(".notice")).containsText("There is no order and nothing was charged");
        assertThat(STAGE.keys).isEmpty();

        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))");
        assertThat(page.locator("#who")).containsText(shown);
        assertThat(page.locator("#order")).isEnabled();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dealer", "customer"})
    void whoMayNotOrderReadsThat(String role) {
        STAGE.roles = List.of(role);
        long id = STAGE.anOrder("note20", "Paid");
        go(guest(id));
        page.locator("#revoke").waitFor();
        assertThat(page.locator("#claim")).hasCount(role.equals("customer") ? 1 : 0);

        STAGE.orderAnswers.add(problem(403, "Forbidden", 0));
        go("/");
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText("Your account is not allowed to do this. There is no order and nothing was charged.");
        assertThat(page.locator(".notice")).not().containsText("Choose another");
    }

    /** A browser or a proxy has repeated the request, and the first is not done. */
    @Test
    void anOrderThatIsInProgressMayStillArrive() {
        STAGE.orderAnswers.add(problem(409, "In progress", 1));
        go("/");
        page.locator("#order").click();
        assertThat(page.locator(".notice")).containsText("Your order has not arrived yet");
        page.locator("button:text-is('Send it again')").click();
        orderShown();
        assertThat(STAGE.keys).hasSize(2).containsOnly(STAGE.keys.get(0));
    }

    /** Nothing else has the secret. */
    @Test
    void theAttemptOfAGuestLastsUntilTheLinkIsShown() {
        long id = STAGE.placedUnder("k", "note21");
        String store = "key => localStorage.setItem('attempt', JSON.stringify("
                + "{key, secret: 'x'.repeat(43), body: {item: 'note21', qty: 2}, sent: Date.now() - 21 * 60 * 60 * 1000}))";
        go("/");
        page.evaluate(store, "k");
        page.route("**/idempotency-keys/k", route -> {
            APIResponse found = route.fetch();
            page.locator("[data-tab=mine]").click();
            assertThat(page.locator("h1")).hasText("My orders");
            route.fulfill(new FulfillOptions().setResponse(found));
        });
        page.waitForResponse("**/idempotency-keys/k", () -> page.reload());
        page.unroute("**/idempotency-keys/k");
        page.locator(".brand").click();
        assertThat(page).hasURL(STAGE.url(guest(id)));
        page.locator(".brand").click();
        assertThat(page.locator("#order")).isVisible();
        assertThat(page.locator(".notice")).hasCount(0);

        page.evaluate(store, "unknown");
        page.reload();
        assertThat(page.locator(".notice")).containsText("Contact us before you order again.");
        assertThat(page.locator(".notice a")).hasCount(0);
    }

    @Test
    void anUnconfirmedOrderWhoseCancellationFailsIsShownWithTheReason() {
        long id = STAGE.placedUnder("k", "note21");
        STAGE.outages.add("/idempotency-keys");
        go("/");
        page.evaluate(TEN_MINUTES_AGO);
        page.reload();
        assertThat(page.locator(".notice")).containsText("Your order is not confirmed yet");
        STAGE.outages.clear();
        STAGE.cancellationAnswers.add(problem(503, "Cancellation unavailable", 3));
        page.getByText("Cancel it").click();
        assertThat(orderShown()).isEqualTo(id);
        assertThat(page.locator(".notice")).containsText("The cancellation did not go through");
        page.reload();
        assertThat(page.locator("#cancel")).isVisible();
        assertThat(page.locator(".notice")).hasCount(0);
        assertThat(STAGE.cancelled).containsExactly(String.valueOf(id));
    }

    @Test
    void theEnterKeyChoosesAndNeverOrders() {
        go("/");
        choose("pixel-10");
        page.locator("#qty").press("Enter");
        page.locator("input[value=pixel-10]").press("Enter");
        page.locator("#q").fill("iphone");
        assertThat(page.locator("#unfound")).isVisible();
        page.locator("#order").press("Enter");
        assertThat(page.locator("input[value=iphone-17]")).isFocused();
        page.locator("#q").press("Enter");
        assertThat(page.locator("input[value=iphone-17]")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("input[value=iphone-17]")).isChecked();
        assertThat(page.locator(".basket .name")).hasText("Phone iphone-17");
        assertThat(page.locator("#unfound")).isHidden();
        assertThat(STAGE.keys).isEmpty();

        page.locator("#order").press("Enter");
        assertThat(STAGE.orders.get(orderShown()).getString("item")).isEqualTo("iphone-17");
    }

    @Test
    void aClickOnCancelCountsAtOnce() {
        go("/");
        page.locator("#order").click();
        page.locator("#cancel").click();
        assertThat(page.locator("dialog")).containsText("Cancel order");
    }

    @Test
    void theSecondClickOfADoubleClickDoesNotCancel() {
        go("/");
        page.locator("#order").waitFor();
        page.evaluate("""
                () => {
                    addEventListener('phone82-navigated', () => {
                        const seen = setInterval(() => {
                            const cancel = document.getElementById('cancel');
                            if (!cancel) return;
                            clearInterval(seen);
                            cancel.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 2, clientX: window.pressed.clientX, clientY: window.pressed.clientY}));
                            document.body.dataset.clicked = 'twice';
                        }, 5);
                    });
                    addEventListener('click', event => { window.pressed ??= event; }, true);
                }""");
        page.locator("#order").click();
        page.locator("body[data-clicked]").waitFor();
        assertThat(page.locator("dialog")).hasCount(0);
    }

    @Test
    void theSecondClickOfADoubleClickDoesNotOrder() {
        go("/my-orders");
        page.locator("main a[href='/']").waitFor();
        page.evaluate("""
                () => {
                    addEventListener('click', event => { window.pressed ??= event; }, true);
                    addEventListener('phone82-navigated', () => {
                        const seen = setInterval(() => {
                            const order = document.getElementById('order');
                            if (!order) return;
                            clearInterval(seen);
                            const {clientX, clientY} = window.pressed;
                            order.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, detail: 2, clientX, clientY}));
                            document.body.dataset.text = order.textContent;
                        }, 5);
                    });
                }""");
        page.locator("main a[href='/']").click();
        assertThat(page.locator("body")).hasAttribute("data-text", "Order now");
        assertThat(STAGE.keys).isEmpty();
    }

    @Test
    void theSecondClickOfADoubleClickDoesNotConfirm() {
        go("/orders/" + STAGE.anOrder("note20", "Paid"));
        page.locator("#cancel").click();
        page.locator("dialog [value=yes]").dispatchEvent("click", Map.of("bubbles", true, "cancelable", true, "detail", 2));
        assertThat(page.locator("dialog")).isVisible();
        page.locator("dialog [value=yes]").click();
        assertThat(page.locator(".badge")).hasText("Cancelled");
    }

    @Test
    void theDialogClosesWhenTheOrderIsShipped() {
        long id = STAGE.anOrder("note20", "Paid");
        go("/orders/" + id);
        page.locator("#cancel").click();
        assertThat(page.locator("dialog")).isVisible();
        STAGE.ship(id);
        assertThat(page.locator("dialog")).hasCount(0);
        assertThat(page.locator("#truth")).containsText("was shipped");
    }

    /** App may process the event after the view, and then nothing more is reported. */
    @ParameterizedTest
    @CsvSource({"Shipped, Paid, Shipped", "PayCancelled, Ordered, Cancelled", "RefundFailed, Paid, Cancelled", "PayCompleted, Ordered, Paid"})
    void anOrderIsShownAsItIsEvenIfAppIsBehindTheView(String event, String before, String after) {
        page.clock().install();
        long id = STAGE.anOrder("note20", before);
        STAGE.timelines.get(id).remove(1);
        go("/orders/" + id);
        assertThat(page.locator(".badge")).hasText(before);
        await().until(() -> STAGE.streams.size() == 1);
        STAGE.happened(event, id);
        assertThat(page.locator(".timeline li")).hasCount(3);
        assertThat(readsWithin(Duration.ofMinutes(1), id)).isBetween(3, 8);
        assertThat(page.locator("#cancel")).isVisible();

        STAGE.orders.get(id).put("status", after);
        readsWithin(Duration.ofSeconds(30), id);

        assertThat(page.locator(".badge")).hasText(after);
        assertThat(page.locator("#cancel")).hasCount(after.equals("Paid") ? 1 : 0);
        assertThat(readsWithin(Duration.ofSeconds(30), id)).isZero();
    }

    @Test
    void aGuestsPageFollowsTheOrderToItsEndAndNoLonger() {
        page.clock().install();
        long shipped = STAGE.anOrder("note20", "Paid");
        STAGE.orders.get(shipped).put("status", "Shipped");
        go(guest(shipped));
        assertThat(page.locator(".badge")).hasText("Shipped");
        STAGE.timelines.get(shipped).add(step("Shipped"));
        assertThat(page.locator(".timeline")).containsText("Shipped");
        assertThat(readsWithin(Duration.ofMinutes(1), shipped)).isZero();

        long cancelled = STAGE.anOrder("note20", "Paid");
        go("/");
        go(guest(cancelled));
        assertThat(page.locator(".badge")).hasText("Paid");
        STAGE.cancel(cancelled);
        assertThat(page.locator(".badge")).hasText("Cancelled");
        STAGE.timelines.get(cancelled).add(step("PayCancelled"));
        assertThat(page.locator(".timeline li")).hasCount(5);
        assertThat(readsWithin(Duration.ofMinutes(1), cancelled)).isZero();
    }

    /** An operator can repeat the refund, also days later. */
    @Test
    void aGuestsPageShowsARefundThatFailedAtFirst() {
        page.clock().install();
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.cancel(id);
        STAGE.timelines.get(id).add(step("RefundFailed"));
        STAGE.payments.get(id).put("status", "RefundFailed");
        go(guest(id));
        assertThat(page.locator("#money")).containsText("We owe you");
        assertThat(readsWithin(Duration.ofMinutes(2), id)).isBetween(2, 12);

        STAGE.timelines.get(id).add(step("PayCancelled"));
        STAGE.payments.get(id).put("status", "Refunded");
        assertThat(readsWithin(Duration.ofMinutes(1), id)).isPositive();
        assertThat(page.locator("#money")).not().containsText("We owe you");
        assertThat(readsWithin(Duration.ofMinutes(1), id)).isZero();
    }

    /** A refund can take days. */
    @Test
    void aGuestsPageReadsACancelledOrderLessAndLess() {
        page.clock().install();
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.cancel(id);
        go(guest(id));
        assertThat(page.locator(".badge")).hasText("Cancelled");

        assertThat(readsWithin(Duration.ofMinutes(2), id)).isBetween(2, 12);
    }

    private static String guest(long id) {
        return "/guest#" + id + "." + "x".repeat(43);
    }

    /** How often the page reads the order in this time, which passes at once. */
    private int readsWithin(Duration time, long id) {
        AtomicInteger reads = new AtomicInteger();
        Consumer<Request> counter = request -> reads.addAndGet(request.url().endsWith("/orders/" + id) ? 1 : 0);
        page.onRequest(counter);
        pass(time);
        page.offRequest(counter);
        return reads.get();
    }

    private void pass(Duration time) {
        for (int passed = 0; passed < time.toSeconds(); passed += 3) {
            page.clock().runFor(3000);
            page.evaluate("() => fetch('/phones').then(answer => answer.text())");
        }
    }

    /** Meanwhile another tab waits and sends nothing; the tab that sent the order repeats it if it is still in progress. */
    @Test
    void allTabsTogetherSendOneOrderAtATime() {
        go("/");
        page.locator("#order").waitFor();
        Page other = session.newPage();
        other.navigate(STAGE.url("/"));
        other.locator("#order").waitFor();
        STAGE.orderAnswers.add(problem(500, "Internal error", 0));
        STAGE.orderAnswers.add(problem(409, "In progress", 1));
        page.locator("#order").click();
        assertThat(other.locator(".notice")).containsText("Checking your order");
        assertThat(other.locator("#order")).isHidden();
        page.getByText("Check again").click();
        page.locator("button:text-is('Send it again')").click();
        await().until(() -> STAGE.keys.size() == 2);
        page.locator("button:text-is('Send it again')").click();
        orderShown();
        assertThat(other.locator("#order")).isVisible();
        assertThat(other.locator(".notice")).hasCount(0);
        assertThat(STAGE.keys).hasSize(3).containsOnly(STAGE.keys.get(0));
        assertThat(STAGE.orders).hasSize(1);
    }

    /** A refusal of the second request does not concern the first, which may still be processed. */
    @Test
    void aRefusalOfARepetitionDoesNotEndTheAttempt() {
        STAGE.orderAnswers.add(problem(500, "Internal error", 0));
        STAGE.orderAnswers.add(problem(503, "Payment unavailable", 0));
        go("/");
        page.getByText("Order now").click();
        page.getByText("Check again").click();
        page.locator("button:text-is('Send it again')").click();
        await().until(() -> STAGE.keys.size() == 2);
        assertThat(page.locator(".notice")).containsText("Your order is not confirmed yet");
        page.getByText("Check again").click();
        page.locator("button:text-is('Send it again')").click();
        orderShown();
        assertThat(STAGE.keys).containsOnly(STAGE.keys.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"back", "another order", "language", "reload"})
    void aDialogClosesWithItsViewWithoutCancelling(String way) {
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        go("/orders/" + first);
        page.locator("#cancel").waitFor();
        page.evaluate("path => dispatchEvent(new PopStateEvent('popstate', {state: history.pushState(null, '', path)}))", "/orders/" + second);
        cancelButton();
        assertThat(page.locator("dialog")).containsText("Cancel order " + second + "?");
        switch (way) {
            case "back" -> page.goBack();
            case "another order" -> page.evaluate("path => { location.hash = '#' + path; }", "/orders/" + first);
            case "language" -> page.evaluate("() => document.getElementById('language').click()");
            default -> page.reload();
        }
        assertThat(page.locator("dialog")).hasCount(0);
        assertThat(page.locator("#cancel")).isVisible();
        assertThat(page.locator("#cancel")).isEnabled();
        assertThat(STAGE.cancelled).isEmpty();
    }

    /** A click immediately after the one on Order has no effect. */
    private void cancelButton() {
        await().until(() -> {
            page.locator("#cancel").click();
            return page.locator("dialog").count() == 1;
        });
    }

    @Test
    void aFailedCancellationShowsTheState() {
        long id = STAGE.anOrder("note20", "Paid");
        go("/orders/" + id);
        Map.of("409 Shipped already", "Too late", "409 Cannot be cancelled", "cannot be cancelled", "503 Cancellation unavailable", "did not go through",
                "503 Temporarily unavailable", "do not know yet", "500 Internal error", "do not know yet").forEach((refusal, words) -> {
            STAGE.cancellationAnswers.add(problem(Integer.parseInt(refusal.substring(0, 3)), refusal.substring(4), 3));
            cancelButton();
            page.getByText("Yes, cancel it").click();
            assertThat(page.locator(".notice")).containsText(words);
            assertThat(page.locator("h1")).isFocused();
        });
        assertThat(STAGE.cancelled).hasSize(5).containsOnly(String.valueOf(id));
    }

    @ParameterizedTest
    @CsvSource({"202, Paid", "202, Cancelled", "500, Shipped", "500, Cancelled", "503, Shipped"})
    void theAnswerToACancellationGoesWhenTheOrderShowsTheOutcome(int status, String outcome) {
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.cancellationAnswers.add(context -> {
            if (status == 202) {
                context.response().setStatusCode(202).end(STAGE.orders.get(id).put("status", "Cancelling").encode());
            } else {
                problem(status, "Cancellation unavailable", 3).accept(context);
            }
        });
        go("/orders/" + id);
        await().until(() -> STAGE.streams.size() == 1);
        cancelButton();
        page.getByText("Yes, cancel it").click();
        assertThat(page.locator(".badge")).hasText(status == 202 ? "Cancelling" : "Paid");
        assertThat(page.locator(".outcome .notice")).containsText(status == 202 ? "is being cancelled" : status == 500 ? "do not know yet" : "did not go through");

        STAGE.orders.get(id).put("status", outcome);
        STAGE.happened(outcome.equals("Paid") ? "CancellationRefused" : outcome.equals("Cancelled") ? "OrderCancelled" : "Shipped", id);

        assertThat(page.locator(".badge")).hasText(outcome);
        if (outcome.equals("Cancelled")) {
            assertThat(page.locator(".outcome .notice")).hasText("Order " + id + " is cancelled.");
        } else {
            assertThat(page.locator(".outcome .notice")).hasCount(0);
        }
    }

    @Test
    void theCancelButtonIsNotUnderTheOrderButton() {
        for (int[] size : new int[][]{{1280, 900}, {390, 844}}) {
            page.setViewportSize(size[0], size[1]);
            go("/");
            BoundingBox pressed = page.locator("#order").boundingBox();
            page.locator("#order").click();
            BoundingBox cancel = await().until(() -> page.locator("#cancel").boundingBox(), Objects::nonNull);
            assertThat(cancel.x + cancel.width < pressed.x || cancel.y + cancel.height < pressed.y || cancel.y > pressed.y + pressed.height)
                    .as("%s px wide", size[0]).isTrue();
        }
    }

    @Test
    void theChosenItemIsKeptOnLanguageChangeAndBack() {
        go("/");
        choose("pixel-10");
        page.getByLabel("One more").click();
        page.locator("#language").click();
        assertThat(page.locator("#total")).hasText("2,398,000원");
        assertThat(page.locator("input[value=pixel-10]")).isChecked();
        page.locator("[data-tab=dealer]").click();
        assertThat(page.locator("h1")).hasText("발송 관리");
        page.goBack();
        assertThat(page.locator("input[value=pixel-10]")).isChecked();
        assertThat(page.locator("#qty")).hasValue("2");
        assertThat(page.locator("html")).hasAttribute("lang", "ko");
    }

    @Test
    void pagingWorksBothWaysAfterBackAndReload() {
        for (int i = 0; i < 65; i++) {
            STAGE.anOrder("note20", "Shipped");
        }
        List<Long> newestFirst = STAGE.orders.keySet().stream().sorted((one, other) -> Long.compare(other, one)).toList();
        go("/orders?status=Shipped");
        for (int turned = 1; turned <= 3; turned++) {
            page.getByText("Older").click();
            firstIs(newestFirst.get(20 * turned));
        }
        page.goBack();
        firstIs(newestFirst.get(40));
        page.reload();
        firstIs(newestFirst.get(40));
        page.locator("#language").click();
        firstIs(newestFirst.get(40));
        page.getByText("이전 페이지").click();
        firstIs(newestFirst.get(20));
        page.getByText("이전 페이지").click();
        firstIs(newestFirst.get(0));
        assertThat(page).hasURL(STAGE.url("/orders?status=Shipped"));
        assertThat(page.locator("[rel=prev]")).hasCount(0);
        page.goBack();
        firstIs(newestFirst.get(20));
        assertThat(page.locator("#filter-status")).hasValue("Shipped");
    }

    private void firstIs(long id) {
        assertThat(page.locator(".rows a").first()).hasAttribute("href", "/orders/" + id);
    }

    @Test
    void anUnknownOrderIsReportedAndNotFollowed() {
        for (String id : List.of("0", "abc", "987654321", "99999999999999999999")) {
            go("/orders/" + id);
            assertThat(page.locator(".notice")).containsText("There is no order " + id + ".");
        }
        assertThat(page.locator("#connection")).isEmpty();
        await().until(() -> STAGE.streams.isEmpty());
        assertThat(page.navigate(STAGE.url("/nowhere")).status()).isEqualTo(404);
        assertThat(page.locator("h1")).hasText("Page not found");
        page.navigate(STAGE.url("/#/dealer"));
        assertThat(page).hasURL(STAGE.url("/dealer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/my-orders", "/orders", "/orders/%d", "/dealer", "/dealer/slips?orders=%d", "/guest", "/nowhere"})
    void aViewNeedsOnlyTheModulesThatItsPageNames(String pattern) {
        long id = STAGE.anOrder("note20", "Paid");
        String path = pattern.formatted(id);
        String html = session.request().get(STAGE.url(path), RequestOptions.create().setHeader("Accept", "text/html")).text();
        session.route("**/assets/**", route -> {
            if (html.contains(URI.create(route.request().url()).getPath())) {
                route.resume();
            } else {
                route.abort();
            }
        });
        go(path);
        assertThat(page.locator("h1")).isVisible();
        assertThat(page.locator(".skeleton")).hasCount(0);

        // a view whose module was not available is loaded when it is opened
        session.unroute("**/assets/**");
        page.locator("[data-tab=mine]").click();
        assertThat(page.locator("h1")).hasText("My orders");
        assertThat(page).hasURL(STAGE.url("/my-orders"));
    }

    @Test
    void anOperatorLearnsWhereTheConsoleIs() {
        STAGE.roles = List.of("operator");
        go("/operator");
        assertThat(page.locator("h1")).hasText("Page not found");
        assertThat(page.locator("#main > .hint")).containsText("The operator’s console has a port of its own: http://localhost:9090");

        STAGE.roles = List.of("customer");
        page.waitForResponse("**/session", () -> go("/operator"));
        assertThat(page.locator("h1")).hasText("Page not found");
        assertThat(page.locator("#main > .hint")).hasCount(0);
    }

    @Test
    void aPathServesPagesToBrowsersAndJsonToPrograms() {
        long id = STAGE.anOrder("note20", "Paid");
        for (String path : List.of("/orders/" + id, "/orders")) {
            var page = accepting(path, "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8");
            assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
            assertThat(page.headers().firstValue("Vary").orElseThrow()).contains("Accept-Encoding", ", Accept");
            for (String program : List.of("*/*", "application/json", "text/html;q=0.5, application/json", "application/json, text/html")) {
                var answer = accepting(path, program);
                assertThat(answer.headers().firstValue("Content-Type")).as(program).contains("application/json");
                assertThat(answer.headers().firstValue("Vary")).contains("Accept");
            }
        }
        assertThat(accepting("/nowhere", "*/*").statusCode()).isEqualTo(404);
    }

    private static HttpResponse<String> accepting(String path, String accept) {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(STAGE.url(path))).header("Accept", accept).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manyTabsStayLiveOnOneConnection() {
        long id = STAGE.anOrder("note20", "Paid");
        List<Page> tabs = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Page tab = session.newPage();
            tab.navigate(STAGE.url("/orders/" + id));
            tab.locator("#cancel").waitFor();
            tabs.add(tab);
        }
        assertThat(STAGE.streams.values()).containsExactly("orderId=" + id);
        tabs.get(0).close();
        await().until(() -> STAGE.streamsEver.get() == 2 && STAGE.streams.size() == 1);
        page.navigate(STAGE.url("/dealer"));
        page.locator("#queue-ship").waitFor();
        await().until(() -> STAGE.streamsEver.get() == 3 && STAGE.streams.size() == 1);
        STAGE.ship(id);
        tabs.stream().skip(1).forEach(tab -> assertThat(tab.locator(".badge")).hasText("Shipped"));
        assertThat(page.locator("#queue-ship")).hasCount(0);
    }

    @Test
    void aRenewedStreamIsNotReportedAsLost() {
        long id = STAGE.anOrder("note20", "Paid");
        go("/orders/" + id);
        await().until(() -> STAGE.streams.size() == 1);
        page.evaluate("() => { window.reported = []; new MutationObserver(() => reported.push(document.getElementById('connection').textContent))"
                + ".observe(document.getElementById('connection'), {childList: true}); }");

        STAGE.renewStreams();
        await().until(() -> STAGE.streamsEver.get() == 2 && STAGE.streams.size() == 1);
        STAGE.ship(id);

        assertThat(page.locator(".badge")).hasText("Shipped");
        assertThat((List<?>) page.evaluate("() => reported.filter(text => text)")).isEmpty();
    }

    /** As when packets are dropped: the browser reports nothing. */
    @Test
    void aStreamThatFallsSilentIsReportedAsLost() {
        page.clock().install();
        go("/orders/" + STAGE.anOrder("note20", "Paid"));
        await().until(() -> STAGE.streams.size() == 1);
        int streams = STAGE.streamsEver.get();
        STAGE.streamsHang = true;
        page.clock().runFor(41_000);
        assertThat(page.locator("#connection")).hasText("Connection lost. Reconnecting …");

        await().until(() -> STAGE.streamsEver.get() > streams);
        STAGE.streamsHang = false;
        page.clock().runFor(41_000);
        assertThat(page.locator("#connection")).hasText("Connected again. Everything is up to date.");
    }

    @Test
    void aTabThatFollowsNothingDoesNotReportALostConnection() {
        go("/");
        page.evaluate("() => { new BroadcastChannel('phone82-stream').onmessage = message => { window.heard = message.data.kind; }; }");
        Page other = session.newPage();
        other.navigate(STAGE.url("/orders/" + STAGE.anOrder("note20", "Paid")));
        await().until(() -> STAGE.streams.size() == 1);
        STAGE.streamsHang = true;
        STAGE.cutStreams();

        assertThat(other.locator("#connection")).hasText("Connection lost. Reconnecting …");
        page.waitForFunction("() => window.heard === 'lost'");
        assertThat(page.locator("#connection")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/my-orders", "/orders", "/orders/%d", "/dealer", "/dealer/slips?orders=%d"})
    void afterTheEndOfTheSessionAViewOffersTheLoginAndNothingReconnects(String path) {
        page.clock().install();
        STAGE.roles = List.of("customer", "dealer");
        go(path.formatted(STAGE.anOrder("note20", "Paid")));
        await().until(() -> STAGE.streams.size() == 1);
        // what is loaded when the stream begins
        pass(Duration.ofSeconds(3));

        int streams = STAGE.streamsEver.get();
        STAGE.loggedOut = true;
        STAGE.renewStreams();

        await().until(() -> STAGE.streamsEver.get() > streams);
        assertThat(page.locator("#main .notice")).containsText("You are not logged in.");
        assertThat(page.locator("#main a[href^='/login?back=']")).isVisible();
        assertThat(page.locator("#connection")).isEmpty();
        int refused = STAGE.streamsEver.get();
        pass(Duration.ofMinutes(1));
        assertThat(STAGE.streamsEver.get()).isEqualTo(refused);
    }

    /** It would be refused. */
    @Test
    void aUserWithoutARoleHasNoStream() {
        page.clock().install();
        STAGE.roles = List.of();
        go("/my-orders");
        assertThat(page.locator("#main .empty")).isVisible();
        pass(Duration.ofSeconds(3));
        assertThat(STAGE.streamsEver.get()).isZero();
    }

    @Test
    void packingSlipsThatTheDealerHasLeftAreNotReadAgain() {
        page.clock().install();
        List<Route> reads = new ArrayList<>();
        page.route("**/deliveries/*", reads::add);
        go("/dealer/slips?orders=" + STAGE.anOrder("note20", "Paid"));
        page.waitForCondition(() -> reads.size() == 1);
        page.locator("[data-tab=mine]").click();
        assertThat(page.locator("h1")).hasText("My orders");

        reads.get(0).abort();
        pass(Duration.ofSeconds(20));

        assertThat(reads).hasSize(1);
    }

    @Test
    void aPageThatTheBrowserTranslatesStillWorks() {
        go("/");
        page.evaluate("() => { document.documentElement.lang = 'ja'; }");
        choose("pixel-10");
        assertThat(page.locator(".basket .name")).hasText("Phone pixel-10");
        page.locator("#order").click();
        long id = orderShown();
        assertThat(page.locator("#truth")).containsText("Your Phone pixel-10 leaves");
        cancelButton();
        page.getByText("Yes, cancel it").click();
        assertThat(page.locator(".notice")).hasText("Order " + id + " is cancelled.");
        page.locator("#language").click();
        assertThat(page.locator("html")).hasAttribute("lang", "ko");
        assertThat(page.locator("h1")).containsText("주문 번호");
    }

    @Test
    void aViewThatDoesNotLoadSaysSo() {
        session.route("**/shop.js", Route::abort);
        go("/");
        assertThat(page.locator(".notice.bad")).containsText("Check the network and try again.");
        session.unroute("**/shop.js");
        page.locator(".notice button").click();
        assertThat(page.locator("#order")).isVisible();
    }

    /** A script is missing, or is of another version than the page. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPageWhoseScriptsDoNotLoadIsLoadedOnceMoreAndThenSaysSo(boolean isMissing) {
        try (BrowserContext visitor = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US").setReducedMotion(ReducedMotion.REDUCE))) {
            visitor.route("**/dom.js", route -> {
                if (isMissing) {
                    route.abort();
                } else {
                    route.fulfill(new FulfillOptions().setContentType("text/javascript").setBody("export const other = true;"));
                }
            });
            Page page = visitor.newPage();
            AtomicInteger visits = new AtomicInteger();
            page.onRequest(request -> visits.addAndGet(request.isNavigationRequest() ? 1 : 0));
            page.navigate(STAGE.url("/"), new NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));

            assertThat(page.locator(".late")).containsText("This page loads slowly, or a part of it did not load.");
            assertThat(page.locator(".late")).isVisible();
            assertThat(visits).hasValue(2);
            visitor.unroute("**/dom.js");
            page.locator(".late a").click();
            assertThat(page.locator("#order")).isVisible();
            assertThat(page.locator(".late")).hasCount(0);
            assertThat(page.evaluate("() => sessionStorage.length")).isEqualTo(0);
        }
    }

    @Test
    void theCountdownUsesTheServersClock() {
        long id = STAGE.anOrder("note20", "Paid");
        Instant server = Instant.now().plusSeconds(3600);
        STAGE.date = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).format(server.atOffset(ZoneOffset.UTC));
        STAGE.deliveries.get(id).put("dispatchAt", server.plusSeconds(125).toString());
        go("/orders/" + id);
        assertThat(page.locator("#truth")).hasText(Pattern.compile("Your Phone note20 leaves in [12] min.*"));
        go("/dealer");
        assertThat(page.locator(".due")).hasText(Pattern.compile("in [12] min.*"));
    }

    @Test
    void thePaymentLineShowsAmountAndTime() {
        long id = STAGE.anOrder("note20", "Cancelled");
        go("/orders/" + id);
        assertThat(page.locator("#money")).hasText(Pattern.compile("₩1,199,000 paid at \\d+:\\d\\d:\\d\\d.*"));
        STAGE.payments.get(id).put("status", "Refunded");
        STAGE.timelines.get(id).add(step("OrderCancelled").put("reason", "refused by the simulator")).add(step("PayCancelled"));
        page.reload();
        assertThat(page.locator("#money")).hasText(Pattern.compile("₩1,199,000 paid at .*₩1,199,000 refunded at \\d+:.*"));
        assertThat(page.locator("main")).not().containsText("simulator");
        assertThat(page.locator("main")).not().containsText("Nothing was charged");
        STAGE.payments.get(id).put("status", "RefundFailed");
        page.reload();
        assertThat(page.locator("#money")).containsText("We owe you ₩1,199,000");
        page.emulateMedia(new EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator("#money")).isVisible();
        assertThat(page.locator(".top, .action, footer, .print").filter(new com.microsoft.playwright.Locator.FilterOptions().setVisible(true))).hasCount(0);
    }

    /** Whether it succeeds is not known yet. */
    @Test
    void aCancellationUnderWayPromisesNoMoney() {
        long id = STAGE.anOrder("note20", "Cancelling");
        STAGE.payments.get(id).put("status", "Cancelling").put("authorisedAt", Instant.now().toString());
        go("/orders/" + id);
        assertThat(page.locator("#money")).hasText(Pattern.compile("^₩1,199,000 paid at [^₩]*$"));
        assertThat(accepting("/orders/" + id, "text/html").body()).contains("₩1,199,000 paid at").doesNotContain("on its way back");

        STAGE.payments.get(id).remove("completedAt");
        STAGE.timelines.get(id).remove(1);
        page.reload();
        assertThat(page.locator("#money")).hasText(Pattern.compile("^₩1,199,000 reserved at [^₩]*, not charged yet\\.$"));
        assertThat(accepting("/orders/" + id, "text/html").body()).contains("₩1,199,000 reserved at").doesNotContain("on its way back");
    }

    /** The customer, or an operator: the reason does not say. */
    @Test
    void aCancelledOrderDoesNotSayWhoAskedForIt() {
        STAGE.roles = List.of("customer");
        long id = STAGE.anOrder("note20", "Cancelled");
        STAGE.orders.get(id).put("reason", "cancelled by the customer");
        STAGE.timelines.get(id).add(step("OrderCancelled").put("reason", "cancelled by the customer"));
        go("/orders/" + id);
        assertThat(page.locator("#truth")).hasText(Pattern.compile("^Your order was cancelled at [^:]*\\d:\\d\\d:\\d\\d\\s[AP]M\\.$"));
        assertThat(page.locator("#main")).not().containsText(Pattern.compile("You cancelled|by the customer"));
        assertThat(accepting("/orders/" + id, "text/html").body().replaceAll("<script.*</script>", "")).contains("Your order was cancelled at").doesNotContain("by the customer");

        STAGE.orders.get(id).put("reason", "the provider refused the capture");
        page.reload();
        assertThat(page.locator("#truth")).containsText("the payment was refused.");
    }

    @Test
    void anUnknownStoredLanguageIsIgnored() {
        go("/");
        page.evaluate("() => { localStorage.setItem('language', 'xx'); localStorage.setItem('attempt', '7'); localStorage.setItem('orders', '\"x\"'); localStorage.setItem('choice', '[]'); }");
        page.reload();
        assertThat(page.locator("h1")).hasText("Which phone would you like?");
        assertThat(page.locator("#order")).isVisible();
        go("/my-orders");
        assertThat(page.locator(".empty")).isVisible();
    }

    @Test
    void myOrdersListsTheOrdersOfThisBrowser() {
        STAGE.anOrder("iphone-17", "Shipped");
        go("/");
        assertThat(page.locator(".model")).hasCount(10);
        page.locator("#order").click();
        long id = orderShown();
        page.locator("[data-tab=mine]").click();
        assertThat(page.locator(".rows li")).hasCount(1);
        firstIs(id);
        STAGE.ship(id);
        assertThat(page.locator(".rows .badge")).hasText("Shipped");
        page.getByLabel("Order no.").fill(String.valueOf(id - 1));
        page.keyboard().press("Enter");
        assertThat(page).hasURL(STAGE.url("/orders/" + (id - 1)));
    }

    @Test
    void myOrdersShowsAnOrderThatIsPlacedElsewhereWithTheAccount() {
        STAGE.roles = List.of("customer");
        AtomicInteger lists = new AtomicInteger();
        page.onRequestFinished(request -> lists.addAndGet(request.url().contains("/history?") ? 1 : 0));
        go("/my-orders");
        // the list is read once at first, and once more when the stream is open
        page.waitForCondition(() -> lists.get() == 2);
        assertThat(page.locator(".empty")).isVisible();
        STAGE.happened("Ordered", STAGE.anOrder("note20", "Ordered"));
        assertThat(page.locator(".rows li")).hasCount(1);
    }

    @Test
    void myOrdersShowsOrdersOfThisBrowserWhoseAnswersComeLater() {
        long before = STAGE.anOrder("note20", "Shipped");
        AtomicInteger lists = new AtomicInteger();
        page.onRequestFinished(request -> lists.addAndGet(request.url().endsWith("/orders/" + before) ? 1 : 0));
        go("/");
        page.evaluate("ids => localStorage.setItem('orders', ids)", "[" + before + "]");
        page.route("**/orders", route -> {
            APIResponse answer = route.fetch();
            page.locator("[data-tab=mine]").click();
            // at first, and when the stream is open
            page.waitForCondition(() -> lists.get() == 2);
            route.fulfill(new FulfillOptions().setResponse(answer));
        });
        page.locator("#order").click();
        assertThat(page.locator(".rows li")).hasCount(2);

        Page other = session.newPage();
        other.navigate(STAGE.url("/"));
        other.locator("#order").click();
        assertThat(page.locator(".rows li")).hasCount(3);
    }

    /** A stream is renewed every minute. */
    @Test
    void aRenewedStreamMovesNoRows() {
        STAGE.roles = List.of("operator");
        STAGE.anOrder("note20", "Paid");
        AtomicInteger lists = new AtomicInteger();
        page.onRequestFinished(request -> lists.addAndGet(request.url().contains("/history?") ? 1 : 0));
        go("/orders");
        page.waitForCondition(() -> lists.get() == 2);
        STAGE.happened("Ordered", STAGE.anOrder("note21", "Ordered"));
        assertThat(page.locator(".fresh")).hasText("1 new – show");

        STAGE.renewStreams();
        await().until(() -> STAGE.streamsEver.get() == 2 && STAGE.streams.size() == 1);
        STAGE.happened("Ordered", STAGE.anOrder("note21", "Ordered"));
        assertThat(page.locator(".fresh")).hasText("2 new – show");
        assertThat(page.locator(".rows li")).hasCount(1);
    }

    /** The answer was made before the event and arrives after it. */
    @Test
    void myOrdersHasWhatHappensWhileTheListIsRead() {
        STAGE.roles = List.of("customer");
        long id = STAGE.anOrder("note20", "Paid");
        go("/my-orders");
        assertThat(page.locator(".rows .badge")).hasText("Paid");
        await().until(() -> STAGE.streams.size() == 1);
        page.evaluate("() => { new BroadcastChannel('phone82-stream').onmessage = message => { window.heard = message.data.kind; }; }");
        AtomicInteger lists = new AtomicInteger();
        page.route("**/history?*", route -> {
            APIResponse early = route.fetch();
            STAGE.ship(id);
            page.waitForFunction("() => window.heard === 'happened'");
            route.fulfill(new FulfillOptions().setResponse(early));
            lists.incrementAndGet();
        });

        STAGE.stream("reset", new JsonObject());

        assertThat(page.locator(".rows .badge")).hasText("Shipped");
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        assertThat(lists.get()).isPositive();
        assertThat(page.locator(".rows .badge")).hasText("Shipped");
    }

    /** Whose stream has the deliveries of others, too. */
    @Test
    void aDealerWhoAlsoOrdersSeesOwnOrdersOnly() {
        STAGE.roles = List.of("customer", "dealer");
        STAGE.anOrder("note20", "Paid");
        AtomicInteger lists = new AtomicInteger();
        page.onRequestFinished(request -> lists.addAndGet(request.url().contains("/history?") ? 1 : 0));
        go("/orders");
        assertThat(page.locator("h1")).hasText("My orders");
        // at first, and when the stream is open
        page.waitForCondition(() -> lists.get() == 2);
        assertThat(page.locator(".rows li")).hasCount(1);

        STAGE.stream("progress", step("OrderReceived").put("orderId", 1_000_000).put("status", "Paid").put("item", "note20"));
        STAGE.happened("Ordered", STAGE.anOrder("note21", "Ordered"));

        assertThat(page.locator(".fresh")).hasText("1 new – show");
        page.locator("[data-tab=mine]").click();
        assertThat(page.locator(".rows li")).hasCount(2);
        assertThat(page.locator("[data-tab=dealer]")).isVisible();
    }

    @Test
    void theDealerSeesQueuesAndCanSearch() {
        long waiting = STAGE.anOrder("note20", "Paid");
        long held = STAGE.anOrder("note21", "Held");
        STAGE.pause(STAGE.anOrder("pixel-10", "Paid"), "out of stock");
        long shipped = STAGE.anOrder("pixel-10", "Shipped");
        STAGE.anOrder("pixel-10", "Cancelled");
        go("/dealer");
        assertThat(page.locator(".queues .number")).hasText(new String[]{"1", "1", "1"});
        firstIs(waiting);
        page.locator(".queues").getByText("Being cancelled").click();
        firstIs(held);
        assertThat(page).hasURL(STAGE.url("/dealer?show=held"));
        page.getByLabel("Model").selectOption("Phone pixel-10");
        assertThat(page.locator(".queues .number")).hasText(new String[]{"0", "1", "0"});
        assertThat(page.getByLabel("Model")).isFocused();
        page.reload();
        assertThat(page.getByLabel("Model")).hasValue("pixel-10");
        page.locator(".queues").getByText("Shipped").click();
        assertThat(page.locator(".rows li")).hasCount(1);
        page.goBack();
        assertThat(page).hasURL(STAGE.url("/dealer?show=held&item=pixel-10"));
        page.locator(".queues").getByText("All").click();
        assertThat(page.locator(".rows li")).hasCount(3);

        // an order of any age, whatever the queue and the model
        page.getByLabel("Order no.").fill(String.valueOf(held));
        assertThat(page.locator(".rows li")).hasCount(1);
        firstIs(held);
        page.reload();
        firstIs(held);
        page.getByLabel("Order no.").fill(String.valueOf(shipped));
        firstIs(shipped);
        page.getByLabel("Order no.").fill("987654321");
        assertThat(page.locator(".dealer")).containsText("There is no delivery of order 987654321.");
        page.getByLabel("Order no.").fill("");
        assertThat(page.locator(".rows li")).hasCount(3);
    }

    @Test
    void aQueueIsReadByItsStatus() {
        long waiting = STAGE.anOrder("note20", "Paid");
        for (int i = 0; i < 250; i++) {
            STAGE.anOrder("note21", "Shipped");
        }
        go("/dealer");
        firstIs(waiting);
        assertThat(page.locator(".queues .number")).hasText(new String[]{"1", "0", "0"});
        go("/dealer?show=shipped");
        assertThat(page.locator(".rows li")).hasCount(200);
        page.getByText("Load more").click();
        assertThat(page.locator(".rows li")).hasCount(250);
        assertThat(Set.copyOf(STAGE.deliveryLists)).contains("size=200&status=Received&sort=dispatchAt", "size=200&status=Held", "size=200&status=Shipped")
                .allMatch(query -> query.contains("status="));
        go("/dealer?show=all");
        assertThat(page.locator(".rows li")).hasCount(200);
        assertThat(STAGE.deliveryLists).contains("size=200");
    }

    /** With more deliveries than a page holds, the one to ship first is the oldest, not one of the newest page. */
    @Test
    void theDeliveryToShipFirstComesFirst() {
        long first = STAGE.anOrder("note20", "Paid");
        for (int i = 0; i < 230; i++) {
            STAGE.anOrder("note21", "Paid");
        }
        go("/dealer");
        firstIs(first);
        assertThat(page.locator(".after")).containsText("The first 200 deliveries by ship-by time.");
        page.getByText("Load more").click();
        assertThat(page.locator(".rows li")).hasCount(231);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en-US | Pause | Paused | Order %s is paused. | Resume | Order %s is no longer paused. | is delayed
            ko-KR | 보류 | 보류 | %s번 주문을 보류했습니다. | 보류 해제 | %s번 주문의 보류를 해제했습니다. | 발송이 늦어지고
            """)
    void theDealerPausesAndResumesADelivery(String locale, String pause, String paused, String pauseDone, String resume, String resumeDone, String delayed) {
        visit(locale, 1280, 900);
        long id = STAGE.anOrder("note20", "Paid");
        long other = STAGE.anOrder("note21", "Paid");
        Page customer = session.newPage();
        customer.navigate(STAGE.url("/orders/" + id));
        customer.locator("#cancel").waitFor();
        go("/dealer");
        assertThat(page.locator("#pause-" + id)).containsText(pause);
        page.locator("#pause-" + id).press("Enter");
        assertThat(page.locator("dialog input")).isFocused();
        page.keyboard().press("Escape");
        assertThat(page.locator("#pause-" + id)).isFocused();
        assertThat(STAGE.pauses).isEmpty();
        page.locator("#pause-" + id).press("Enter");
        page.locator("dialog input").press("Enter");
        assertThat(page.locator("dialog input:invalid")).isVisible();
        page.locator("dialog input").fill("재고 없음 <b>");
        page.keyboard().press("Enter");

        assertThat(page.locator(".toast")).hasText(pauseDone.formatted(id));
        assertThat(page.locator("#pause-" + id)).hasCount(0);
        assertThat(page.locator("#pause-" + other)).isFocused();
        assertThat(page.locator(".queues .number")).hasText(new String[]{"1", "1", "0"});
        assertThat(customer.locator("#truth")).containsText(delayed);
        assertThat(customer.locator("main")).not().containsText("재고");
        assertThat(customer.locator("#cancel")).isVisible();

        page.locator(".queues").getByText(paused).click();
        assertThat(page.locator(".why")).containsText("재고 없음 <b>");
        assertThat(page.locator("#resume-" + id)).containsText(resume);
        page.locator("#resume-" + id).press("Enter");
        assertThat(page.locator(".toast")).hasText(resumeDone.formatted(id));
        assertThat(customer.locator("#truth")).not().containsText(delayed);
        assertThat(STAGE.pauses).containsExactly(id + ": 재고 없음 <b>", id + " resumed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            409 Shipped already  | was shipped already at
            409 Being cancelled  | is being cancelled.
            409 Cancelled already | is cancelled and is not shipped.
            409 Another reason   | is not paused.
            422 Invalid request  | is not paused. The reason must be one line of 1 to 200 visible characters.
            503 Unavailable      | is not paused. This part of the shop is unavailable. Try again in 5 s.
            500 Internal error   | We do not know yet whether order
            """)
    void aRefusedPauseShowsTheReason(String refusal, String words) {
        long id = STAGE.anOrder("note20", "Paid");
        go("/dealer");
        STAGE.pauseAnswers.add(problem(Integer.parseInt(refusal.substring(0, 3)), refusal.substring(4), 0));
        page.locator("#pause-" + id).click();
        page.locator("dialog input").fill("out of stock");
        page.keyboard().press("Enter");

        assertThat(page.locator(".toast")).containsText(words);
        assertThat(page.locator("#pause-" + id)).isFocused();
    }

    @Test
    void selectedDeliveriesAreShippedTogetherAndEachHasItsResult() {
        long paid = STAGE.anOrder("note20", "Paid");
        long lost = STAGE.anOrder("note20", "Paid");
        long cancelled = STAGE.anOrder("note20", "Paid");
        long busy = STAGE.anOrder("note20", "Paid");
        long unselected = STAGE.anOrder("note20", "Paid");
        go("/dealer");
        page.getByLabel("Select all").check();
        assertThat(page.locator("#chosen")).hasText("5 selected");
        page.locator("#select-" + unselected).uncheck();
        assertThat(page.locator("#select-" + unselected)).isFocused();
        assertThat(page.locator("#chosen")).hasText("4 selected");
        STAGE.shipmentAnswers.add(context -> {
            STAGE.ship(paid);
            problem(500, "Internal error", 0).accept(context);
        });
        STAGE.shipmentAnswers.add(problem(409, "Shipped already", 0));
        STAGE.shipmentAnswers.add(problem(500, "Internal error", 0));
        STAGE.shipmentAnswers.add(problem(500, "Internal error", 0));
        STAGE.shipmentAnswers.add(problem(500, "Internal error", 0));
        STAGE.shipmentAnswers.add(problem(409, "Being cancelled", 0));
        STAGE.shipmentAnswers.add(problem(503, "Unavailable", 1));
        page.locator("#ship-selected").press("Enter");
        assertThat(page.locator("#batch")).isFocused();

        assertThat(page.locator("#batch-summary")).hasText("2 of 4 done, 2 not.");
        assertThat(page.locator(".results li")).containsText(new String[]{"Order " + paid + " is shipped.", "whether order " + lost + " is shipped",
                "order " + cancelled + ": it is being cancelled.", "Order " + busy + " is shipped."});
        assertThat(STAGE.shipments).containsExactlyElementsOf(List.of(paid, paid, lost, lost, lost, cancelled, busy, busy).stream().map(String::valueOf).toList());
        assertThat(page.locator("#select-" + lost)).isChecked();
        assertThat(page.locator("#select-" + cancelled)).isChecked();
        assertThat(page.locator("#select-" + unselected)).not().isChecked();
        page.locator("#ship-selected").click();
        assertThat(page.locator("#batch-summary")).hasText("2 of 2 done");
        page.locator("#batch-close").click();
        assertThat(page.locator("#batch")).hasCount(0);
        assertThat(page.locator(".rows li")).hasCount(1);
        firstIs(unselected);
    }

    @Test
    void aBatchEndsWhenNothingIsShipped() {
        List<Long> ids = List.of(STAGE.anOrder("note20", "Paid"), STAGE.anOrder("note20", "Paid"), STAGE.anOrder("note20", "Paid"));
        go("/dealer");
        page.getByLabel("Select all").check();
        STAGE.shipmentAnswers.add(problem(409, "Nothing is shipped", 0));
        page.locator("#ship-selected").press("Enter");

        assertThat(page.locator("#batch-summary")).hasText("Stopped: 0 of 3 done. The others are as they were.");
        assertThat(page.locator(".results li")).hasText(new String[]{"Order " + ids.get(0) + " is not shipped: nothing is shipped until an operator allows it."});
        assertThat(STAGE.shipments).containsExactly(String.valueOf(ids.get(0)));
    }

    @Test
    void selectedDeliveriesArePausedTogetherAcrossViewsAndStopOnRequest() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(STAGE.anOrder("note20", "Paid"));
        }
        go("/dealer");
        page.getByLabel("Select all").check();
        STAGE.delay = 400;
        page.locator("#pause-selected").click();
        assertThat(page.locator("dialog")).containsText("Pause 8 orders?");
        page.locator("dialog input").fill("no couriers today");
        page.keyboard().press("Enter");
        assertThat(page.locator(".results li").first()).hasText("Order " + ids.get(0) + " is paused.");
        page.locator("#language").click();
        assertThat(page.locator(".results li").nth(1)).hasText(Pattern.compile("Order " + ids.get(1) + " is paused.|" + ids.get(1) + "번 주문을 보류했습니다."));
        page.locator("#batch-stop").click();
        assertThat(page.locator("#batch-summary")).containsText("중지됨");
        int done = STAGE.pauses.size();
        assertThat(done).isBetween(2, 7);
        assertThat(page.locator("#chosen")).hasText((8 - done) + "건 선택됨");
        assertThat(STAGE.deliveries.values()).filteredOn(each -> each.getString("status").equals("Paused")).hasSize(done);
    }

    @Test
    void packingSlipsArePrintedOnePerPageWithoutPrices() {
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        long cancelled = STAGE.anOrder("note21", "Cancelled");
        go("/dealer");
        page.getByLabel("Select all").check();
        page.locator("#slips-selected").click();
        assertThat(page).hasURL(STAGE.url("/dealer/slips?orders=" + first + "," + second));
        assertThat(page.locator(".slip")).hasCount(2);
        assertThat(page.locator(".slip .id").first()).hasText(String.valueOf(first));
        assertThat(page.locator(".slip").first()).containsText("Phone note20");
        assertThat(page.locator("main")).not().containsText(Pattern.compile("₩|원|1,199,000"));

        go("/dealer/slips?orders=" + first + "," + cancelled + ",987654321,x");
        assertThat(page.locator(".slip")).hasCount(1);
        assertThat(page.locator(".notice")).containsText("Order " + cancelled + ": Cancelled");
        assertThat(page.locator(".notice")).containsText("Order 987654321: there is no delivery.");
        page.locator("#theme").click();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        page.emulateMedia(new EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator(".slip")).isVisible();
        assertThat(page.locator(".slip")).hasCSS("color", "rgb(23, 26, 43)");
        assertThat(page.locator(".top, .head, .notice, footer, button").filter(new com.microsoft.playwright.Locator.FilterOptions().setVisible(true))).hasCount(0);
        assertThat(page.pdf().length).isPositive();
    }

    @Test
    void theWholeQueueIsExported() throws IOException {
        for (int i = 0; i < 230; i++) {
            STAGE.anOrder("note21", "Paid");
        }
        go("/dealer");
        page.locator("#export").waitFor();
        Download file = page.waitForDownload(() -> page.locator("#export").click());

        assertThat(file.suggestedFilename()).isEqualTo("deliveries-ship.csv");
        List<String> lines = new String(file.createReadStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.get(0)).isEqualTo("\ufefforderId,item");
        assertThat(lines.subList(1, lines.size())).hasSize(230).doesNotHaveDuplicates().allMatch(line -> line.endsWith(",note21"));
        assertThat(page.locator(".toast")).hasText("230 deliveries exported.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en-US | Ship now | Shipping … | Order %s is shipped.
            ko-KR | 지금 발송 | 발송 처리 중… | %s번 주문을 발송했습니다.
            """)
    void theDealerShipsOneAfterTheOther(String locale, String now, String busy, String done) {
        visit(locale, 1280, 900);
        STAGE.roles = List.of("dealer");
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        STAGE.anOrder("note21", "Held");
        go("/dealer");
        assertThat(page.locator(".ship")).hasCount(2);
        assertThat(page.locator(".ship").first()).containsText(now);
        STAGE.delay = 300;
        page.locator("#ship-" + first).click();
        assertThat(page.locator("#ship-" + first)).containsText(busy);
        assertThat(page.locator("#ship-" + first)).hasAttribute("aria-disabled", "true");
        page.keyboard().press("Enter");
        assertThat(page.locator(".toast")).hasText(done.formatted(first));
        assertThat(page.locator("#ship-" + first)).hasCount(0);
        assertThat(page.locator("#ship-" + second)).isFocused();
        assertThat(STAGE.shipments).containsExactly(String.valueOf(first));

        // the key counts again after a pause
        await().pollInterval(Duration.ofSeconds(1)).until(() -> {
            page.keyboard().press("Enter");
            return STAGE.shipments.size() == 2;
        });
        assertThat(page.locator(".toast")).hasText(done.formatted(second));
        assertThat(page.locator("h1")).isFocused();
        assertThat(STAGE.shipments).containsExactly(String.valueOf(first), String.valueOf(second));
    }

    /** A second click, or a key, that reaches the button of the next order because the first order has left the list. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theNextOrderIsNotShippedByAccident(int clicks) {
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        go("/dealer");
        page.locator("#ship-" + second).waitFor();
        page.evaluate("""
                async ([first, second, clicks]) => {
                    const click = button => button.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: clicks}));
                    if (clicks === 0) {
                        document.getElementById(first).focus();
                    }
                    click(document.getElementById(first));
                    while (document.getElementById(first)) {
                        await new Promise(drawn => requestAnimationFrame(drawn));
                    }
                    click(document.getElementById(second));
                }""", List.of("ship-" + first, "ship-" + second, clicks));
        assertThat(page.locator(".toast")).containsText("Order " + first);
        assertThat(page.locator("#ship-" + second)).isVisible();
        assertThat(page.locator("#ship-" + second)).not().hasAttribute("aria-disabled", "true");
        assertThat(STAGE.shipments).containsExactly(String.valueOf(first));
    }

    /** Otherwise the row of another order would move under the pointer. */
    @Test
    void aCancelledRowStaysUnderThePointerAndIsReported() {
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        go("/dealer");
        page.locator("#ship-" + second).hover();
        double place = page.locator("#ship-" + second).boundingBox().y;
        STAGE.cancel(first);

        assertThat(page.locator(".toast")).hasText("Order " + first + " was cancelled. Do not ship it.");
        assertThat(page.locator(".dealer .badge")).hasText("Cancelled");
        assertThat(page.locator("#ship-" + first)).hasCount(0);
        assertThat(page.locator("#select-" + first)).hasCount(0);
        assertThat(page.locator("#ship-" + second).boundingBox().y).isEqualTo(place);
        assertThat(page.locator(".queues [aria-current] .number")).hasText("1");
        page.getByLabel("Select all").check();
        assertThat(page.locator("#chosen")).hasText("1 selected");

        page.locator("h1").hover();
        assertThat(page.locator(".dealer .badge")).hasCount(0);
        assertThat(page.locator(".rows li")).hasCount(1);
    }

    @Test
    void aHeldKeyShipsNothing() {
        long id = STAGE.anOrder("note20", "Paid");
        go("/dealer");
        page.locator("#ship-" + id).focus();
        assertThat(page.evaluate("() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', repeat: true, cancelable: true, bubbles: true}))"))
                .as("not prevented").isEqualTo(false);
        assertThat(page.evaluate("() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', cancelable: true, bubbles: true}))"))
                .isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            en-US | 409 Shipped already  | was shipped already at
            en-US | 409 Being cancelled  | it is being cancelled.
            en-US | 409 Paused           | is paused. Resume it first.
            en-US | 409 Cancelled already | is cancelled and is not shipped.
            en-US | 409 Nothing is shipped | is not shipped: nothing is shipped until an operator allows it.
            en-US | 409 Another reason   | is not shipped.
            en-US | 503 Unavailable      | is not shipped. This part of the shop is unavailable. Try again in 5 s.
            en-US | 403 Not allowed      | is not shipped. Your account is not allowed to do this.
            en-US | 500 Internal error   | We do not know yet whether order
            ko-KR | 409 Shipped already  | 이미 발송되었습니다.
            ko-KR | 409 Being cancelled  | 취소 처리 중입니다. 발송하지 마세요.
            ko-KR | 409 Paused           | 먼저 보류를 해제해 주세요.
            ko-KR | 409 Cancelled already | 취소되어 발송하지 않습니다.
            ko-KR | 409 Nothing is shipped | 운영자가 허용할 때까지 아무것도 발송되지 않습니다.
            ko-KR | 409 Another reason   | 발송하지 못했습니다.
            ko-KR | 503 Unavailable      | 발송하지 못했습니다. 지금은 이용할 수 없습니다.
            ko-KR | 500 Internal error   | 발송되었는지 아직 알 수 없습니다.
            """)
    void aRefusedShipmentShowsTheReasonWithoutMovingTheList(String locale, String refusal, String words) {
        visit(locale, 1280, 900);
        long id = STAGE.anOrder("note20", "Paid");
        STAGE.anOrder("note21", "Paid");
        page.addInitScript("window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(each => { window.shifts += each.value; }))"
                + ".observe({type: 'layout-shift', buffered: true});");
        go("/dealer");
        page.locator("#ship-" + id).waitFor();
        page.evaluate("() => { window.shifts = 0; }");
        STAGE.shipmentAnswers.add(problem(Integer.parseInt(refusal.substring(0, 3)), refusal.substring(4), 0));
        page.locator("#ship-" + id).press("Enter");

        assertThat(page.locator(".toast")).containsText(words);
        assertThat(page.locator(".toast")).containsText(String.valueOf(id));
        assertThat(page.locator(".toast")).not().containsText("refused by a test");
        assertThat(page.locator("#ship-" + id)).isFocused();
        assertThat(page.locator("#ship-" + id)).not().hasAttribute("aria-disabled", "true");
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        assertThat(((Number) page.evaluate("() => window.shifts")).doubleValue()).isZero();
    }

    @Test
    void onlyDealersAndOperatorsCanShip() {
        STAGE.anOrder("note20", "Paid");
        STAGE.roles = List.of("customer");
        go("/dealer");
        assertThat(page.locator(".rows li")).hasCount(1);
        assertThat(page.locator(".ship")).hasCount(0);
        for (List<String> roles : List.of(List.of("operator"), List.of("customer", "dealer"))) {
            STAGE.roles = roles;
            page.reload();
            assertThat(page.locator(".ship")).hasCount(1);
            // a customer who is a dealer, too, cannot open the orders of others
            assertThat(page.locator(".rows a")).hasCount(roles.contains("operator") ? 1 : 0);
        }
    }

    /** The shop ships a delivery that the dealer was about to ship. */
    @Test
    void aQueueIsLiveWhileItIsWorkedOn() {
        long first = STAGE.anOrder("note20", "Paid");
        long second = STAGE.anOrder("note21", "Paid");
        go("/dealer");
        page.locator("#ship-" + first).focus();
        await().until(() -> STAGE.streams.size() == 1);
        STAGE.ship(first);
        assertThat(page.locator("#ship-" + first)).hasCount(0);
        assertThat(page.locator("#ship-" + second)).isFocused();
        assertThat(page.locator(".queues .number")).hasText(new String[]{"1", "0", "0"});
    }

    /** 320 px corresponds to a desktop at 400 % zoom. */
    @ParameterizedTest
    @CsvSource({"320,256,en-US", "320,640,ko-KR", "390,844,en-US"})
    void nothingIsCutOffAndFocusIsVisibleOnSmallScreens(int width, int height, String locale) {
        visit(locale, width, height);
        long id = STAGE.anOrder("galaxy-s25-ultra", "Paid");
        STAGE.anOrder("an-item-with-a-name-that-is-much-longer-than-the-screen-is-wide", "Paid");
        STAGE.pause(STAGE.anOrder("note20", "Paid"), "areasonwithoutanyspaces".repeat(8));
        for (String path : List.of("/", "/?q=blue", "/?q=nothing", "/my-orders", "/orders", "/orders/" + id, "/dealer", "/dealer?show=paused", "/dealer/slips?orders=" + id, "/nowhere")) {
            go(path);
            assertThat(page.locator(".skeleton")).hasCount(0);
            assertThat(page.evaluate("() => document.documentElement.scrollWidth")).as(path).isEqualTo(width);
            assertThat((List<?>) page.evaluate("""
                    async () => {
                        const hidden = [];
                        for (const each of document.querySelectorAll('a[href], button:not([hidden]), input, select')) {
                            if (!each.checkVisibility() || each.closest('[hidden]')) continue;
                            each.focus();
                            await new Promise(drawn => requestAnimationFrame(drawn));
                            const focused = document.activeElement;
                            const seen = focused.matches('.unseen') ? focused.closest('label') : focused;
                            // a link may continue on the next line
                            const {left, top, width, height} = seen.getClientRects()[0];
                            const at = document.elementFromPoint(left + width / 2, top + Math.min(height, innerHeight) / 2);
                            if (!at || !(seen.contains(at) || at.contains(seen))) hidden.push(each.outerHTML.slice(0, 100) + ' at ' + top + ' under ' + at?.outerHTML.slice(0, 60));
                        }
                        return hidden;
                    }""")).as("%s, %s px", path, width).isEmpty();
        }
    }

    @Test
    void theLayoutIsStableWhileAnswersArrive() {
        visit("en-US", 390, 844);
        long id = STAGE.anOrder("note20", "Paid");
        for (int i = 0; i < 30; i++) {
            STAGE.anOrder("note20", "Paid");
        }
        STAGE.delay = 150;
        page.addInitScript("window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(each => { window.shifts += each.value; }))"
                + ".observe({type: 'layout-shift', buffered: true});");
        for (String path : List.of("/", "/my-orders", "/orders", "/orders/" + id, "/dealer")) {
            go(path);
            page.evaluate("ids => localStorage.setItem('orders', ids)", "[" + id + "]");
            assertThat(page.locator(".skeleton")).hasCount(0);
            page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
            assertThat(((Number) page.evaluate("() => window.shifts")).doubleValue()).as(path).isLessThan(0.02);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ko"})
    void everyPageInEveryStateIsAccessible(String language) {
        visit(language.equals("en") ? "en-US" : "ko-KR", 1280, 900);
        page.addInitScript(BrowserExtension.AXE);
        long paid = STAGE.anOrder("galaxy-z-fold7", "Paid");
        long shipped = STAGE.anOrder("note20", "Shipped");
        long cancelled = STAGE.anOrder("iphone-17", "Cancelled");
        long paused = STAGE.anOrder("pixel-10", "Paid");
        STAGE.pause(paused, "The customer asked for another address and has not answered yet");
        go("/");
        page.evaluate("ids => localStorage.setItem('orders', ids)", "[%d,%d,%d]".formatted(paid, shipped, cancelled));
        for (String path : PATHS) {
            go(path);
            checkAccessibility(language, path.equals("/") ? "phones" : path.substring(1).replaceAll("\\W", "-"));
        }
        go("/orders/" + shipped);
        checkAccessibility(language, "order-shipped");
        go("/orders/" + cancelled);
        checkAccessibility(language, "order-cancelled");
        go("/orders/" + paid);
        checkAccessibility(language, "order-paid");
        cancelButton();
        checkAccessibility(language, "dialog");
        page.keyboard().press("Escape");
        STAGE.cancellationAnswers.add(problem(503, "Temporarily unavailable", 3));
        cancelButton();
        page.locator("dialog [value=yes]").click();
        page.locator(".notice").waitFor();
        checkAccessibility(language, "cancel-unsure");

        go("/orders/" + paused);
        checkAccessibility(language, "order-delayed");
        go("/guest#%d.%s".formatted(paid, "A".repeat(43)));
        page.locator("#revoke").waitFor();
        checkAccessibility(language, "guest");
        go("/");
        go("/guest#nothing");
        checkAccessibility(language, "guest-ended");
        go("/dealer/slips?orders=%d,%d".formatted(paid, cancelled));
        checkAccessibility(language, "dealer-slips");
        go("/dealer");
        page.locator(".pause").click();
        checkAccessibility(language, "dealer-pause");
        page.keyboard().press("Escape");
        page.locator("#select-all").check();
        STAGE.shipmentAnswers.add(problem(409, "Being cancelled", 0));
        page.locator("#ship-selected").click();
        page.locator("#batch-close").waitFor();
        checkAccessibility(language, "dealer-batch");
        for (int status : List.of(409, 200)) {
            if (status != 200) {
                STAGE.shipmentAnswers.add(problem(status, "Being cancelled", 0));
            }
            go("/dealer");
            page.locator(".ship").click();
            assertThat(page.locator(".toast")).not().isEmpty();
            checkAccessibility(language, "dealer-shipment-" + status);
        }

        STAGE.orderAnswers.add(context -> { });
        go("/");
        page.locator("#order").click();
        checkAccessibility(language, "ordering");
        page.evaluate("() => localStorage.removeItem('attempt')");
        for (JsonObject answer : List.of(new JsonObject().put("status", 402), new JsonObject().put("status", 500), new JsonObject().put("status", 503).put("title", "Too busy"))) {
            STAGE.orderAnswers.add(problem(answer.getInteger("status"), answer.getString("title", ""), 60));
            go("/");
            page.locator("#order").click();
            page.locator(".notice").waitFor();
            checkAccessibility(language, "refused-" + answer.getInteger("status"));
            page.evaluate("() => localStorage.removeItem('attempt')");
        }
        page.setViewportSize(320, 640);
        for (String path : List.of("/", "/my-orders", "/orders/" + paid, "/dealer", "/dealer?show=paused", "/dealer/slips?orders=" + paid)) {
            go(path);
            assertThat(page.locator(".skeleton")).hasCount(0);
            screenshot(language, (path.equals("/") ? "phones" : path.substring(1).replaceAll("/?\\d+", "").replaceAll("\\W", "-")) + "-small");
        }
    }

    /** Checks accessibility on desktop and phone, light and dark, and with forced colours; each finding is a defect. */
    private void checkAccessibility(String language, String name) {
        assertThat(page.locator(".skeleton")).hasCount(0, new HasCountOptions().setTimeout(10_000));
        page.emulateMedia(new EmulateMediaOptions().setForcedColors(ForcedColors.ACTIVE));
        assertThat(findings()).as("%s, forced colours", name).isEmpty();
        page.emulateMedia(new EmulateMediaOptions().setForcedColors(ForcedColors.NONE));
        for (String device : List.of("phone", "desk")) {
            page.setViewportSize(device.equals("phone") ? 390 : 1280, device.equals("phone") ? 844 : 900);
            for (ColorScheme scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
                page.emulateMedia(new EmulateMediaOptions().setColorScheme(scheme));
                assertThat(findings()).as("%s, %s, %s", name, device, scheme).isEmpty();
                screenshot(language, "%s-%s-%s".formatted(name, device, scheme.name().toLowerCase(Locale.ROOT)));
            }
        }
    }

    private void screenshot(String language, String name) {
        page.screenshot(new ScreenshotOptions().setFullPage(true).setPath(Path.of("target", "screenshots", "state-" + language + "-" + name + ".png")));
    }

    private List<?> findings() {
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        page.evaluate("() => Promise.allSettled(document.getAnimations().filter(each => each.effect.getComputedTiming().iterations < Infinity).map(each => each.finished))");
        return (List<?>) page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                + ".map(each => each.id + ': ' + each.nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))");
    }
}
