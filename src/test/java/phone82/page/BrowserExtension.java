package phone82.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.core.io.ClassPathResource;
import phone82.Tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The system's Chromium, started once per test class; without one the class is skipped. */
public final class BrowserExtension implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    /** The script that finds barriers for people with disabilities. */
    static final String AXE = axe();

    /** Makes the operator's page look every half second instead of every five. */
    static final String FREQUENT_LOOKS = "const later = window.setTimeout;"
            + "window.setTimeout = (run, delay, ...rest) => later(run, delay === 5000 ? 500 : delay, ...rest);";

    private Playwright playwright;
    private Browser browser;
    private final List<BrowserContext> sessions = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext test) {
        Optional<Path> chromium = Stream.of(System.getProperty("phone82.test.browser", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
                .filter(path -> !path.isEmpty()).map(Path::of).filter(Files::isExecutable).findFirst();
        Tools.need(chromium.isPresent(), "There is no Chromium here (apt-get install chromium), and -Dphone82.test.browser names none.");
        // other tests may occupy the processors
        PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(chromium.orElseThrow()));
    }

    /**
     * Opens a session that ends with the test. An error of a script, or a violation of the content security policy or of trusted types, fails the
     * test.
     */
    BrowserContext open(NewContextOptions options) {
        BrowserContext session = browser.newContext(options);
        sessions.add(session);
        session.setDefaultTimeout(15_000);
        session.onWebError(error -> complaints.add(error.error()));
        session.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy") || message.text().contains("Trusted")) {
                complaints.add(message.text());
            }
        });
        return session;
    }

    @Override
    public void afterEach(ExtensionContext test) {
        sessions.forEach(BrowserContext::close);
        sessions.clear();
        List<String> seen = List.copyOf(complaints);
        complaints.clear();
        assertThat(seen).as("complaints of the browser").isEmpty();
    }

    /** Presses the Tab key until the element has the focus, at most so often. */
    static void tabTo(Page page, String selector, int most) {
        page.locator(selector).first().waitFor();
        for (int i = 0; i < most; i++) {
            if ((Boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError(selector + " is not reached by the Tab key");
    }

    @Override
    public void afterAll(ExtensionContext test) {
        if (playwright != null) {
            playwright.close();
        }
    }

    private static String axe() {
        try {
            return new ClassPathResource("META-INF/resources/webjars/axe-core/4.6.3/axe.min.js").getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Browser browser() {
        return browser;
    }
}
