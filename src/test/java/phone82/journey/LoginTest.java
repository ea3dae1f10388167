package phone82.journey;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Shop.Answer;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Login at the gateway with its built-in issuer, and the identity that app receives. */
class LoginTest {

    private static final String SESSION = "__Host-phone82=";
    private static final String ATTEMPT = "__Host-phone82-login=";
    private static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();
    // stays open: a repetition of a failed test uses it again
    private static final Stub APP = new Stub().on("/", request -> {
        String authorization = request.getRequestHeaders().getFirst("Authorization");
        assertThat(request.getRequestHeaders()).doesNotContainKey("Cookie");
        HEARD.add(authorization == null ? "nothing" : authorization);
        request.getRequestBody().readAllBytes();
        Stub.answer(request, 200, "{}");
    });
    private static final int ISSUER = Phone82Extension.freePort();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.identity=embedded",
            "--phone82.identity.port=" + ISSUER, "--phone82.gateway.login-rate=1000", "--phone82.gateway.app-url=" + APP.url());

    private final Shop gateway = PHONE82.gateway();

    @Test
    void aLoginIdentifiesTheCustomerToTheContexts() throws Exception {
        String session = login("kim");

        assertThat(gateway.send(gateway.request("/session").header("Cookie", session)).expect(200).body().toString())
                .isEqualTo("{\"login\":true,\"subject\":\"kim\",\"name\":\"Kim\",\"roles\":[\"customer\"],\"guests\":true}");
        HEARD.clear();
        gateway.send(gateway.request("/orders").header("Cookie", session)).expect(200);
        JWTClaimsSet heard = SignedJWT.parse(HEARD.take().substring("Bearer ".length())).getJWTClaimsSet();
        assertThat(heard.getSubject()).isEqualTo("kim");
        assertThat(heard.getAudience()).containsExactly("app");
        assertThat(heard.getStringListClaim("roles")).containsExactly("customer");
        assertThat(heard.getExpirationTime().getTime() - heard.getIssueTime().getTime()).isEqualTo(60_000);
    }

    @Test
    void aProgramSendsAToken() throws Exception {
        Answer answer = new Shop("http://localhost:" + ISSUER).send(HttpRequest.newBuilder(URI.create("http://localhost:" + ISSUER + "/token"))
                .header("Authorization", "Basic bGVlOmxlZQ==").header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials"))).expect(200);
        HEARD.clear();

        new Shop(gateway.url(""), answer.body().get("access_token").asText()).get("/orders").expect(200);

        JWTClaimsSet heard = SignedJWT.parse(HEARD.take().substring("Bearer ".length())).getJWTClaimsSet();
        assertThat(heard.getSubject()).isEqualTo("lee");
        assertThat(heard.getStringListClaim("roles")).containsExactly("operator");
    }

    @Test
    void theIssuerReadsNoLargeBody() {
        String head = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n";

        assertThat(new RawHttp(ISSUER).once(head + "x".repeat(100_000)).status()).isEqualTo(413);
    }

    @Test
    void aChallengeDoesNotRevealTheIssuer() {
        Answer answer = gateway.get("/orders").expect(401);

        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.body().get("detail").asText()).contains(gateway.url("/login"), "http://localhost:" + ISSUER);
        assertThat(gateway.get("/session").expect(200).body().toString()).isEqualTo("{\"login\":true,\"guests\":true}");
        gateway.send(gateway.request("/orders").header("Cookie", SESSION + "abc")).expect(401);
        gateway.get("/phones").expect(200);
    }

    /** Its header names an encryption that needs a library which is not there. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aStrangersCookieCausesNoFailure(CapturedOutput output) {
        String sealed = "eyJhbGciOiJkaXIiLCJlbmMiOiJYQzIwUCIsImN0eSI6Il9fSG9zdC1waG9uZTgyIn0..AAAA.AAAA.AAAA";

        gateway.send(gateway.request("/session").header("Cookie", SESSION + sealed)).expect(200);
        gateway.send(gateway.request("/orders").header("Cookie", SESSION + sealed)).expect(401);

        assertThat(output.getAll()).doesNotContain("Unexpected failure");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders", "/orders/1234567890123"})
    void aBrowserThatOpensAnOrderLogsInAndReturns(String path) {
        HttpResponse<byte[]> opened = gateway.exchange(gateway.request(path).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
        assertThat(opened.statusCode()).isEqualTo(302);
        assertThat(opened.headers().firstValue("Location")).hasValue("/login?back=" + path);
        assertThat(opened.headers().firstValue("Vary")).hasValue("Accept");

        Begun begun = begin("/login?back=" + path);
        assertThat(callback(pick(begun, "kim"), begun.cookie, 302).headers().firstValue("Location")).hasValue(path);
    }

    @Test
    void aProgramThatReadsAnOrderGetsTheProblem() {
        gateway.get("/orders/1").expect(401);
        gateway.send(gateway.request("/orders/1").header("Accept", "*/*")).expect(401);
        gateway.send(gateway.request("/orders/1").header("Accept", "application/json, text/html;q=0.5")).expect(401);
        gateway.send(gateway.request("/orders/1").header("Accept", "text/html").DELETE()).expect(401);
        gateway.send(gateway.request("/payments/1").header("Accept", "text/html")).expect(401);
        gateway.send(gateway.request("/orders/1").header("Accept", "text/html").header("Authorization", "Basic a2ltOmtpbQ==")).expect(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example", "https://evil.example", "/orders/1/../../x", "/orders//evil.example", "/logout", "/orders/1x", ""})
    void aLoginReturnsToPagesOfOrdersOnly(String back) {
        Begun begun = begin("/login?back=" + back);

        assertThat(callback(pick(begun, "kim"), begun.cookie, 302).headers().firstValue("Location")).hasValue("/");
    }

    @Test
    void anotherHostNameKeepsThePathToReturnTo() {
        String other = gateway.url("").replace("localhost", "127.0.0.1");
        HttpResponse<byte[]> login = new Shop(other).exchange(HttpRequest.newBuilder(URI.create(other + "/login?back=/orders/1")));

        assertThat(login.headers().firstValue("Location")).hasValue(gateway.url("/login?home&back=/orders/1"));
    }

    @Test
    void theCookieIsLimitedToThisSite() {
        HttpResponse<byte[]> back = callback("kim");

        assertThat(back.headers().allValues("Set-Cookie")).anySatisfy(cookie -> assertThat(cookie).startsWith(SESSION)
                .contains("Path=/", "Secure", "HTTPOnly", "SameSite=Lax").doesNotContain("Domain").hasSizeLessThan(1024));
        assertThat(back.headers().allValues("Set-Cookie")).anySatisfy(cookie -> assertThat(cookie).startsWith(ATTEMPT).contains("Max-Age=0"));
        assertThat(back.headers().firstValue("Location")).hasValue("/");
    }

    @Test
    void aChangeNeedsACustomHeader() throws InterruptedException {
        String session = login("kim");
        HEARD.clear();
        HttpRequest.Builder order = gateway.request("/orders").header("Cookie", session).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"item\":\"note20\",\"qty\":1}"));

        gateway.send(order).expect(403);
        assertThat(HEARD).isEmpty();
        gateway.send(order.header("X-Requested-With", "phone82")).expect(200);
        assertThat(HEARD.take()).startsWith("Bearer ");
    }

    @Test
    void identityHeadersOfClientsAreIgnored() throws Exception {
        HEARD.clear();
        gateway.send(gateway.request("/orders").header("Authorization", "Basic a2ltOmtpbQ==")).expect(401);
        gateway.send(gateway.request("/phones").header("Authorization", "Bearer made-up")).expect(200);
        assertThat(SignedJWT.parse(HEARD.take().substring("Bearer ".length())).getJWTClaimsSet().getStringListClaim("roles")).containsExactly("service:gateway");
    }

    @Test
    void anAnswerToAnotherLoginIsRefused() {
        Begun begun = begin();
        String answer = pick(begun, "kim");

        callback(answer, null, 401);
        callback(answer, begin().cookie, 401);
        callback(answer.replaceAll("code=[^&]+", "code=guessed"), begun.cookie, 401);
        callback(answer.replaceAll("iss=[^&]+", "iss=https%3A%2F%2Felsewhere.example.com"), begun.cookie, 401);
        callback(answer, begun.cookie, 302);
        callback(answer, begun.cookie, 401);
    }

    /** A login is for one answer of the issuer, whatever it says. */
    @ParameterizedTest
    @ValueSource(strings = {"code=guessed", "error=access_denied"})
    void anAnswerThatFailsEndsTheLogin(String answer) {
        Begun begun = begin();
        String state = begun.issuer.getQuery().replaceAll(".*\\bstate=([^&]+).*", "$1");

        HttpResponse<byte[]> failed = callback("/callback?" + answer + "&state=" + state, begun.cookie, 401);
        HttpResponse<byte[]> ofAnotherLogin = callback("/callback?" + answer + "&state=another", begun.cookie, 401);

        assertThat(failed.headers().allValues("Set-Cookie")).singleElement().asString().startsWith(ATTEMPT + ";").contains("Max-Age=0");
        assertThat(ofAnotherLogin.headers().allValues("Set-Cookie")).isEmpty();
    }

    /** A person has no use for the problem in JSON. */
    @Test
    void aBrowserWhoseLoginFailsGetsAPage() {
        HttpResponse<byte[]> failed = gateway.exchange(browser("/callback?code=guessed&state=another").header("Accept-Language", "ko"));
        String page = new String(failed.body(), UTF_8);

        assertThat(failed.statusCode()).isEqualTo(401);
        assertThat(page).contains("<html class=\"ready\" lang=\"ko\">", "로그인하지 못했습니다", "href=\"/login\"").doesNotContain("<script", "preload", "<button");
        assertThat(failed.headers().map()).containsEntry("cache-control", List.of("no-store")).containsEntry("x-content-type-options", List.of("nosniff"))
                .containsKeys("content-security-policy");
    }

    @Test
    void aBrowserThatIsLoggedInGoesOnAfterALoginThatFails() {
        String session = login("kim");
        Begun begun = begin("/login?back=/orders/1");
        String state = begun.issuer.getQuery().replaceAll(".*\\bstate=([^&]+).*", "$1");

        HttpResponse<byte[]> old = gateway.exchange(browser("/callback?code=guessed&state=another").header("Cookie", session));
        HttpResponse<byte[]> givenUp = gateway.exchange(browser("/callback?error=access_denied&state=" + state).header("Cookie", session + "; " + begun.cookie));

        assertThat(List.of(old, givenUp)).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(302))
                .extracting(answer -> answer.headers().firstValue("Location").orElseThrow()).containsExactly("/", "/orders/1");
        assertThat(givenUp.headers().allValues("Set-Cookie")).singleElement().asString().startsWith(ATTEMPT + ";").contains("Max-Age=0");
        callback("/callback?code=guessed&state=another", session, 401);
    }

    @Test
    void aBrowserGetsAPageForAnAddressThatNoPageHas() {
        for (String path : List.of("/caf%C3%A9", "/orders/%20", "/%zz", "//evil.example")) {
            RawHttp.Answer page = new RawHttp(PHONE82.port(Context.GATEWAY)).once("GET " + path + " HTTP/1.1\r\nHost: shop\r\nAccept: text/html\r\n\r\n");
            assertThat(page.status()).as(path).isEqualTo(400);
            assertThat(page.text()).as(path).contains("Page not found");
        }
        for (String request : List.of("GET /caf%C3%A9 HTTP/1.1\r\n", "GET /payments/%20 HTTP/1.1\r\nAccept: text/html\r\n")) {
            assertThat(new RawHttp(PHONE82.port(Context.GATEWAY)).once(request + "Host: shop\r\n\r\n").problem()).as(request).isEqualTo(400);
        }
    }

    private HttpRequest.Builder browser(String path) {
        return gateway.request(path).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    }

    @Test
    void aLogoutEndsTheSession() {
        String session = login("park");
        HttpRequest.Builder logout = gateway.request("/logout").header("Cookie", session).POST(BodyPublishers.noBody());

        gateway.send(logout).expect(403);
        Answer answer = gateway.send(logout.header("X-Requested-With", "phone82")).expect(200);

        assertThat(answer.header("Set-Cookie")).startsWith(SESSION).contains("Max-Age=0");
        assertThat(answer.body().get("location").asText()).startsWith("http://localhost:" + ISSUER + "/logout?");
    }

    /** Anybody can request it any number of times. */
    @Test
    void thePageOfTheDealerCostsTheContextsNothingForAStranger() {
        HEARD.clear();
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.text(gateway.request("/dealer?item=x" + i).header("Accept", "text/html"))).contains("\"/session\":{\"login\":true,\"guests\":true}");
        }
        assertThat(HEARD).isEmpty();
    }

    /** The page of a site whose name leads to this machine would get the token. */
    @Test
    void theIssuerAnswersToNoForeignName() {
        String form = "grant_type=client_credentials";
        String request = " HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic bGVlOmxlZQ==\r\nContent-Length: " + form.length() + "\r\n";
        RawHttp issuer = new RawHttp(ISSUER);
        for (String path : List.of("POST /token", "GET /jwks", "GET /authorize")) {
            assertThat(issuer.once(path + request + "Host: evil.example:" + ISSUER + "\r\n\r\n" + form).status()).as(path).isEqualTo(421);
        }
        assertThat(issuer.once("POST /token" + request + "Host: localhost:" + ISSUER + "\r\n\r\n" + form).text()).contains("access_token");
    }

    private record Begun(URI issuer, String cookie) {
    }

    private Begun begin() {
        return begin("/login");
    }

    private Begun begin(String path) {
        HttpResponse<byte[]> login = gateway.exchange(gateway.request(path));
        assertThat(login.statusCode()).as(() -> new String(login.body(), UTF_8)).isEqualTo(302);
        return new Begun(URI.create(login.headers().firstValue("Location").orElseThrow()), cookie(login.headers().allValues("Set-Cookie"), ATTEMPT));
    }

    /** Returns the path to which the browser is redirected. */
    private String pick(Begun begun, String person) {
        Shop issuer = new Shop("");
        assertThat(issuer.text(HttpRequest.newBuilder(begun.issuer))).contains("Kim, customer", "Park, dealer", "Lee, operator");
        HttpResponse<byte[]> picked = issuer.exchange(HttpRequest.newBuilder(URI.create(begun.issuer + "&person=" + person)));
        assertThat(picked.statusCode()).as(() -> new String(picked.body(), UTF_8)).isEqualTo(302);
        String location = picked.headers().firstValue("Location").orElseThrow();
        assertThat(location).startsWith(gateway.url("/callback?"));
        return location.substring(gateway.url("").length());
    }

    private HttpResponse<byte[]> callback(String person) {
        Begun begun = begin();
        return callback(pick(begun, person), begun.cookie, 302);
    }

    private HttpResponse<byte[]> callback(String path, String cookie, int expected) {
        HttpRequest.Builder request = gateway.request(path);
        HttpResponse<byte[]> answer = gateway.exchange(cookie == null ? request : request.header("Cookie", cookie));
        assertThat(answer.statusCode()).as(() -> new String(answer.body(), UTF_8)).isEqualTo(expected);
        return answer;
    }

    private String login(String person) {
        return cookie(callback(person).headers().allValues("Set-Cookie"), SESSION);
    }

    private static String cookie(List<String> set, String name) {
        return set.stream().filter(cookie -> cookie.startsWith(name)).map(cookie -> cookie.substring(0, cookie.indexOf(';'))).findFirst().orElseThrow();
    }
}
