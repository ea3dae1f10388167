package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Tools;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The Hawtio console as an operator uses it. */
class ConsoleTest {

    private static final Path CHROMIUM = Path.of(System.getProperty("phone82.test.browser", "/usr/bin/chromium"));
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String ROUTES_OF_APP = "org.apache.camel-folder-CamelContexts-folder-app-folder-routes-folder";
    private static final LocatorAssertions.IsVisibleOptions PATIENT = new LocatorAssertions.IsVisibleOptions().setTimeout(60_000);
    private static final LocatorAssertions.HasTextOptions TEXT_PATIENT = new LocatorAssertions.HasTextOptions().setTimeout(60_000);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s");

    private final Shop operations = PHONE82.operations();

    @ParameterizedTest
    @ValueSource(strings = {"/hawtio", "/hawtio/", "/hawtio/index.html", "/hawtio/user", "/hawtio/jolokia", "/actuator/jolokia", "/actuator/jolokia/version", "/", "/operator.js",
            "/operator.css", "/processes", "/failures", "/repairs", "/repairs/own", "/repairs.js", "/trends", "/runbook", "/runbook.md", "/operating", "/operating.md", "/deploying", "/operator", "/anything"})
    void aRequestWithoutThePasswordIsRefused(String path) {
        assertThat(operations.send(operations.request(path).GET()).expect(401).header("WWW-Authenticate")).startsWith("Basic");
    }

