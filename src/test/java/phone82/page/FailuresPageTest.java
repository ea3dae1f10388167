package phone82.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.stream.IntStream;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** An operator breaks phone82 by the operator's page, sees the effect there, and undoes it. */
class FailuresPageTest {

    /** Longer than the page needs to see a change. */
    private static final int SEEN = 20_000;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s");
    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    private final Shop shop = PHONE82.gateway();
    private Page page;

    @BeforeEach
    void open() {
        page = BROWSER.open(new NewContextOptions().setLocale("en-US").setHttpCredentials("operator", Phone82Extension.OPERATOR_PASSWORD)).newPage();
        page.addInitScript(BrowserExtension.FREQUENT_LOOKS);
        page.navigate(PHONE82.operations().url("/"));
        assertThat(page.locator("#break-section")).isVisible();
        assertThat(page.locator("#broken")).isHidden();
    }

    @AfterEach
    void close() {
        Shop operations = PHONE82.operations();
        operations.send(operations.requestOfOperator("/failures").header("Content-Type", "application/json").POST(BodyPublishers.ofString("{\"active\":false}"))).expect(200);
    }

    @Test
    void aFailingProviderOpensTheBreakerAndIsUndone() {
        shop.place(anOrder()).expect(201);
        click("provider-fails");
        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider fails.");
        for (int i = 0; i < 40; i++) {
            shop.place(anOrder()).expect(503);
        }

        assertThat(page.locator("#breaker dd")).containsText("open", new ContainsTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#overall")).hasText("CUSTOMERS REFUSED", new HasTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#problems")).containsText("found payment unavailable or too busy (503)");
        assertThat(page.locator("[data-order='503']")).isVisible(new IsVisibleOptions().setTimeout(3 * SEEN));
        page.reload();
        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider fails.");

        click("provider-fails");
        assertThat(page.locator("#broken")).isHidden();
        // a breaker closes after some successful calls
        for (int i = 0; i < 10; i++) {
            await().until(() -> shop.place(anOrder()).status() == 201);
        }
        assertThat(page.locator("#breaker dd")).hasText("closed", new HasTextOptions().setTimeout(SEEN));
    }

    @Test
    void aProviderThatTakesNoMoneyIsShownWhileOrdersAreAccepted() {
        click("captures-fail");
        List<Long> ids = IntStream.range(0, 12).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();

        assertThat(page.locator("#problems li.warn")).containsText("Money is not collected: 12 payments wait for the provider", new ContainsTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#works [data-part=shipping]")).hasText("Shipping waits for payments");
        page.locator("#undo-all").click();
        ids.forEach(shop::awaitShipped);
        assertThat(page.locator("#problems")).not().containsText("Money", new ContainsTextOptions().setTimeout(2 * SEEN));
    }

    @Test
    void aProviderThatDeclinesEveryPaymentIsShown() {
        click("payments-declined");
        assertThat(page.locator("#broken")).isVisible();
        assertThat(page.locator("#trends-none")).isHidden(new IsHiddenOptions().setTimeout(3 * SEEN));
        // more than other tests may have had accepted at the same time
        for (int i = 0; i < 40; i++) {
            shop.place(anOrder()).expect(402);
        }

        assertThat(page.locator("#problems")).containsText("The provider declined ", new ContainsTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#declined.warn")).isVisible();
    }

    @Test
    void oneFailureOfAnOperationReplacesAnother() {
        click("provider-slow");
        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider answers late.");
        click("payments-declined");
        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider declines every payment.");
        click("captures-fail");
        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider declines every payment, the provider takes no money.");
        shop.place(anOrder()).expect(402);

        page.locator("#undo-all").click();
        assertThat(page.locator("#broken")).isHidden();
        assertThat(page.locator("#metrics-title")).isFocused();
        assertThat(PHONE82.provider().hasFaultsLeft()).isFalse();
        await().until(() -> shop.place(anOrder()).status() == 201);
    }

    @Test
    void aFailureByOtherMeansIsShownAndUndone() {
        PHONE82.provider().setFaults("{\"operation\":\"refund\",\"kind\":\"lose\",\"count\":3}");

        assertThat(page.locator("#broken-text")).hasText("Broken at the moment: the provider by its own API (refund: lose).", new HasTextOptions().setTimeout(SEEN));
        page.locator("#undo-all").click();
        assertThat(page.locator("#broken")).isHidden();
        assertThat(PHONE82.provider().hasFaultsLeft()).isFalse();
    }

    @Test
    void ordersWaitWhileStoreReceivesNothing() {
        click("store-receives-nothing");
        assertThat(page.locator("#broken")).isVisible(new IsVisibleOptions().setTimeout(SEEN));
        List<Long> ids = IntStream.range(0, 3).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();

        await().untilAsserted(() -> assertThat(ids).allSatisfy(id -> assertThat(shop.status("/orders/" + id)).isEqualTo("Paid")));
        assertThat(page.locator("#waiting dd")).hasText("3", new HasTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#problems")).containsText("Stopped in store: store-receive-events.");
        assertThat(page.locator("#problems a[href='/hawtio/camel']")).isVisible();
        assertThat(page.locator("#works [data-part=shipping]")).hasText("Shipping stands still");

        page.locator("#problems button").click();
        assertThat(page.locator("#broken")).isHidden(new IsHiddenOptions().setTimeout(SEEN));
        ids.forEach(shop::awaitShipped);
        assertThat(page.locator("#waiting dd")).hasText("0", new HasTextOptions().setTimeout(SEEN));
        assertThat(page.locator("#problems")).not().containsText("Stopped in store", new ContainsTextOptions().setTimeout(SEEN));
    }

    private void click(String failure) {
        page.locator("[data-failure=" + failure + "] button").click();
    }
}
