package phone82.journey;

import com.nimbusds.jwt.JWTClaimsSet;
import io.netty.handler.codec.http.QueryStringDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Issuer.Login;
import phone82.journey.RawHttp.Connection;
import phone82.journey.Shop.Answer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Sessions after the login: the issuer confirms, changes and ends them. */
class SessionTest {

    private static final String SESSION = "__Host-phone82=";
    private static final String NOBODY = "{\"login\":true,\"guests\":true}";
    @RegisterExtension
    static final Issuer ISSUER = new Issuer();
    // both stay open: a repetition of a failed test uses them again
    private static final Stub CUSTOMER = EndlessStream.start(1);
    private static final Recorder APP = new Recorder("{}".getBytes(UTF_8));

    @RegisterExtension
    static final Phone82Extension PHONE82 = gatewayWithLogins();

    /** Shares the keys of the sessions and nothing else, and has a public name. */
    @RegisterExtension
    static final Phone82Extension OTHER = gatewayWithLogins("--phone82.identity.public-url=https://shop.example.com");

    private final Shop gateway = PHONE82.gateway();

    private static Phone82Extension gatewayWithLogins(String... more) {
        return Phone82Extension.only(Set.of(Context.GATEWAY), Stream.concat(Stream.of(more), Stream.of("--phone82.identity.issuer=" + ISSUER.url(),
                "--phone82.identity.session-keys=" + "A".repeat(43), "--phone82.identity.renewal=1s", "--phone82.gateway.login-rate=1000",
                "--phone82.gateway.streams-per-user=1", "--phone82.gateway.app-url=" + APP.url(),
                "--phone82.gateway.customer-url=" + CUSTOMER.url())).toArray(String[]::new));
    }

    @Test
    void changedRolesTakeEffect() {
        Browser kim = new Browser("kim", "customer");
        assertThat(kim.session()).contains("[\"customer\"]");

        kim.login.roles = List.of("dealer", "something else");
        await().untilAsserted(() -> assertThat(kim.session()).contains("[\"dealer\"]"));
        kim.login.roles = List.of();
        await().untilAsserted(() -> assertThat(kim.session()).contains("\"roles\":[]"));
    }

