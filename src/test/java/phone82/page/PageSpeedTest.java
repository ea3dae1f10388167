package phone82.page;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/**
 * The first visit on a slow phone: an empty cache, 390 x 844 px, a network of 1.6 Mbit/s down, 0.75 Mbit/s up and 150 ms for each request (the rates
 * of Lighthouse's slow 4G), and a processor that is slowed down four times. {@code measurements/pages.md} has the results.
 */
@Tag("pages")
class PageSpeedTest {

    private static final int LATENCY_MILLIS = 150;
    private static final double DOWN = 1_600_000 / 8.0;
    private static final double UP = 750_000 / 8.0;
    private static final int SLOWER = 4;

    private static final int MOST_BYTES = 100_000;
    private static final double MOST_SHIFT = 0.02;
    /** From the end of the page's response to its largest content: what is wanted, and what is a defect even while other tests occupy the processors. */
    private static final double WANTED_MILLIS = 1000;
    private static final double MOST_MILLIS = 1500;
    /** The best of several visits counts, because single ones are slow on a busy machine. */
    private static final int VISITS = 8;

    private static final String OBSERVE = """
            window.shifts = 0;
            new PerformanceObserver(list => list.getEntries().forEach(each => { window.shifts += each.hadRecentInput ? 0 : each.value; })).observe({type: 'layout-shift', buffered: true});
            new PerformanceObserver(list => list.getEntries().forEach(each => { window.largest = each.startTime; })).observe({type: 'largest-contentful-paint', buffered: true});
            """;

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h");

    private static long id;

    @BeforeAll
    static void placeOrders() {
        Shop shop = PHONE82.gateway();
        for (int i = 0; i < 30; i++) {
            id = await().until(() -> shop.place(anOrder().of("galaxy-s25-ultra")), placed -> placed.status() == 201).id();
        }
        await().until(() -> shop.get("/deliveries/" + id).status() == 200);
    }

    private record Visit(long bytes, double response, double largest, double shift) {

        double after() {
            return largest - response;
        }
    }

    @ParameterizedTest
    @CsvSource({"shop, /, .model", "order, /orders/%d, '[data-stage=Received].done'", "dealer, /dealer, .ship"})
    void aFirstVisitIsSmallStableAndFast(String name, String path, String content) {
        List<Visit> visits = new ArrayList<>();
        for (int i = 0; i < VISITS && (visits.size() < 3 || best(visits).after() >= WANTED_MILLIS); i++) {
            visits.add(visit(String.format(Locale.ROOT, path, id), content));
        }
        Visit best = best(visits);
        System.out.printf(Locale.ROOT, "first visit of %s: %,d bytes, largest content %.0f ms after the response (%.0f ms after the start), layout shift %.4f; all: %s%n",
                name, best.bytes, best.after(), best.largest, best.shift, visits.stream().map(each -> Math.round(each.after())).toList());
        assertThat(visits).allSatisfy(each -> {
            assertThat(each.bytes).isBetween(10_000L, (long) MOST_BYTES);
            assertThat(each.shift).isLessThan(MOST_SHIFT);
        });
        assertThat(best.after()).isBetween(1.0, MOST_MILLIS);
    }

    private static Visit best(List<Visit> visits) {
        return visits.stream().min(Comparator.comparing(Visit::after)).orElseThrow();
    }

    private static Visit visit(String path, String content) {
        try (BrowserContext session = BROWSER.browser().newContext(new NewContextOptions().setLocale("en-US").setViewportSize(390, 844)
                .setDeviceScaleFactor(2).setIsMobile(true).setHasTouch(true))) {
            session.setDefaultTimeout(30_000);
            Page page = session.newPage();
            page.addInitScript(OBSERVE);
            CDPSession browser = session.newCDPSession(page);
            AtomicLong bytes = new AtomicLong();
            browser.on("Network.loadingFinished", event -> bytes.addAndGet(event.get("encodedDataLength").getAsLong()));
            browser.send("Network.enable");
            JsonObject network = new JsonObject();
            network.addProperty("offline", false);
            network.addProperty("latency", LATENCY_MILLIS);
            network.addProperty("downloadThroughput", DOWN);
            network.addProperty("uploadThroughput", UP);
            browser.send("Network.emulateNetworkConditions", network);
            JsonObject processor = new JsonObject();
            processor.addProperty("rate", SLOWER);
            browser.send("Emulation.setCPUThrottlingRate", processor);

            page.navigate(PHONE82.gateway().url(path));
            page.locator(content).first().waitFor(new WaitForOptions().setTimeout(30_000));
            page.waitForFunction("() => window.largest");
            page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 200))))");
            return new Visit(bytes.get(), number(page, "performance.getEntriesByType('navigation')[0].responseEnd"), number(page, "window.largest"), number(page, "window.shifts"));
        }
    }

    private static double number(Page page, String expression) {
        return ((Number) page.evaluate("() => " + expression)).doubleValue();
    }
}
