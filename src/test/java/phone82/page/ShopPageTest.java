package phone82.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Locator.FilterOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.Media;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** Models, their variants and the search among them. */
@Tag("pages")
class ShopPageTest {

    private static final String FOLD = "galaxy-z-fold7";

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private BrowserContext session;
    private Page page;

    @BeforeEach
    void open() {
        session = BROWSER.open(new NewContextOptions().setLocale("en-US").setViewportSize(1280, 900).setColorScheme(ColorScheme.LIGHT));
        page = session.newPage();
    }

    private void go(String path) {
        page.navigate(STAGE.url(path));
        page.locator("html.ready").waitFor();
        assertThat(page.locator(".skeleton")).hasCount(0);
    }

    private void chooseFold() {
        page.locator("label:has(input[value=" + FOLD + "])").click();
    }

    private Locator models() {
        return page.locator(".model").filter(new FilterOptions().setVisible(true));
    }

    private String ordered() {
        page.waitForURL(Pattern.compile(".*/orders/\\d+"));
        return STAGE.orders.get(Long.parseLong(page.url().replaceAll(".*/", ""))).getString("item");
    }

    @Test
    void aVariantIsChosenWithItsPriceAndOrdered() {
        go("/");
        assertThat(models()).hasCount(10);
        assertThat(page.locator(".variants")).isHidden();
        chooseFold();
        assertThat(page.locator(".model:has(:checked) .price")).hasText("from ₩1,199,000");
        assertThat(page.locator(".storage .option")).hasText(new String[]{"256 GB₩1,199,000", "512 GB₩1,399,000", "1 TB₩1,699,000"});
        assertThat(page.locator(".colour .option")).hasText(new String[]{"blue", "black"});
        String blue = page.locator(".picture").innerHTML();
        page.getByLabel("512 GB").check();
        assertThat(page.locator(".choice .name")).hasText("Phone galaxy-z-fold7, 512 GB, blue");
        assertThat(page.locator("#total")).hasText("₩1,399,000");

        // there is no black one of 512 GB
        page.getByLabel("black").check();
        assertThat(page.getByLabel("256 GB")).isChecked();
        assertThat(page.locator(".choice .name")).hasText("Phone galaxy-z-fold7, 256 GB, black");
        assertThat(page.locator("#total")).hasText("₩1,199,000");
        assertThat(page.locator(".picture").innerHTML()).as("the drawing").isNotEqualTo(blue);
        page.getByLabel("1 TB").check();
        assertThat(page.getByLabel("blue")).isChecked();
        page.locator("#order").click();
        assertThat(ordered()).isEqualTo(FOLD + "-1024-blue");
    }

    @Test
    void choosingAVariantMovesNothing() {
        go("/");
        chooseFold();
        double order = page.locator("#order").boundingBox().y;
        for (String variant : List.of("512 GB", "1 TB", "black", "256 GB")) {
            page.getByLabel(variant).check();
            assertThat(page.locator("#order").boundingBox().y).as(variant).isEqualTo(order);
        }
    }

    @Test
    void aModelHasATableOfItsTexts() {
        go("/");
        assertThat(page.locator(".specs")).isHidden();
        chooseFold();
        assertThat(page.locator(".specs h2")).hasText("Phone galaxy-z-fold7 in detail");
        assertThat(page.locator(".specs th")).hasText(new String[]{"Display", "Battery"});
        assertThat(page.locator(".specs td")).hasText(new String[]{"8.0″ OLED", "4400 mAh"});
        page.locator("#language").click();
        assertThat(page.locator(".specs th")).hasText(new String[]{"화면", "배터리"});
        assertThat(page.locator(".choice .name")).hasText("Phone galaxy-z-fold7, 256 GB, 블루");
    }

    @ParameterizedTest
    @CsvSource({"FOLD7, 1", "z-fold7, 1", "폴드, 1", "갤러, 1", "edition, 1", "ÉDITION, 1", "4400mah, 1", "8.0, 1", "배터리 blue, 1", "battery 블랙, 1", "1tb, 1", "black 512gb, 1",
            "iphone, 2", "IPHONE pro, 1", "galaxy, 4", "fold blue red, 0", "'. -', 10", "' ', 10"})
    void theSearchFindsModelsByTheirTextsInBothLanguages(String words, int found) {
        for (String language : List.of("en", "ko")) {
            go("/");
            page.locator("#q").fill(words);
            assertThat(models()).hasCount(found);
            assertThat(page.locator("#hits")).hasText(Pattern.compile(words.isBlank() ? "^$" : found == 0 ? ".*[“‘]fold blue red[”’].*" : ".*\\b" + found + "(종을| phone).*"));
            assertThat(page.locator("html")).hasAttribute("lang", language);
            page.locator("#language").click();
        }
    }

    @Test
    void searchAndChoiceSurviveBackReloadAndTheLanguage() {
        go("/");
        page.locator("#q").pressSequentially("fold 블루");
        assertThat(page).hasURL(Pattern.compile(".*/\\?q=fold\\+%EB%B8%94%EB%A3%A8"));
        chooseFold();
        page.getByLabel("512 GB").check();
        page.getByLabel("One more").click();
        Runnable same = () -> {
            assertThat(page.locator("#q")).hasValue("fold 블루");
            assertThat(models()).hasCount(1);
            assertThat(page.locator("input[value=" + FOLD + "]")).isChecked();
            assertThat(page.locator("input[name=storage][value='512']")).isChecked();
            assertThat(page.locator("#qty")).hasValue("2");
        };
        page.reload();
        same.run();
        page.locator("#language").click();
        assertThat(page.locator("#total")).hasText("2,798,000원");
        same.run();
        page.locator("[data-tab=dealer]").click();
        assertThat(page.locator("h1")).hasText("발송 관리");
        page.goBack();
        same.run();
        page.locator("[data-tab=shop]").click();
        assertThat(models()).hasCount(10);
        assertThat(page).hasURL(STAGE.url("/"));
        page.goBack();
        same.run();
    }