    @Test
    void jmxListsCamelContextsRoutesAndTheBroker() {
        assertThat(search("org.apache.camel:type=context,*")).extracting(JsonNode::asText)
                .anyMatch(name -> name.contains("context=app")).anyMatch(name -> name.contains("context=gateway")).hasSize(6);
        assertThat(search("org.apache.activemq.artemis:broker=*,component=addresses,*")).isNotEmpty();
        JsonNode route = jolokia("{\"type\":\"read\",\"mbean\":\"org.apache.camel:context=app,type=routes,name=\\\"app-place-order\\\"\"}").get("value");
        assertThat(route.get("Description").asText()).startsWith("Places an order");
        assertThat(route.get("RouteGroup").asText()).isEqualTo("app");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "customer", "gateway", "pay", "store"})
    void everyRouteOfAContextCanBeDrawn(String context) {
        JsonNode drawing = jolokia("{\"type\":\"exec\",\"mbean\":\"org.apache.camel:context=" + context + ",type=context,name=\\\"" + context
                + "\\\"\",\"operation\":\"dumpRoutesAsXml()\"}");

        assertThat(drawing.path("error").asText()).isEmpty();
        assertThat(search("org.apache.camel:context=" + context + ",type=routes,*")).isNotEmpty()
                .extracting(name -> name.asText().replaceAll(".*name=\"|\".*", ""))
                .allSatisfy(route -> assertThat(route).as("a name that says what it does").doesNotMatch("route\\d+"))
                .allSatisfy(route -> assertThat(drawing.get("value").asText()).contains("<route id=\"" + route + "\""));
    }

    @Test
    void eachStepOfARouteIsCounted() {
        PHONE82.gateway().get("/phones").expect(200);
        String statistics = jolokia("""
                {"type": "exec", "mbean": "org.apache.camel:context=app,type=context,name=\\"app\\"", "operation": "dumpRoutesStatsAsXml", "arguments": [true, true]}""")
                .get("value").asText();

        assertThat(statistics).containsPattern("(?s)<routeStat id=\"app-list-phones\".*?<processorStat [^>]*exchangesCompleted=\"[1-9]");
    }

    /** Compares CPU times of this thread, on which the load of the machine has no influence. Through JMX alone it is 50 to 110 times as much. */
    @ParameterizedTest
    @ValueSource(strings = {"app", "customer", "gateway", "pay", "store"})
    void statisticsOfAllRoutesCostAboutAsMuchAsThoseOfEachStep(String context) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Set<ObjectName> steps = server.queryNames(new ObjectName("org.apache.camel:context=" + context + ",type=processors,*"), null);
        ObjectName all = new ObjectName("org.apache.camel:context=" + context + ",type=context,name=\"" + context + "\"");
        String statistics = (String) server.invoke(all, "dumpRoutesStatsAsXml", new Object[] {true, true}, new String[] {"boolean", "boolean"});
        assertThat(statistics.split("<processorStat ", -1)).hasSize(steps.size() + 1).hasSizeGreaterThan(10);

        long ofAll = leastNanos(() -> server.invoke(all, "dumpRoutesStatsAsXml", new Object[] {true, true}, new String[] {"boolean", "boolean"}));
        long ofEach = leastNanos(() -> {
            for (ObjectName step : steps) {
                server.invoke(step, "dumpStatsAsXml", new Object[] {true}, new String[] {"boolean"});
            }
            return null;
        });
        assertThat(ofAll).isLessThan(8 * ofEach);
    }

    private static long leastNanos(Callable<?> call) throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            call.call();
            least = Math.min(least, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before);
        }
        return least;
    }

    @Test
    void anOperatorSeesTheRoutesOfAppWithTheirStatistics() throws Exception {
        Tools.need(Files.isExecutable(CHROMIUM), "no browser at " + CHROMIUM + "; apt-get install chromium, or set phone82.test.browser");
        for (int i = 0; i < 3; i++) {
            PHONE82.gateway().place(anOrder()).expect(201);
        }
        Files.createDirectories(SCREENSHOTS);
        try (Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
             Browser browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM)
                     .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")))) {
            Page page = browser.newContext(new Browser.NewContextOptions().setHttpCredentials("operator", Phone82Extension.OPERATOR_PASSWORD)
                    .setViewportSize(1600, 1000)).newPage();
            page.setDefaultTimeout(60_000);
            page.navigate(operations.url("/hawtio/camel"));
            Locator tree = page.locator(".pf-v5-c-tree-view");
            for (String context : List.of("app", "customer", "gateway", "pay", "store")) {
                assertThat(tree.getByText(context, new Locator.GetByTextOptions().setExact(true)).first()).isVisible(PATIENT);
            }

            tree.locator("[id='" + ROUTES_OF_APP + "']").getByText("routes", new Locator.GetByTextOptions().setExact(true)).first().click();
            Locator placeOrder = page.getByRole(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText("app-place-order"));
            Locator completed = placeOrder.locator("td[data-label='Completed']");
            assertThat(completed).hasText("3", TEXT_PATIENT);
            PHONE82.gateway().place(anOrder()).expect(201);
            assertThat(completed).hasText("4", TEXT_PATIENT);
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("routes-of-app.png")));

            page.getByText("Route Diagram", new Page.GetByTextOptions().setExact(true)).click();
            Locator steps = page.locator(".react-flow__node");
            assertThat(steps.filter(new Locator.FilterOptions().setHasText("orders.findF")).first()).isVisible(PATIENT);
            assertThat(steps.filter(new Locator.FilterOptions().setHasText("orders.place()")).first()).isVisible(PATIENT);
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("diagram-of-app.png")));

            assertThat(page.evaluate("""
                    async () => (await (await fetch('/hawtio/jolokia', {method: 'POST', headers: {'Content-Type': 'text/json'}, body: JSON.stringify({
                        type: 'exec', mbean: 'org.apache.camel:context=app,type=context,name="app"', operation: 'stop()'})})).json()).status""")).isEqualTo(403);
            await().until(() -> PHONE82.gateway().place(anOrder()).status() == 201);
        }
    }

    @Test
    void theConsoleIsCompressedAndCacheable() throws IOException {
        String script = operations.text(operations.requestOfOperator("/hawtio/")).replaceAll("(?s).*src=\"(?:/hawtio/)?(static/js/main[^\"]+).*", "/hawtio/$1");
        HttpResponse<byte[]> plain = operations.exchange(operations.requestOfOperator(script));
        HttpResponse<byte[]> compressed = operations.exchange(operations.requestOfOperator(script).header("Accept-Encoding", "gzip, deflate, br"));
        HttpResponse<byte[]> refused = operations.exchange(operations.requestOfOperator(script).header("Accept-Encoding", "gzip;q=0, br"));

        assertThat(refused.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(refused.body()).isEqualTo(plain.body());
        assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(compressed.headers().firstValue("Cache-Control")).hasValueSatisfying(value -> assertThat(value).contains("immutable", "private"));
        assertThat(compressed.body().length).isLessThan(plain.body().length / 2);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body()))).hasBinaryContent(plain.body());
    }

    private JsonNode search(String pattern) {
        return jolokia("{\"type\":\"search\",\"mbean\":\"" + pattern + "\"}").get("value");
    }

    private JsonNode jolokia(String request) {
        return operations.send(operations.requestOfOperator("/actuator/jolokia").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(request))).expect(200).body();
    }
}
