package phone82.page;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route.FulfillOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.journey.Phone82Extension;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Login and logout in a real browser, with the gateway's built-in issuer. */
@Tag("pages")
class LoginPageTest {

    private static final String ORDER = "fetch('/orders', {method: 'POST', headers: {'Content-Type': 'application/json', 'X-Requested-With': 'phone82'}, "
            + "body: '{\"item\":\"note20\",\"qty\":1}'}).then(answer => answer.json()).then(order => String(order.id))";

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.identity=embedded",
            "--phone82.identity.port=" + Phone82Extension.freePort(), "--phone82.store.dispatch-delay=1h");

    private final String gateway = PHONE82.gateway().url("");

    @Test
    void twoUsersInTwoWindowsSeeTheirOwnOrders() {
        try (BrowserContext one = BROWSER.browser().newContext(); BrowserContext two = BROWSER.browser().newContext()) {
            Page kim = login(one, "Kim, customer");
            assertThat(who(kim)).containsText("Kim");
            String id = String.valueOf(kim.evaluate(ORDER));
            assertThat(status(kim, "/orders/" + id)).isEqualTo(200);

            Page park = login(two, "Park, dealer");
            assertThat(who(park)).containsText("Park");
            assertThat(status(park, "/orders/" + id)).isEqualTo(403);
            assertThat(status(park, "/deliveries")).isEqualTo(200);
            assertThat(status(kim, "/orders/" + id)).isEqualTo(200);
        }
    }

    @Test
    void theAddressOfAnOrderLeadsToTheLoginAndBack() {
        try (BrowserContext known = BROWSER.browser().newContext(); BrowserContext unknown = BROWSER.browser().newContext()) {
            String id = String.valueOf(login(known, "Kim, customer").evaluate(ORDER));
            Page page = unknown.newPage();
            page.navigate(gateway + "/orders/" + id);
            page.getByText("Kim, customer").click();

            page.waitForURL(gateway + "/orders/" + id);
            assertThat(page.locator("h1")).containsText(id);
        }
    }

    @Test
    void aCustomerFindsAllOrdersOfTheAccountInAnyBrowser() {
        try (BrowserContext one = english(); BrowserContext two = english()) {
            String id = String.valueOf(login(one, "Kim, customer").evaluate(ORDER));
            Page page = two.newPage();
            page.navigate(gateway + "/my-orders");
            assertThat(page.locator("main")).containsText("Log in to see your orders.");
            assertThat(page.locator("[data-tab=dealer]")).isHidden();
            page.locator("main a.main").click();
            page.getByText("Kim, customer").click();
            assertThat(page).hasURL(gateway + "/my-orders");

            assertThat(page.locator(".rows")).containsText(id);
            assertThat(page.locator("[data-tab=dealer]")).isHidden();
            page.navigate(gateway + "/orders");
            assertThat(page.locator("h1")).hasText("My orders");
        }
    }

    @Test
    void withoutALoginTheDealerIsAskedToLogInAndNothingReconnects() {
        try (BrowserContext session = english()) {
            Page page = session.newPage();
            List<String> requested = new CopyOnWriteArrayList<>();
            page.onRequest(request -> requested.add(request.url()));
            page.navigate(gateway + "/dealer");
            assertThat(page.locator(".notice")).containsText("You are not logged in.");
            page.locator(".notice a.main").click();
            page.getByText("Park, dealer").click();
            assertThat(page).hasURL(gateway + "/dealer");
            assertThat(page.locator("[data-tab=dealer]")).isVisible();
            assertThat(requested.subList(0, requested.indexOf(gateway + "/login?back=%2Fdealer"))).noneMatch(url -> url.contains("/history/stream"));
        }
    }

    @Test
    void aDealerWhoDoesNotOrderHasNoOrders() {
        try (BrowserContext session = english()) {
            Page page = login(session, "Park, dealer");
            page.locator("[data-tab=mine]").click();

            assertThat(page.locator("main")).containsText("You have not ordered anything yet.");
            assertThat(page.locator(".notice.bad")).hasCount(0);
            assertThat(page.locator("main a[href='/orders']")).hasCount(0);
        }
    }

    @Test
    void nothingIsShownAfterTheLogoutEvenByGoingBack() {
        try (BrowserContext session = BROWSER.browser().newContext()) {
            Page page = login(session, "Lee, operator");
            page.navigate(gateway + "/orders");
            page.navigate(gateway + "/");
            assertThat(who(page)).containsText("Lee");

            page.locator("#who a").click();
            assertThat(page.locator("#who a")).hasAttribute("href", "/login");
            page.goBack();
            page.navigate(gateway + "/orders");

            assertThat(page.locator("body")).containsText("Who are you?");
            assertThat(session.cookies()).extracting(cookie -> cookie.name).containsExactly("__Host-phone82-login");
        }
    }

    @Test
    void aGuestKeepsTheLinkAndCancelsWithItInAnotherBrowser() {
        try (BrowserContext one = english(); BrowserContext two = english()) {
            one.grantPermissions(List.of("clipboard-read", "clipboard-write"));
            Page page = one.newPage();
            List<String> requested = new CopyOnWriteArrayList<>();
            page.onRequest(request -> requested.add(request.url() + request.headers().getOrDefault("referer", "")));
            String link = orderAsGuest(page);
            assertThat(page.locator(".guest")).containsText("Anyone who has it can cancel the order");
            page.locator("#copy").click();
            assertThat(page.locator(".guest .notice")).containsText("copied");
            assertThat(page.evaluate("navigator.clipboard.readText()")).isEqualTo(link);

            Page other = two.newPage();
            other.navigate(link);
            // a click shortly after the page has opened is ignored
            await().pollInSameThread().until(() -> {
                other.locator("#cancel").click();
                return other.locator("dialog").isVisible();
            });
            other.locator("dialog button[value=yes]").click();
            assertThat(other.locator(".badge")).hasText("Cancelled");
            assertThat(page.locator(".badge")).hasText("Cancelled");
            assertThat(requested).isNotEmpty().noneMatch(url -> url.contains(link.substring(link.indexOf('.', link.indexOf('#')) + 1)));
        }
    }

    @Test
    void aGuestAddsTheOrderToAnAccountAndTheLinkEnds() {
        try (BrowserContext one = english(); BrowserContext two = english()) {
            Page page = one.newPage();
            String link = orderAsGuest(page);
            String id = link.substring(link.indexOf('#') + 1, link.indexOf('.', link.indexOf('#')));
            page.locator(".guest a[href='/login']").click();
            page.getByText("Kim, customer").click();
            assertThat(page).hasURL(link);

            page.locator("#claim").click();
            assertThat(page).hasURL(gateway + "/orders/" + id);
            assertThat(page.locator("#cancel")).isVisible();
            page.navigate(gateway + "/my-orders");
            assertThat(page.locator(".rows")).containsText(id);

            Page other = two.newPage();
            other.navigate(link);
            assertThat(other.locator(".notice")).containsText("The link no longer works");
            assertThat(other.locator("#cancel")).not().isVisible();
        }
    }

    @Test
    void theLoginAtTheTopOfThePageLeadsBackToTheLink() {
        try (BrowserContext session = english()) {
            Page page = session.newPage();
            String link = orderAsGuest(page);
            who(page).locator("a").click();
            page.getByText("Kim, customer").click();

            assertThat(page).hasURL(link);
            assertThat(page.locator("#claim")).isVisible();
        }
    }

    @Test
    void aGuestWhoLeavesTheShopBeforeTheAnswerGetsTheLink() {
        try (BrowserContext session = english()) {
            Page page = session.newPage();
            page.navigate(gateway + "/");
            assertThat(page.locator("#order")).hasText("Order as a guest");
            page.route("**/orders", route -> {
                APIResponse answer = route.fetch();
                page.locator("[data-tab=mine]").click();
                assertThat(page.locator("h1")).hasText("My orders");
                route.fulfill(new FulfillOptions().setResponse(answer));
            });
            page.locator("#order").click();

            assertThat(page).hasURL(Pattern.compile(".*/guest#[0-9]+\\.[A-Za-z0-9_-]{43}"));
            assertThat(page.locator("#cancel")).isVisible();
        }
    }

    /** At a shared computer: otherwise nobody else could order there for a day. */
    @Test
    void theOrderOfAUserWhoHasLeftCanBePutAway() {
        try (BrowserContext session = english()) {
            Page page = session.newPage();
            page.navigate(gateway + "/");
            page.evaluate("() => localStorage.setItem('attempt', JSON.stringify("
                    + "{key: '0123456789abcdef0123456789abcdef', subject: 'kim', body: {item: 'galaxy-s25', qty: 7}, sent: Date.now() - 600000}))");
            page.reload();
            assertThat(page.locator(".notice")).containsText("log in to see whether it arrived");
            assertThat(page.locator(".notice")).not().containsText("Galaxy");
            page.getByText("Discard").click();

            assertThat(page.locator("#order")).isVisible();
            page.reload();
            assertThat(page.locator("#order")).hasText("Order as a guest");
            assertThat(page.locator(".notice")).hasCount(0);
        }
    }

    /** Otherwise an order in the old tab would be the one of the other user. */
    @Test
    void allTabsShowWhoIsLoggedIn() {
        try (BrowserContext session = english()) {
            Page tab = login(session, "Kim, customer");
            assertThat(who(tab)).containsText("Kim");
            Page other = session.newPage();
            other.navigate(gateway + "/");
            who(other).locator("a").click();
            assertThat(who(tab).locator("a")).hasAttribute("href", "/login");

            login(session, "Lee, operator");
            assertThat(who(tab)).containsText("Lee");
        }
    }

    @Test
    void aGuestEndsTheLink() {
        try (BrowserContext session = english()) {
            Page page = session.newPage();
            String link = orderAsGuest(page);
            page.locator("#revoke").click();
            page.locator("dialog button[value=yes]").click();
            assertThat(page).hasURL(gateway + "/");

            page.navigate(link);
            assertThat(page.locator(".notice")).containsText("The link no longer works");
        }
    }

    @Test
    void guestsAreInvitedInKoreanToo() {
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("ko-KR"))) {
            Page page = session.newPage();
            page.navigate(gateway + "/");
            assertThat(page.locator("#order")).hasText("비회원으로 주문");
            assertThat(page.locator("#login")).hasText("로그인");
            page.navigate(gateway + "/guest#1.2");
            assertThat(page.locator(".notice")).containsText("이 링크는 더 이상 사용할 수 없습니다");
        }
    }

    /** The page contains what the API shows its user, and nothing else. */
    @Test
    void theDealersPageContainsTheDeliveriesOfItsUserOnly() {
        try (BrowserContext one = BROWSER.browser().newContext(); BrowserContext two = BROWSER.browser().newContext(); BrowserContext three = BROWSER.browser().newContext()) {
            Page kim = login(one, "Kim, customer");
            String id = String.valueOf(kim.evaluate(ORDER));
            Page guest = three.newPage();
            String link = orderAsGuest(guest);
            String other = link.substring(link.indexOf('#') + 1, link.indexOf('.', link.indexOf('#')));
            Page park = login(two, "Park, dealer");
            await().pollInSameThread().until(() -> status(park, "/deliveries/" + id) == 200 && status(park, "/deliveries/" + other) == 200);

            assertThat(dealerPage(park, "")).contains("\"orderId\":" + id + ",", "\"orderId\":" + other + ",", "Park", "private, no-store");
            assertThat(dealerPage(kim, "")).contains("\"orderId\":" + id + ",", "Kim", "private, no-store").doesNotContain("\"orderId\":" + other + ",");
            for (String authorization : List.of("", "Guest " + link.substring(link.indexOf('.', link.indexOf('#')) + 1), "Bearer x")) {
                assertThat(dealerPage(guest, authorization)).contains("\"/session\":{\"login\":true,\"guests\":true}", "private, no-store").doesNotContain("orderId", "/deliveries");
            }
        }
    }

    private static String dealerPage(Page page, String authorization) {
        return (String) page.evaluate("authorization => fetch('/dealer', {headers: authorization ? {authorization} : {}})"
                + ".then(async answer => answer.headers.get('cache-control') + await answer.text())", authorization);
    }

    private static BrowserContext english() {
        return BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US"));
    }

    /** Returns the tracking link. */
    private String orderAsGuest(Page page) {
        page.navigate(gateway + "/");
        assertThat(page.locator("#login")).isVisible();
        assertThat(page.locator("#order")).hasText("Order as a guest");
        page.locator("#order").click();
        assertThat(page).hasURL(Pattern.compile(".*/guest#[0-9]+\\.[A-Za-z0-9_-]{43}"));
        assertThat(page.locator("#link")).hasValue(page.url());
        assertThat(page.locator("#cancel")).isVisible();
        return page.url();
    }

    private Page login(BrowserContext session, String person) {
        Page page = session.newPage();
        page.navigate(gateway + "/");
        page.locator("#who a[href='/login']").click();
        page.getByText(person).click();
        assertThat(page).hasURL(gateway + "/");
        return page;
    }

    private static Locator who(Page page) {
        return page.locator("#who");
    }

    private static int status(Page page, String path) {
        return ((Number) page.evaluate("path => fetch(path).then(answer => answer.status)", path)).intValue();
    }
}