    @Test
    void anEmptyResultSaysWhatToDoAndKeepsTheChoice() {
        go("/?q=typewriter");
        assertThat(page.locator("#hits")).hasText("No phone matches “typewriter”.");
        assertThat(page.locator("#hits")).hasAttribute("role", "status");
        assertThat(page.locator(".empty")).containsText("Try a brand");
        assertThat(page.locator("#order")).isHidden();
        page.locator("#everything").click();
        assertThat(models()).hasCount(10);
        assertThat(page.locator("#order")).isEnabled();
        assertThat(page.locator(".choice .name")).hasText("Phone note20");
        assertThat(page.locator("#hits")).isEmpty();
        assertThat(page.locator("#q")).isFocused();
        assertThat(page).hasURL(STAGE.url("/"));
        page.locator("#q").fill("<zz>");
        assertThat(models()).hasCount(0);
        assertThat(page.locator("#hits")).hasText("No phone matches “<zz>”.");
    }

    @Test
    void theKeyboardIsSufficient() {
        go("/");
        BrowserExtension.tabTo(page, "#q", 40);
        page.keyboard().type("fold");
        assertThat(models()).hasCount(1);
        page.keyboard().press("Enter");
        assertThat(page.locator("input[value=" + FOLD + "]")).isFocused();
        assertThat(page.locator("input[value=" + FOLD + "]")).not().isChecked();
        page.keyboard().press("Space");
        BrowserExtension.tabTo(page, "input[name=storage]", 40);
        page.keyboard().press("ArrowDown");
        assertThat(page.getByLabel("512 GB")).isChecked();
        assertThat(page.getByLabel("512 GB")).isFocused();
        BrowserExtension.tabTo(page, "input[name=colour]", 40);
        page.keyboard().press("ArrowRight");
        assertThat(page.getByLabel("black")).isChecked();
        BrowserExtension.tabTo(page, "#order", 40);
        page.keyboard().press("Enter");
        assertThat(ordered()).isEqualTo(FOLD + "-256-black");
    }

    /** In some browsers a button that is checked and hidden keeps the Tab key from the others. */
    @Test
    void modelsAreReachedWhileTheChosenOneIsHidden() {
        go("/?q=fold");
        assertThat(page.locator("input[value=note20]")).not().isChecked();
        BrowserExtension.tabTo(page, "#q", 40);
        page.keyboard().press("Tab");
        assertThat(page.locator("input[value=" + FOLD + "]")).isFocused();
        page.locator("#q").fill("");
        assertThat(page.locator("input[value=note20]")).isChecked();
    }

    @ParameterizedTest
    @CsvSource({"en-US, 'Phone galaxy-z-fold7, 1 TB, blue'", "ko-KR, 'Phone galaxy-z-fold7, 1 TB, 블루'"})
    void everyPageShowsTheVariant(String locale, String name) {
        long id = STAGE.anOrder(FOLD + "-1024-blue", "Paid");
        go("/");
        page.evaluate("values => { localStorage.setItem('orders', values[0]); localStorage.setItem('language', values[1]); }", List.of("[" + id + "]", locale.substring(0, 2)));
        for (String path : List.of("/my-orders", "/orders", "/orders/" + id, "/dealer", "/dealer/slips?orders=" + id)) {
            go(path);
            assertThat(page.locator("main")).containsText(name);
        }
        assertThat(page.locator("main")).not().containsText("undefined");
        go("/dealer");
        assertThat(page.locator("#filter-item option[value=" + FOLD + "-1024-blue]")).hasText(name);
    }

    @ParameterizedTest
    @CsvSource({"1280, LIGHT, NONE", "1280, DARK, NONE", "1280, LIGHT, ACTIVE", "320, LIGHT, NONE", "320, DARK, NONE", "320, LIGHT, ACTIVE"})
    void variantsAndResultsAreAccessible(int width, ColorScheme colours, ForcedColors forced) {
        page.addInitScript(BrowserExtension.AXE);
        page.setViewportSize(width, 700);
        page.emulateMedia(new EmulateMediaOptions().setColorScheme(colours).setForcedColors(forced));
        go("/");
        chooseFold();
        page.getByLabel("512 GB").check();
        assertAccessible("a variant", width);
        page.locator("#q").fill("fold");
        assertAccessible("a result", width);
        page.locator("#q").fill("typewriter");
        assertAccessible("no result", width);
    }

    private void assertAccessible(String state, int width) {
        page.screenshot(new ScreenshotOptions().setPath(Path.of("target", "screenshots", "shop-" + state.replace(' ', '-') + "-" + width + ".png")));
        page.evaluate("() => Promise.allSettled(document.getAnimations().filter(each => each.effect.getComputedTiming().iterations < Infinity).map(each => each.finished))");
        assertThat(page.evaluate("() => document.documentElement.scrollWidth")).as(state).isEqualTo(width);
        assertThat((List<?>) page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
                + ".map(each => each.id + ': ' + each.nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))")).as(state).isEmpty();
    }

    @Test
    void thePriceListIsPrintedWithoutControls() {
        go("/");
        chooseFold();
        page.emulateMedia(new EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator(".specs")).isVisible();
        assertThat(page.locator("button, #q, .option, .top").filter(new FilterOptions().setVisible(true))).hasCount(0);
    }
}