    /** The issuer ends a session whose refresh token is used twice. */
    @Test
    void concurrentRequestsAndLostAnswersUseARefreshTokenOnce() {
        Browser kim = new Browser("kim", "customer");
        String first = kim.cookie;

        await().until(() -> {
            List<CompletableFuture<String>> answers = Stream.generate(() -> CompletableFuture.supplyAsync(() -> kim.session(first))).limit(10).toList();
            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).contains("\"kim\""));
            return kim.login.renewals.get() >= 3;
        });

        assertThat(kim.session()).contains("\"kim\"");
        assertThat(kim.login.ended).isFalse();
    }

    @Test
    void aRefusedRenewalEndsTheSessionForGood() {
        Browser kim = new Browser("kim", "customer");
        String cookie = kim.cookie;
        kim.login.ended = true;

        await().untilAsserted(() -> assertThat(kim.session()).isEqualTo(NOBODY));
        assertThat(kim.cookie).isEqualTo(SESSION);
        kim.login.ended = false;
        assertThat(kim.session(cookie)).isEqualTo(NOBODY);
        gateway.send(gateway.request("/orders").header("Cookie", cookie)).expect(401);
    }

    @Test
    void sessionsGoOnWithoutTheIssuer() {
        Browser kim = new Browser("kim", "customer");
        ISSUER.available = false;
        try {
            Instant end = Instant.now().plusSeconds(4);
            await().until(() -> {
                assertThat(kim.session()).contains("\"kim\"");
                return Instant.now().isAfter(end);
            });
            assertThat(kim.login.renewals).hasValue(0);
        } finally {
            ISSUER.available = true;
        }
        await().until(() -> {
            assertThat(kim.session()).contains("\"kim\"");
            return kim.login.renewals.get() > 0;
        });
    }

    @Test
    void aStreamEndsWhenItsSessionNeedsRenewal() {
        Browser kim = new Browser("kim", "customer");

        String stream = gateway.text(gateway.request("/history/stream").header("Cookie", kim.cookie));

        assertThat(stream).isEqualTo("event: heart-beat\ndata: {}\n\nevent: renew\ndata: {}\n\n");
    }

    @Test
    void aStreamEndsForACheckOfItsSessionAlsoWithoutARefreshToken() {
        ISSUER.refreshes = false;
        Browser kim;
        try {
            kim = new Browser("kim", "customer");
        } finally {
            ISSUER.refreshes = true;
        }

        assertThat(gateway.text(gateway.request("/history/stream").header("Cookie", kim.cookie))).endsWith("event: renew\ndata: {}\n\n");
        logOut(kim).expect(200);
        gateway.send(gateway.request("/history/stream").header("Cookie", kim.cookie)).expect(401);
    }

    @Test
    void aReaderWhoLeavesDuringTheCheckOfItsSessionTakesNoPlace() {
        Browser kim = new Browser("kim", "customer");
        awaitRenewal();
        double left = left(PHONE82);
        int asked = ISSUER.tokenRequests.get();
        CountDownLatch hanging = ISSUER.hang();
        try (Connection reader = new RawHttp(PHONE82.port(Context.GATEWAY)).connect()) {
            reader.send("GET /history/stream HTTP/1.1\r\nHost: shop\r\nCookie: " + kim.cookie + "\r\n\r\n");
            await().until(() -> ISSUER.tokenRequests.get() > asked);
            reader.close();
            await().until(() -> left(PHONE82) > left);
        } finally {
            hanging.countDown();
        }
        assertThat(kim.session()).contains("\"kim\"");

        assertThat(gateway.text(gateway.request("/history/stream").header("Cookie", kim.cookie))).endsWith("event: renew\ndata: {}\n\n");
    }

    /** Waits until a session that has just begun must be confirmed. */
    private static void awaitRenewal() {
        Instant due = Instant.now().plusSeconds(1);
        await().until(() -> Instant.now().isAfter(due));
    }

    /** However many strangers send such tokens. */
    @Test
    void aTokenOfAnUnknownKeyIsInvalidAndNoOutage() {
        for (int i = 0; i < 10; i++) {
            new Shop(gateway.url(""), ISSUER.ofUnknownKey("stranger")).get("/orders").expect(401);
            send(ISSUER.ofUnknownKey(ISSUER.logout().subject("stranger")), 400);
        }
    }

    private enum Kind { TOKEN_CHECK, CALLBACK, BACKCHANNEL_LOGOUT }

    /** While the issuer hangs, requests of one kind wait; those of other kinds, and those that do not need it, go on. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void strangersDelayOnlyRequestsOfTheirKindWhileTheIssuerHangs(Kind kind) {
        Browser kim = new Browser("kim", "customer");
        awaitRenewal();
        List<Connection> strangers = new ArrayList<>();
        CountDownLatch hanging = ISSUER.hang();
        try {
            awaitIssuer(kind, 24, strangers);
            gateway.get("/openapi.json").expect(200);

            // their keys are known
            assertAtOnce("a token", () -> new Shop(gateway.url(""), ISSUER.token("lee", "operator")).get("/orders").expect(200));
            assertAtOnce("a logout at the issuer", () -> send(ISSUER.logoutToken(ISSUER.logout().subject("park")), 200));
            assertAtOnce("a wrong token", () -> new Shop(gateway.url(""), ISSUER.wronglySigned("kim")).get("/orders").expect(401));
            assertQuick("a session", () -> assertThat(kim.session()).contains("\"kim\""));
            if (kind != Kind.CALLBACK) {
                assertQuick("a login", () -> assertThat(gateway.exchange(gateway.request("/login")).statusCode()).isEqualTo(302));
            }
            assertQuick("a logout", () -> logOut(kim).expect(200));
        } finally {
            hanging.countDown();
            // otherwise they would still occupy their threads in the next test
            strangers.forEach(Connection::answer);
            strangers.forEach(Connection::close);
        }
    }

    /** Otherwise eight such answers would stop all requests of a kind. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void anAnswerThatComesInSmallPartsEndsInTime(Kind kind) {
        List<Connection> strangers = new ArrayList<>();
        CountDownLatch dripping = ISSUER.drip();
        try {
            awaitIssuer(kind, 1, strangers);

            assertThat(strangers).extracting(each -> each.answer().status()).isSubsetOf(400, 401, 503);
        } finally {
            dripping.countDown();
            strangers.forEach(Connection::close);
        }
    }

    /** A gateway that does not know the issuer yet. */
    @Test
    void aDiscoveryThatComesInSmallPartsEndsInTime() throws IOException {
        Phone82Extension fresh = gatewayWithLogins();
        CountDownLatch dripping = ISSUER.drip();
        try {
            fresh.start("Discovery");

            HttpResponse<byte[]> unavailable = fresh.gateway().exchange(fresh.gateway().request("/login").header("Accept", "text/html"));
            assertThat(unavailable.statusCode()).isEqualTo(503);
            assertThat(new String(unavailable.body(), UTF_8)).contains("The shop is unavailable at the moment.").doesNotContain("<script");
            dripping.countDown();
            await().until(() -> fresh.gateway().exchange(fresh.gateway().request("/login")).statusCode() == 302);
        } finally {
            dripping.countDown();
            fresh.stop();
        }
    }

    /** Sends requests of strangers until the issuer gets one: it is not asked again for a key for which it was asked just before. */
    private void awaitIssuer(Kind kind, int number, List<Connection> strangers) {
        int before = ISSUER.requests.get();
        await().pollInterval(Duration.ofMillis(500)).until(() -> {
            if (ISSUER.requests.get() == before) {
                flood(kind, number).forEach(request -> strangers.add(sent(PHONE82, request)));
            }
            return ISSUER.requests.get() > before;
        });
    }

    /** However many strangers there are, and whether they wait for the answer or not. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void onlySomeRequestsWaitForTheIssuer(CapturedOutput output) {
        new Browser("kim", "customer");
        List<String> flood = flood(Kind.CALLBACK, 100);
        double left = left(PHONE82);
        List<Connection> strangers = new ArrayList<>();
        CountDownLatch hanging = ISSUER.hang();
        try {
            flood.forEach(request -> strangers.add(sent(PHONE82, request)));

            Instant sent = Instant.now();
            RawHttp.Answer refused = strangers.get(99).answer();
            assertThat(Duration.between(sent, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(refused.problem()).isEqualTo(503);
            assertThat(refused.json().get("title").asText()).isEqualTo("Login unavailable");
            assertThat(refused.json().get("detail").asText()).startsWith("Too many requests wait for the issuer of logins.");
            assertThat(output.getAll()).containsOnlyOnce("Too many requests wait for the issuer (login)");
            assertThat(refused.headers()).containsEntry("retry-after", "5").as("the login can be tried again").doesNotContainKey("set-cookie");
            strangers.forEach(Connection::close);
            await().until(() -> left(PHONE82) - left >= 64);
        } finally {
            hanging.countDown();
            strangers.forEach(Connection::close);
        }
        // the requests of those who have left are not made
        int before = ISSUER.tokenRequests.get();
        await().until(() -> gateway.exchange(gateway.request("/login")).statusCode() == 302);
        assertThat(new Browser("kim", "customer").session()).contains("\"kim\"");
        assertThat(ISSUER.tokenRequests.get() - before).isLessThan(10);
    }

    /** After a start the gateway knows nothing of the issuer. One of the crowd leaves before the token is checked. */
    @Test
    void aCrowdWithOneTokenIsNotRefusedAfterAStart() throws IOException {
        Phone82Extension fresh = gatewayWithLogins();
        int before = ISSUER.requests.get();
        fresh.start("Crowd");
        List<Connection> strangers = new ArrayList<>();
        List<Connection> crowd = new ArrayList<>();
        CountDownLatch hanging = new CountDownLatch(0);
        try {
            await("discovery without a request").until(() -> ISSUER.requests.get() > before);
            int discovered = ISSUER.requests.get();
            hanging = ISSUER.hang();
            flood(Kind.TOKEN_CHECK, 16).forEach(request -> strangers.add(sent(fresh, request)));
            await().until(() -> ISSUER.requests.get() > discovered);
            fresh.gateway().get("/openapi.json").expect(200);
            String request = "GET /orders HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer " + ISSUER.token("kim", "customer") + "\r\n\r\n";
            Connection first = sent(fresh, request);
            fresh.gateway().get("/openapi.json").expect(200);
            for (int i = 0; i < 100; i++) {
                crowd.add(sent(fresh, request));
            }
            first.close();
            await().until(() -> left(fresh) == 1);
            hanging.countDown();

            assertThat(crowd).extracting(each -> each.answer().status()).containsOnly(200);
        } finally {
            hanging.countDown();
            crowd.forEach(Connection::close);
            strangers.forEach(Connection::close);
            fresh.stop();
        }
    }

    /** It waits for a thread when its sender closes the connection. */
    @Test
    void aReportedLogoutCountsAlsoIfItsSenderHasLeft() {
        Browser kim = new Browser("kim", "customer");
        assertThat(kim.session(OTHER.gateway())).contains("\"kim\"");
        List<String> flood = flood(Kind.BACKCHANNEL_LOGOUT, 16);
        String report = report(ISSUER.logoutToken(ISSUER.logout().subject("kim").claim("sid", kim.login.id)));
        int before = ISSUER.requests.get();
        double left = left(OTHER);
        List<Connection> strangers = new ArrayList<>();
        CountDownLatch hanging = ISSUER.hang();
        try {
            flood.forEach(request -> strangers.add(sent(OTHER, request)));
            await().until(() -> ISSUER.requests.get() > before);
            OTHER.gateway().get("/openapi.json").expect(200);
            sent(OTHER, report).close();
            await().until(() -> left(OTHER) > left);
        } finally {
            hanging.countDown();
            strangers.forEach(Connection::answer);
            strangers.forEach(Connection::close);
        }

        await().untilAsserted(() -> assertThat(kim.session(OTHER.gateway())).isEqualTo(NOBODY));
        Shop operations = OTHER.operations();
        await().untilAsserted(() -> assertThat(operations.send(operations.requestOfOperator("/audit?size=100")).expect(200).body().get("items"))
                .anySatisfy(entry -> assertThat(entry.path("action").asText() + " " + entry.path("result").asText()).isEqualTo("backchannel-logout closed")));
    }

    private static Connection sent(Phone82Extension phone82, String request) {
        Connection connection = new RawHttp(phone82.port(Context.GATEWAY)).connect();
        connection.send(request);
        return connection;
    }

    /** Number of requests whose client has left. */
    private static double left(Phone82Extension phone82) {
        return phone82.operations().metrics().lines().filter(line -> line.startsWith("http_server_requests_seconds_count") && line.contains("status=\"closed\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
    }

    /** Requests that wait for the issuer. */
    private List<String> flood(Kind kind, int number) {
        String head = " HTTP/1.1\r\nHost: shop\r\n";
        return switch (kind) {
            case TOKEN_CHECK -> {
                String token = ISSUER.ofUnknownKey("stranger");
                yield IntStream.range(0, number).mapToObj(i -> "GET /orders" + head + "Authorization: Bearer " + token + i + "\r\n\r\n").toList();
            }
            case CALLBACK -> {
                HttpResponse<byte[]> begun = gateway.exchange(gateway.request("/login"));
                String state = new QueryStringDecoder(begun.headers().firstValue("Location").orElseThrow()).parameters().get("state").get(0);
                yield Collections.nCopies(number, "GET /callback?code=guessed&state=" + state + head + "Cookie: " + cookies(begun).get(0) + "\r\n\r\n");
            }
            case BACKCHANNEL_LOGOUT -> Collections.nCopies(number, report(ISSUER.ofUnknownKey(ISSUER.logout().subject("stranger"))));
        };
    }

    /** A logout that the issuer reports. */
    private static String report(String logoutToken) {
        String form = "logout_token=" + logoutToken;
        return "POST /backchannel-logout HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length() + "\r\n\r\n" + form;
    }

    private static void assertQuick(String what, Runnable request) {
        assertEnds(Duration.ofSeconds(5), what, request);
    }

    /** Before a request to the issuer can have exceeded its time limit. */
    private static void assertAtOnce(String what, Runnable request) {
        assertEnds(Duration.ofSeconds(2), what, request);
    }

    private static void assertEnds(Duration limit, String what, Runnable request) {
        long began = System.nanoTime();
        request.run();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as(what).isLessThan(limit);
    }

    /** Parsers skip such characters, so that each spelling of one token would be remembered. */
    @ParameterizedTest
    @ValueSource(strings = {"!", "~", "=", "+", "/", " ", "."})
    void aTokenHasOneSpelling(String inserted) {
        String token = ISSUER.token("kim", "customer");
        int middle = token.length() - 20;
        new Shop(gateway.url(""), token).get("/orders").expect(200);

        new Shop(gateway.url(""), token.substring(0, middle) + inserted + token.substring(middle)).get("/orders").expect(401);
    }

    /** A shared cache would give one user's session to another. */
    @Test
    void noSharedCacheMayStoreARenewedSession() {
        Browser kim = new Browser("kim", "customer");
        awaitRenewal();
        HttpResponse<byte[]> page = asBrowser(kim, "/orders", "\"unknown\"");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(caching(page)).isEqualTo("private, no-cache");
        HttpResponse<byte[]> known = asBrowser(kim, "/orders", page.headers().firstValue("ETag").orElseThrow());
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(caching(known)).isEqualTo("private, no-cache");
        for (String path : List.of("/session", "/dealer", "/payments/1")) {
            assertThat(caching(asBrowser(kim, path, "*"))).contains("no-store");
        }
        assertThat(caching(logOut(kim).expect(200).response())).isEqualTo("no-store");
        assertThat(gateway.exchange(gateway.request("/")).headers().firstValue("Cache-Control")).hasValue("no-cache");
    }

    private HttpResponse<byte[]> asBrowser(Browser browser, String path, String known) {
        return gateway.exchange(gateway.request(path).header("Accept", "text/html, */*;q=0.8").header("If-None-Match", known).header("Cookie", browser.cookie));
    }

    /** How caches may treat a response with the cookie of a session. */
    private static String caching(HttpResponse<byte[]> answer) {
        assertThat(cookies(answer)).anySatisfy(cookie -> assertThat(cookie).startsWith(SESSION));
        return answer.headers().firstValue("Cache-Control").orElseThrow();
    }

    /** A stranger can ask for it any number of times. */
    @Test
    void aLogoutWithoutASessionIsNotRecorded() {
        Browser kim = new Browser("kim", "customer");

        gateway.send(gateway.request("/logout").header("X-Requested-With", "phone82").POST(BodyPublishers.noBody())).expect(200);
        logOut(kim).expect(200);
        logOut(kim).expect(200);

        Shop operations = PHONE82.operations();
        await().untilAsserted(() -> {
            Answer audit = operations.send(operations.requestOfOperator("/audit?size=100")).expect(200);
            assertThat(audit.body().get("items").valueStream().filter(entry -> entry.path("action").asText().equals("logout")))
                    .as("logouts").isNotEmpty().allMatch(entry -> entry.hasNonNull("subject"));
        });
    }

    @Test
    void theIdTokenOfALogoutIsNoTokenOfAProgram() {
        String location = logOut(new Browser("kim", "customer")).expect(200).body().get("location").asText();
        String idToken = new QueryStringDecoder(location).parameters().get("id_token_hint").get(0);

        new Shop(gateway.url(""), idToken).get("/history/1").expect(401);
    }

    @Test
    void aLogoutTokenIsNoTokenOfAProgram() {
        String token = ISSUER.signed(ISSUER.logout().subject("kim"));

        new Shop(gateway.url(""), token).get("/history/1").expect(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000000", "Transfer-Encoding: chunked"})
    void aLogoutAtTheIssuerHasABodyOfAtMost64Kilobytes(String framing) {
        String head = "POST /backchannel-logout HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n" + framing + "\r\n\r\n";
        String body = "x".repeat(1_000_000);
        String sent = framing.startsWith("Content-Length") ? body : "F4240\r\n" + body + "\r\n0\r\n\r\n";

        assertThat(new RawHttp(PHONE82.port(Context.GATEWAY)).once(head + sent).problem()).isEqualTo(413);
    }

    private Answer logOut(Browser browser) {
        return gateway.send(gateway.request("/logout").header("Cookie", browser.cookie + "; " + browser.idToken).header("X-Requested-With", "phone82")
                .POST(BodyPublishers.noBody()));
    }

    @Test
    void aCopiedCookieEndsWithTheLogout() {
        Browser kim = new Browser("kim", "customer");
        String copy = kim.cookie;

        Answer answer = logOut(kim).expect(200);

        assertThat(answer.body().get("location").asText()).startsWith(ISSUER.url() + "/logout?").contains("id_token_hint=", "post_logout_redirect_uri=");
        assertThat(kim.session(copy)).isEqualTo(NOBODY);
        assertThat(new Browser("kim", "customer").session()).contains("\"kim\"");
    }

    @Test
    void aLogoutAtOneGatewayEndsTheSessionAtTheOtherWithTheNextRenewal() {
        Browser kim = new Browser("kim", "customer");
        assertThat(kim.session(OTHER.gateway())).contains("\"kim\"");
        String copy = kim.cookie;

        logOut(kim).expect(200);
        // as the issuer does when the browser follows the redirect of the logout
        kim.login.ended = true;

        assertThat(kim.session(copy)).isEqualTo(NOBODY);
        await().untilAsserted(() ->
                assertThat(OTHER.gateway().text(OTHER.gateway().request("/session").header("Cookie", copy))).isEqualTo(NOBODY));
    }

    @Test
    void aShopWithTlsHasBrowsersUseNothingElse() {
        assertThat(OTHER.gateway().exchange(OTHER.gateway().request("/")).headers().firstValue("Strict-Transport-Security")).hasValue("max-age=31536000");
        assertThat(gateway.exchange(gateway.request("/")).headers().firstValue("Strict-Transport-Security")).isEmpty();
    }

    @Test
    void aLogoutAtTheIssuerEndsOneSession() {
        Browser one = new Browser("kim", "customer");
        Browser other = new Browser("kim", "customer");

        send(ISSUER.logoutToken(ISSUER.logout().subject("kim").claim("sid", one.login.id)), 200);

        assertThat(one.session()).isEqualTo(NOBODY);
        assertThat(other.session()).contains("\"kim\"");
    }

    @Test
    void aLogoutOfAUserEndsAllSessionsUntilThen() {
        Browser one = new Browser("lee", "operator");
        Browser other = new Browser("lee", "operator");
        Browser park = new Browser("park", "dealer");
        String token = ISSUER.logoutToken(ISSUER.logout().subject("lee"));

        send(token, 200);

        assertThat(one.session()).isEqualTo(NOBODY);
        assertThat(other.session()).isEqualTo(NOBODY);
        assertThat(park.session()).contains("\"park\"");
        // the times in tokens are in seconds
        Instant next = Instant.now().plusSeconds(1);
        await().until(() -> Instant.now().isAfter(next));
        Browser again = new Browser("lee", "operator");
        send(token, 200);
        assertThat(again.session()).contains("\"lee\"");
    }

    private record Wrong(String what, UnaryOperator<JWTClaimsSet.Builder> change) {

        @Override
        public String toString() {
            return what;
        }
    }

    static List<Wrong> wrongTokens() {
        return List.of(new Wrong("another issuer", token -> token.issuer("https://elsewhere.example.com")),
                new Wrong("another audience", token -> token.audience("another-shop")),
                new Wrong("a nonce", token -> token.claim("nonce", "n")),
                new Wrong("no event", token -> token.claim("events", null)),
                new Wrong("another event", token -> token.claim("events", Map.of("http://schemas.openid.net/event/other", Map.of()))),
                new Wrong("no id", token -> token.jwtID(null)),
                new Wrong("no time", token -> token.issueTime(null)),
                new Wrong("expired", token -> token.expirationTime(Date.from(Instant.now().minusSeconds(70)))),
                new Wrong("neither user nor session", token -> token.subject(null).claim("sid", null)));
    }

    @ParameterizedTest
    @MethodSource("wrongTokens")
    void aWrongLogoutTokenIsRefused(Wrong wrong) {
        Browser kim = new Browser("kim", "customer");
        JWTClaimsSet.Builder right = ISSUER.logout().subject("kim").claim("sid", kim.login.id);

        send(ISSUER.logoutToken(wrong.change.apply(right)), 400);

        assertThat(kim.session()).contains("\"kim\"");
    }

    @Test
    void aLogoutTokenNeedsTheSignatureOfTheIssuer() {
        Browser kim = new Browser("kim", "customer");

        for (String token : List.of(ISSUER.wronglySigned("kim"), ISSUER.unsigned("kim"), ISSUER.token("kim"), "a.b.c", "")) {
            send(token, 400);
        }
        gateway.send("POST", "/backchannel-logout", "application/json", "{}").expect(400);
        gateway.send("POST", "/logout", "application/x-www-form-urlencoded", "a=b").expect(415);
        assertThat(kim.session()).contains("\"kim\"");
    }

    private void send(String logoutToken, int expected) {
        Answer answer = gateway.send("POST", "/backchannel-logout", "application/x-www-form-urlencoded", "logout_token=" + logoutToken).expect(expected);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    private static List<String> cookies(HttpResponse<byte[]> answer) {
        return answer.headers().allValues("Set-Cookie").stream().map(each -> each.substring(0, each.indexOf(';'))).toList();
    }

    /** A browser that is logged in. */
    private final class Browser {

        private final Login login;
        private final String idToken;
        private volatile String cookie;

        Browser(String subject, String... roles) {
            HttpResponse<byte[]> begun = gateway.exchange(gateway.request("/login"));
            Map<String, String> query = new HashMap<>();
            login = ISSUER.login(URI.create(begun.headers().firstValue("Location").orElseThrow()), query, subject, roles);
            HttpResponse<byte[]> back = gateway.exchange(gateway.request("/callback?code=" + query.get("code") + "&state=" + query.get("state"))
                    .header("Cookie", cookies(begun).get(0)));
            assertThat(back.statusCode()).isEqualTo(302);
            keep(back);
            idToken = cookies(back).stream().filter(each -> each.startsWith("__Secure-phone82-logout=")).findFirst().orElseThrow();
            assertThat(back.headers().allValues("Set-Cookie")).allSatisfy(each -> assertThat(each).hasSizeLessThan(4096));
        }

        /** The answer about the session; it may renew the cookie. */
        String session() {
            return session(gateway);
        }

        private String session(Shop gateway) {
            HttpResponse<byte[]> answer = gateway.exchange(gateway.request("/session").header("Cookie", cookie));
            keep(answer);
            return new String(answer.body());
        }

        String session(String cookie) {
            return gateway.text(gateway.request("/session").header("Cookie", cookie));
        }

        private void keep(HttpResponse<byte[]> answer) {
            cookies(answer).stream().filter(each -> each.startsWith(SESSION)).forEach(each -> cookie = each);
        }
    }
}
