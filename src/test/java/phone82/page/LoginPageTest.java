package phone82.page;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.journey.Phone82Extension;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** Login and logout in a real browser, with the gateway's built-in issuer. */
@Tag("pages")
class LoginPageTest {

    private static final String ORDER = "fetch('/orders', {method: 'POST', headers: {'Content-Type': 'application/json', 'X-Requested-With': 'phone82'}, "
            + "body: '{\"item\":\"note20\",\"qty\":1}'}).then(answer => answer.json()).then(order => String(order.id))";

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.identity=embedded",
            "--phone82.identity.port=" + Phone82Extension.freePort(), "--phone82.store.dispatch-delay=0s");

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

            assertThat(page.locator("body")).containsText("Not logged in");
            assertThat(session.cookies()).isEmpty();
        }
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
