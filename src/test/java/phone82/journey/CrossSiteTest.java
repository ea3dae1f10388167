package phone82.journey;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.Stub;
import phone82.Tools;
import phone82.platform.api.Json;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Attacks by a page of another site in the browser of an operator who is logged in at the operator's port. */
class CrossSiteTest {

    private static final Path CHROMIUM = Path.of(System.getProperty("phone82.test.browser", "/usr/bin/chromium"));
    private static final String ROUTE = "org.apache.camel:context=app,type=routes,name=\"app-find-order\"";
    /** A name of the attacker, resolved to this host. */
    private static final String REBOUND = "rebound.example";

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all();

    private static Playwright playwright;
    private static Browser browser;
    private static Stub elsewhere;
    private static volatile String evil;

    @BeforeAll
    static void start() {
        Tools.need(Files.isExecutable(CHROMIUM), "no browser at " + CHROMIUM + "; apt-get install chromium, or set phone82.test.browser");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM)
                .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP *.example 127.0.0.1")));
        elsewhere = new Stub().on("/", request -> {
            try (request) {
                byte[] page = evil.getBytes(UTF_8);
                request.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                request.sendResponseHeaders(200, page.length);
                request.getResponseBody().write(page);
            }
        });
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
            elsewhere.close();
        }
    }

    /** For a browser, another port of the same host is the same site, but another origin. */
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "evil.example"})
    void aPageOfAnotherSiteChangesNothingAndReadsNothing(String host) {
        String operator = PHONE82.operations().url("");
        String jolokia = operator + "/actuator/jolokia";
        String stop = jolokia + "/exec/" + URLEncoder.encode(ROUTE, UTF_8) + "/stop()";
        String json = Json.text(Map.of("type", "exec", "mbean", ROUTE, "operation", "stop()"));
        try (BrowserContext session = operator()) {
            Page page = session.newPage();
            Set<Request> underWay = ConcurrentHashMap.newKeySet();
            List<String> seen = new CopyOnWriteArrayList<>();
            session.onRequest(request -> {
                underWay.add(request);
                seen.add(request.method() + " " + request.url().replaceFirst(".*\\?", "?"));
            });
            session.onRequestFinished(underWay::remove);
            session.onRequestFailed(underWay::remove);
            List<Integer> statuses = new CopyOnWriteArrayList<>();
            session.onResponse(response -> {
                if (response.url().startsWith(operator)) {
                    statuses.add(response.status());
                }
            });
            evil = """
                    <!doctype html><body><img id="image" src="%1$s?image"><iframe name="frame" src="%1$s?frame"></iframe>
                    <script src="%1$s?script"></script><link rel="stylesheet" href="%1$s?style">
                    <form id="get" action="%1$s" target="frame"></form>
                    <form id="post" action="%2$s" method="post" target="frame" enctype="text/plain"><input name='%3$s' value=''></form></body>
                    """.formatted(stop, jolokia, json.replace("}", ",\"x\":\"") .replace("'", "&#39;"));
            page.navigate("http://" + host + ":" + elsewhere.port() + "/");
            Object read = page.evaluate("""
                    async ([stop, jolokia, json, operator]) => {
                        document.getElementById('get').submit();
                        document.getElementById('post').submit();
                        const read = [];
                        for (const [url, options] of [
                            [stop, {mode: 'no-cors', credentials: 'include'}], [stop, {credentials: 'include'}],
                            [jolokia, {method: 'POST', mode: 'no-cors', credentials: 'include', body: json}],
                            [jolokia, {method: 'POST', credentials: 'include', body: json, headers: {'Content-Type': 'application/json'}}],
                            [operator + '/failures/provider-fails', {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"active":true}'}],
                            [operator + '/failures/provider-fails', {method: 'POST', credentials: 'include', body: '{"active":true}', headers: {'Content-Type': 'application/json'}}],
                            [operator + '/repairs/store/dead-letters', {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'}],
                            [operator + '/repairs/store/dead-letters', {method: 'POST', credentials: 'include', body: '{}', headers: {'Content-Type': 'application/json'}}],
                            [operator + '/repairs', {credentials: 'include'}], [operator + '/processes', {credentials: 'include'}], [operator + '/actuator/health', {credentials: 'include'}]]) {
                            try {
                                read.push(await (await fetch(url, options)).text());
                            } catch (refused) {
                                read.push('');
                            }
                        }
                        return read;
                    }""", List.of(stop, jolokia, json, operator));
            assertThat((List<?>) read).allSatisfy(each -> assertThat(each).isEqualTo(""));

            // it opens a window and navigates there
            Page opened = session.waitForPage(() -> page.evaluate("stop => { window.open(stop + '?window') }", stop));
            opened.waitForLoadState();
            page.evaluate("stop => { location.href = stop + '?top' }", stop);
            page.waitForURL("**/*?top");
            assertThat(page.content()).contains("another site");
            evil = "<!doctype html><a href='" + stop.replace("http://", "http://operator:" + URLEncoder.encode(Phone82Extension.OPERATOR_PASSWORD, UTF_8) + "@")
                    .replace("+", "%20") + "?link'>look</a>";
            page.navigate("http://" + host + ":" + elsewhere.port() + "/");
            page.click("a");
            page.waitForURL("**/*?link");
            page.waitForCondition(underWay::isEmpty);

            assertThat(seen).contains("GET ?image", "GET ?frame", "GET ?script", "GET ?style", "GET ?window", "GET ?top", "GET ?link", "POST " + jolokia);
            assertThat(statuses).isNotEmpty().containsOnly(403);
        }
        CamelContext app = PHONE82.bean(Context.APP, CamelContext.class);
        assertThat(app.getRouteController().getRouteStatus("app-find-order")).isEqualTo(ServiceStatus.Started);
        assertThat(PHONE82.provider().hasFaultsLeft()).isFalse();
    }

    @Test
    void aForeignNameResolvedToThisHostIsRefused() {
        String rebound = "http://" + REBOUND + ":" + URI.create(PHONE82.operations().url("")).getPort();
        try (BrowserContext session = operator()) {
            Page page = session.newPage();
            for (String path : List.of("/", "/hawtio/", "/processes", "/actuator/health", "/actuator/prometheus")) {
                Response response = page.navigate(rebound + path);
                assertThat(response.status()).as(path).isEqualTo(403);
                assertThat(response.text()).contains("phone82.operations.hosts");
            }
        }
    }

    /** The browser keeps the password for the operator's port. */
    private static BrowserContext operator() {
        BrowserContext session = browser.newContext(new Browser.NewContextOptions().setHttpCredentials("operator", Phone82Extension.OPERATOR_PASSWORD));
        try {
            Page page = session.newPage();
            assertThat(page.navigate(PHONE82.operations().url("/")).status()).isEqualTo(200);
            page.close();
            return session;
        } catch (PlaywrightException e) {
            session.close();
            throw e;
        }
    }
}
