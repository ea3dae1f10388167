package phone82.journey;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import phone82.Stub;
import phone82.platform.api.Json;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An external OpenID Connect issuer for programs and browsers. A refresh token is for one use; a second use ends the session. As an extension it is open
 * while the tests of a class run, also if they run again.
 */
public final class Issuer implements AutoCloseable, BeforeAllCallback, AfterAllCallback {

    // to make a key takes half a second
    private static final RSAKey FIRST = newKey();
    private static final RSAKey UNPUBLISHED = newKey();

    private final int port = Phone82Extension.freePort();
    private Stub server;
    private final Map<String, Login> byCode = new ConcurrentHashMap<>();
    private final Map<String, Login> byRefreshToken = new ConcurrentHashMap<>();
    private volatile RSAKey key = FIRST;
    /** Whether it answers requests for tokens. */
    volatile boolean available = true;
    /** Whether it gives refresh tokens. */
    volatile boolean refreshes = true;
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private volatile CountDownLatch dripping = new CountDownLatch(0);
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger tokenRequests = new AtomicInteger();

    /** A session of a user. */
    static final class Login {

        final String subject;
        final String id = UUID.randomUUID().toString();
        private final AuthenticationRequest request;
        private volatile String refreshToken;
        volatile List<String> roles;
        volatile boolean ended;
        final AtomicInteger renewals = new AtomicInteger();

        private Login(String subject, AuthenticationRequest request, List<String> roles) {
            this.subject = subject;
            this.request = request;
            this.roles = roles;
        }
    }

    public Issuer() {
        open();
    }

    private void open() {
        server = new Stub(port);
        server.on("/.well-known/openid-configuration", exchange -> answer(exchange, """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token","jwks_uri":"%1$s/jwks","end_session_endpoint":"%1$s/logout",
                "response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}"""
                .formatted(url())));
        server.on("/jwks", exchange -> answer(exchange, new JWKSet(key.toPublicJWK()).toString()));
        server.on("/token", this::tokens);
    }

    /** Answers no request, until the latch that it returns is opened. */
    CountDownLatch hang() {
        hanging = new CountDownLatch(1);
        return hanging;
    }

    /** Begins each answer with a space every now and then, until the latch that it returns is opened. */
    CountDownLatch drip() {
        dripping = new CountDownLatch(1);
        return dripping;
    }

