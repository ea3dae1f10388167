package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;
import phone82.page.BrowserExtension;
import phone82.platform.api.Json;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Users of a real Keycloak, in a real browser, at two gateways. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeycloakIT {

    private static final Duration RENEWAL = Duration.ofSeconds(5);
    /** A change at the issuer takes effect within the time to the next renewal, and the time of that. */
    private static final Duration BOUND = RENEWAL.plusSeconds(4);
    private static final String SESSION_KEY = "cGhvbmU4Mi1waG9uZTgyLXBob25lODItcGhvbmU4Mi0";

    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    private Processes phone82;
    private Processes twin;
    private Keycloak keycloak;
    private String gateway;
    private String otherGateway;

    @BeforeAll
    void start() throws Exception {
        phone82 = new Processes("keycloak", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0", "--phone82.identity.renewal=" + RENEWAL.toSeconds() + "s",
                "--phone82.identity.session-keys=" + SESSION_KEY, "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s");
        gateway = phone82.url(Context.GATEWAY);
        keycloak = new Keycloak(Phone82Extension.freePort(), gateway, phone82.data("keycloak.txt"));
        phone82.set("--phone82.identity.issuer=" + keycloak.issuer(), "--phone82.identity.client-secret=" + Keycloak.CLIENT_SECRET,
                "--phone82.identity.roles-claim=realm_access.roles", "--phone82.identity.public-url=" + gateway);
        twin = phone82.twin();
        otherGateway = twin.url(Context.GATEWAY);
        keycloak.start();
        phone82.start("");
        twin.start("gateway");
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (keycloak != null) {
            keycloak.close();
        }
        if (twin != null) {
            twin.close();
        }
        if (phone82 != null) {
            phone82.close();
        }
    }

    @Test
    void usersSeeWhatTheirRolesAllow() {
        try (BrowserContext one = newBrowser(); BrowserContext two = newBrowser(); BrowserContext three = newBrowser(); BrowserContext four = newBrowser()) {
            Page kim = login(one, "kim");
            assertThat(session(kim).get("name").asText()).isEqualTo("Kim Example");
            assertThat(roles(kim)).containsExactly("customer");
            String id = order(kim);
            assertThat(status(kim, "/orders/" + id)).isEqualTo(200);
            assertThat(status(login(two, "ann"), "/orders/" + id)).isEqualTo(404);
            Page park = login(three, "park");
            assertThat(roles(park)).containsExactly("dealer");
            assertThat(status(park, "/deliveries")).isEqualTo(200);
            assertThat(status(park, "/orders/" + id)).isEqualTo(403);
            Page lee = login(four, "lee");
            assertThat(roles(lee)).containsExactly("operator");
            assertThat(status(lee, "/orders/" + id)).isEqualTo(200);
        }
    }

    @Test
    void aProgramOrdersWithATokenOfKeycloak() throws Exception {
        try (BrowserContext session = newBrowser()) {
            Shop program = new Shop(gateway, keycloak.token());
            long id = program.place(anOrder()).expect(201).id();
            program.awaitShipped(id);
            new Shop(gateway).get("/orders/" + id).expect(401);
            assertThat(status(login(session, "ann"), "/orders/" + id)).isEqualTo(404);
        }
    }

    @Test
    void aLogoutEndsTheSessionAtKeycloakAndACopyOfTheCookie() {
        try (BrowserContext session = newBrowser(); BrowserContext thief = newBrowser()) {
            Page kim = login(session, "kim");
            thief.addCookies(session.cookies().stream().filter(each -> each.name.startsWith("__Host-")).toList());
            Page copy = thief.newPage();
            assertThat(isLoggedIn(copy, otherGateway)).isTrue();

            kim.navigate(gateway + "/");
            kim.locator("#who a").click();
            assertThat(kim).hasURL(gateway + "/");
            assertThat(kim.locator("#who a")).hasAttribute("href", "/login");

            assertThat(isLoggedIn(copy, gateway)).isFalse();
            await().atMost(BOUND).until(() -> !isLoggedIn(copy, otherGateway));
            kim.locator("#who a").click();
            assertThat(kim.locator("#password")).isVisible();
        }
    }

    /** Keycloak reports it to one gateway; the other one learns of it when the session is renewed. */
    @Test
    void aLogoutAtKeycloakEndsTheSessionAtAllGateways() throws Exception {
        try (BrowserContext session = newBrowser()) {
            Page bob = login(session, "bob");
            String subject = session(bob).get("subject").asText();

            keycloak.logOut("bob");

            assertThat(isLoggedIn(bob, gateway)).isFalse();
            assertThat(phone82.log(1)).contains(subject + " [] backchannel-logout");
            await().atMost(BOUND).until(() -> !isLoggedIn(bob, otherGateway));
        }
    }

    @Test
    void changedRolesAndADisabledUserTakeEffect() throws Exception {
        try (BrowserContext session = newBrowser()) {
            Page bob = login(session, "bob");
            assertThat(roles(bob)).containsExactly("customer");

            keycloak.addRole("bob", "operator");
            await().atMost(BOUND).untilAsserted(() -> assertThat(roles(bob)).containsExactlyInAnyOrder("customer", "operator"));
            keycloak.removeRole("bob", "operator");
            keycloak.removeRole("bob", "customer");
            await().atMost(BOUND).untilAsserted(() -> assertThat(roles(bob)).isEmpty());
            assertThat(status(bob, "/orders")).isEqualTo(403);

            keycloak.setEnabled("bob", false);
            await().atMost(BOUND).until(() -> !isLoggedIn(bob, gateway));
            assertThat(status(bob, "/orders")).isEqualTo(401);
        } finally {
            keycloak.setEnabled("bob", true);
            keycloak.addRole("bob", "customer");
        }
    }

    @Test
    void tokensAndSessionsOutliveAKeyRotation() throws Exception {
        try (BrowserContext session = newBrowser(); BrowserContext later = newBrowser()) {
            Page kim = login(session, "kim");
            String old = keycloak.token();
            new Shop(gateway, old).place(anOrder()).expect(201);

            keycloak.rotateKey();

            String young = keycloak.token();
            assertThat(keyOf(young)).isNotEqualTo(keyOf(old));
            new Shop(gateway, young).place(anOrder()).expect(201);
            new Shop(gateway, old).place(anOrder()).expect(201);
            staysLoggedIn(kim, RENEWAL.multipliedBy(2));
            order(kim);
            assertThat(roles(login(later, "ann"))).containsExactly("customer");
        }
    }

    @Test
    void customersOrderOnWithoutKeycloak() throws Exception {
        try (BrowserContext session = newBrowser(); BrowserContext later = newBrowser()) {
            Page kim = login(session, "kim");
            String token = keycloak.token();
            new Shop(gateway, token).place(anOrder()).expect(201);

            keycloak.kill();
            staysLoggedIn(kim, RENEWAL.multipliedBy(4));
            order(kim);
            new Shop(gateway, token).place(anOrder()).expect(201);

            keycloak.start();
            staysLoggedIn(kim, RENEWAL.multipliedBy(2));
            order(kim);
            assertThat(roles(login(later, "ann"))).containsExactly("customer");
            assertThat(phone82.reconcile().breaches()).isEmpty();
        }
    }

    private static BrowserContext newBrowser() {
        return BROWSER.browser().newContext();
    }

    /** Logs in with Keycloak's own page; returns a page without scripts of the shop. */
    private Page login(BrowserContext session, String user) {
        Page page = session.newPage();
        page.navigate(gateway + "/login");
        page.locator("#username").fill(user);
        page.locator("#password").fill(Keycloak.password(user));
        page.locator("#kc-login").click();
        assertThat(page).hasURL(gateway + "/");
        session(page);
        return page;
    }

    private JsonNode session(Page page) {
        return session(page, gateway);
    }

    private static JsonNode session(Page page, String gateway) {
        try {
            return Json.read(page.navigate(gateway + "/session").body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> roles(Page page) {
        return Json.MAPPER.convertValue(session(page).path("roles"), Json.MAPPER.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    private static boolean isLoggedIn(Page page, String gateway) {
        return session(page, gateway).has("subject");
    }

    private void staysLoggedIn(Page page, Duration time) {
        Instant end = Instant.now().plus(time);
        await().pollInterval(Duration.ofMillis(300)).until(() -> {
            assertThat(isLoggedIn(page, gateway)).isTrue();
            return Instant.now().isAfter(end);
        });
    }

    private static int status(Page page, String path) {
        return ((Number) page.evaluate("path => fetch(path).then(answer => answer.status)", path)).intValue();
    }

    private static String order(Page page) {
        Map<?, ?> answer = (Map<?, ?>) page.evaluate("() => fetch('/orders', {method: 'POST', headers: {'Content-Type': 'application/json', "
                + "'X-Requested-With': 'phone82'}, body: '{\"item\":\"note20\",\"qty\":1}'}).then(async answer => ({status: answer.status, id: String((await answer.json()).id)}))");
        assertThat(answer.get("status")).isEqualTo(201);
        return (String) answer.get("id");
    }

    private static String keyOf(String token) throws java.text.ParseException {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }
}