    /** Logs a user in who was sent here by a gateway; returns the session, and completes the query with which the user returns. */
    Login login(URI location, Map<String, String> query, String subject, String... roles) {
        try {
            Login login = new Login(subject, AuthenticationRequest.parse(location), List.of(roles));
            String code = UUID.randomUUID().toString();
            byCode.put(code, login);
            query.putAll(Map.of("code", code, "state", login.request.getState().getValue()));
            return login;
        } catch (ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void tokens(HttpExchange exchange) throws IOException, InterruptedException {
        tokenRequests.incrementAndGet();
        if (!available) {
            exchange.close();
            return;
        }
        String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        try {
            Map<String, String> tokens = granted(AuthorizationGrant.parse(URLUtils.parseParameters(form)));
            if (tokens == null) {
                answer(exchange, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"Session not active\"}");
            } else {
                answer(exchange, 200, Json.text(tokens));
            }
        } catch (ParseException e) {
            answer(exchange, 400, "{\"error\":\"invalid_request\"}");
        }
    }

    /** Returns null if the session is not active. */
    private synchronized Map<String, String> granted(AuthorizationGrant grant) {
        Login login = grant instanceof AuthorizationCodeGrant byCodeGrant ? authorized(byCodeGrant) : renewed((RefreshTokenGrant) grant);
        if (login == null || login.ended) {
            return null;
        }
        JWTClaimsSet.Builder idToken = claims(login.subject).audience("phone82").claim("sid", login.id).issueTime(new Date());
        if (grant instanceof AuthorizationCodeGrant) {
            idToken.claim("nonce", login.request.getNonce().getValue());
        }
        Map<String, String> tokens = new HashMap<>(Map.of("token_type", "Bearer", "access_token", token(login.subject, login.roles.toArray(String[]::new)),
                "id_token", sign(key, idToken.claim("roles", null).build())));
        if (refreshes) {
            login.refreshToken = UUID.randomUUID().toString();
            byRefreshToken.put(login.refreshToken, login);
            tokens.put("refresh_token", login.refreshToken);
        }
        return tokens;
    }

    private Login authorized(AuthorizationCodeGrant grant) {
        Login login = byCode.remove(grant.getAuthorizationCode().getValue());
        boolean proven = login != null && CodeChallenge.compute(CodeChallengeMethod.S256, grant.getCodeVerifier()).equals(login.request.getCodeChallenge());
        return proven ? login : null;
    }

    private Login renewed(RefreshTokenGrant grant) {
        Login login = byRefreshToken.get(grant.getRefreshToken().getValue());
        if (login != null) {
            login.renewals.incrementAndGet();
            login.ended |= !grant.getRefreshToken().getValue().equals(login.refreshToken);
        }
        return login;
    }

    /** The claims of a valid logout token, without subject and session. */
    JWTClaimsSet.Builder logout() {
        return new JWTClaimsSet.Builder().issuer(url()).audience("phone82").issueTime(new Date()).jwtID(UUID.randomUUID().toString())
                .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    }

    String signed(JWTClaimsSet.Builder claims) {
        return sign(key, claims.build());
    }

    String logoutToken(JWTClaimsSet.Builder claims) {
        return sign(key, new JOSEObjectType("logout+jwt"), claims.build());
    }

    public String url() {
        return "http://localhost:" + port;
    }

    public String token(String subject, String... roles) {
        return sign(key, claims(subject, roles).build());
    }

    String expired(String subject, String... roles) {
        return sign(key, claims(subject, roles).expirationTime(Date.from(Instant.now().minusSeconds(70))).build());
    }

    /** A token that is valid with a clock that is nearly a minute slow. */
    String justExpired(String subject, String... roles) {
        return sign(key, claims(subject, roles).expirationTime(Date.from(Instant.now().minusSeconds(30))).build());
    }

    String forAnotherAudience(String subject, String... roles) {
        return sign(key, claims(subject, roles).audience("another-shop").build());
    }

    String ofAnotherIssuer(String subject, String... roles) {
        return sign(key, claims(subject, roles).issuer("https://elsewhere.example.com").build());
    }

    /** Has the id of the right key. */
    String wronglySigned(String subject, String... roles) {
        return sign(new RSAKey.Builder(UNPUBLISHED).keyID(key.getKeyID()).build(), claims(subject, roles).build());
    }

    /** Signed with a key that it has not published. */
    String ofUnknownKey(String subject, String... roles) {
        return sign(unpublished(), claims(subject, roles).build());
    }

    /** A logout token that is signed with a key that it has not published. */
    String ofUnknownKey(JWTClaimsSet.Builder logout) {
        return sign(unpublished(), new JOSEObjectType("logout+jwt"), logout.build());
    }

    String unsigned(String subject, String... roles) {
        return new PlainJWT(claims(subject, roles).build()).serialize();
    }

    void replaceKey() {
        key = newKey();
    }

    private JWTClaimsSet.Builder claims(String subject, String... roles) {
        return new JWTClaimsSet.Builder().issuer(url()).subject(subject).audience("phone82").expirationTime(Date.from(Instant.now().plusSeconds(300)))
                .jwtID(UUID.randomUUID().toString()).claim("roles", List.of(roles));
    }

    private static String sign(RSAKey key, JWTClaimsSet claims) {
        return sign(key, JOSEObjectType.JWT, claims);
    }

    private static String sign(RSAKey key, JOSEObjectType type, JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).type(type).keyID(key.getKeyID()).build(), claims);
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    /** With an id of its own each time. */
    private static RSAKey unpublished() {
        return new RSAKey.Builder(UNPUBLISHED).keyID(UUID.randomUUID().toString()).build();
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange, String json) throws IOException, InterruptedException {
        answer(exchange, 200, json);
    }

    private void answer(HttpExchange exchange, int status, String json) throws IOException, InterruptedException {
        requests.incrementAndGet();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        try (exchange) {
            hanging.await();
            exchange.sendResponseHeaders(status, 0);
            while (!dripping.await(50, TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            }
            exchange.getResponseBody().write(json.getBytes(UTF_8));
        }
    }

    @Override
    public void beforeAll(ExtensionContext test) {
        if (server == null) {
            open();
        }
    }

    @Override
    public void afterAll(ExtensionContext test) {
        close();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
