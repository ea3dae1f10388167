package phone82.gateway.issuer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationSuccessResponse;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.OIDCScopeValue;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.SubjectType;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import org.apache.commons.lang3.function.Failable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.http.Endpoint;
import phone82.platform.http.SmallBody;
import phone82.platform.identity.Caller;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The embedded issuer, on a separate port. A browser user picks an identity; a program uses a name as client id and as secret. */
public class EmbeddedIssuer implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedIssuer.class);

    private static final Duration CODE_LASTS = Duration.ofMinutes(1);
    private static final Duration TOKEN_LASTS = Duration.ofMinutes(10);
    private static final String PERSON = "person";
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1");
    private static final int IDLE_SECONDS = 60;

    private static final List<Person> PEOPLE = List.of(
            new Person("kim", "Kim", Caller.CUSTOMER), new Person("park", "Park", Caller.DEALER), new Person("lee", "Lee", Caller.OPERATOR));

    private final String issuer;
    private final int port;
    private final String home;
    private final String client;
    private final String audience;
    private final ECKey key;
    private final Cache<String, Granted> codes = Caffeine.newBuilder().maximumSize(1_000).expireAfterWrite(CODE_LASTS).build();

    private record Person(String subject, String name, String role) {
    }

    private record Granted(Person person, AuthenticationRequest request) {
    }

    /**
     * @param home     the gateway's public URL, to which browsers return
     * @param client   the gateway's client id
     * @param audience audience of the access tokens
     */
    public EmbeddedIssuer(int port, String home, String client, String audience) {
        this.issuer = url(port);
        this.port = port;
        this.home = home;
        this.client = client;
        this.audience = audience;
        this.key = Failable.get(() -> new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate());
    }

    public static String url(int port) {
        return "http://localhost:" + port;
    }

    @Override
    public void mount(Vertx vertx, Router ofGateway) {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            if (isLocal(context.request().authority())) {
                context.next();
            } else {
                context.response().setStatusCode(421).end();
            }
        });
        router.get("/.well-known/openid-configuration").handler(context -> json(context.response(), metadata().toJSONObject().toJSONString()));
        router.get("/jwks").handler(context -> json(context.response(), new JWKSet(key.toPublicJWK()).toString()));
        router.get("/authorize").handler(context -> authorize(context.request()));
        router.post("/token").handler(context -> SmallBody.of(context.request()).onFailure(context::fail)
                .onSuccess(body -> token(context.request(), body)));
        router.get("/logout").handler(context -> logout(context.request()));
        vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS)).requestHandler(router).listen(port, "127.0.0.1")
                .onFailure(e -> LOG.error("The embedded issuer cannot listen on port {}: {}; set phone82.identity.port to another one", port, e.getMessage()));
    }

    /** A page whose own name leads to this machine could get tokens otherwise. */
    private static boolean isLocal(HostAndPort authority) {
        return authority != null && LOCAL.contains(authority.host());
    }

    private OIDCProviderMetadata metadata() {
        OIDCProviderMetadata metadata = new OIDCProviderMetadata(new Issuer(issuer), List.of(SubjectType.PUBLIC), URI.create(issuer + "/jwks"));
        metadata.setAuthorizationEndpointURI(URI.create(issuer + "/authorize"));
        metadata.setTokenEndpointURI(URI.create(issuer + "/token"));
        metadata.setEndSessionEndpointURI(URI.create(issuer + "/logout"));
        metadata.setResponseTypes(List.of(ResponseType.CODE));
        metadata.setGrantTypes(List.of(GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS));
        metadata.setScopes(new Scope(OIDCScopeValue.OPENID, OIDCScopeValue.PROFILE));
        metadata.setIDTokenJWSAlgs(List.of(JWSAlgorithm.ES256));
        metadata.setCodeChallengeMethods(List.of(CodeChallengeMethod.S256));
        metadata.setTokenEndpointAuthMethods(List.of(ClientAuthenticationMethod.NONE, ClientAuthenticationMethod.CLIENT_SECRET_BASIC));
        metadata.setSupportsAuthorizationResponseIssuerParam(true);
        return metadata;
    }

    private void authorize(HttpServerRequest http) {
        AuthenticationRequest request;
        try {
            request = AuthenticationRequest.parse(http.query());
        } catch (ParseException e) {
            refuse(http.response(), e.getMessage());
            return;
        }
        if (!client.equals(request.getClientID().getValue()) || !URI.create(home + "/callback").equals(request.getRedirectionURI())
                || !ResponseType.CODE.equals(request.getResponseType()) || !CodeChallengeMethod.S256.equals(request.getCodeChallengeMethod())) {
            refuse(http.response(), "Send client_id=" + client + ", redirect_uri=" + home + "/callback, response_type=code and code_challenge_method=S256.");
            return;
        }
        String picked = http.getParam(PERSON);
        PEOPLE.stream().filter(person -> person.subject.equals(picked)).findFirst().ifPresentOrElse(person -> {
            AuthorizationCode code = new AuthorizationCode();
            codes.put(code.getValue(), new Granted(person, request));
            redirect(http.response(), new AuthenticationSuccessResponse(request.getRedirectionURI(), code, null, null, request.getState(), null,
                    new Issuer(issuer), null).toURI());
        }, () -> pick(http.response(), request));
    }

    private static void pick(HttpServerResponse response, AuthenticationRequest request) {
        String links = PEOPLE.stream().map(person -> {
            Map<String, List<String>> parameters = new HashMap<>(request.toParameters());
            parameters.put(PERSON, List.of(person.subject));
            return "<p><a href=\"/authorize?" + URLUtils.serializeParameters(parameters).replace("&", "&amp;") + "\">" + person.name + ", " + person.role
                    + "</a></p>";
        }).collect(Collectors.joining());
        response.putHeader("Content-Type", "text/html; charset=utf-8").putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .end("<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>Who are you?</title><h1>Who are you?</h1>"
                        + "<p>To try phone82, pick a person. There are no passwords.</p><p lang=\"ko\">체험할 사용자를 선택해 주세요. 비밀번호는 없습니다.</p>" + links);
    }

    private void token(HttpServerRequest http, Buffer body) {
        TokenResponse answer;
        try {
            HTTPRequest form = new HTTPRequest(HTTPRequest.Method.POST, URI.create(issuer + "/token"));
            form.setContentType(http.getHeader("Content-Type"));
            form.setAuthorization(http.getHeader("Authorization"));
            form.setBody(body.toString());
            answer = answer(TokenRequest.parse(form));
        } catch (ParseException | IllegalArgumentException e) {
            answer = new TokenErrorResponse(OAuth2Error.INVALID_REQUEST.setDescription(e.getMessage()));
        }
        http.response().setStatusCode(answer.indicatesSuccess() ? 200 : 400);
        json(http.response(), (answer.indicatesSuccess() ? answer.toSuccessResponse().toJSONObject() : answer.toErrorResponse().toJSONObject()).toJSONString());
    }

    private TokenResponse answer(TokenRequest request) {
        if (request.getAuthorizationGrant() instanceof AuthorizationCodeGrant grant) {
            Granted granted = codes.asMap().remove(grant.getAuthorizationCode().getValue());
            if (granted == null || grant.getCodeVerifier() == null || request.getClientID() == null
                    || !granted.request.getClientID().equals(request.getClientID())
                    || !granted.request.getRedirectionURI().equals(grant.getRedirectionURI())
                    || !CodeChallenge.compute(CodeChallengeMethod.S256, grant.getCodeVerifier()).equals(granted.request.getCodeChallenge())) {
                return new TokenErrorResponse(OAuth2Error.INVALID_GRANT);
            }
            JWTClaimsSet.Builder idToken = claims(granted.person, client);
            if (granted.request.getNonce() != null) {
                idToken.claim("nonce", granted.request.getNonce().getValue());
            }
            return new OIDCTokenResponse(new OIDCTokens(sign(JOSEObjectType.JWT, idToken.build()), accessToken(granted.person), null));
        }
        if (request.getAuthorizationGrant() instanceof ClientCredentialsGrant && request.getClientAuthentication() instanceof ClientSecretBasic secret) {
            return PEOPLE.stream().filter(person -> person.subject.equals(secret.getClientID().getValue())
                            && person.subject.equals(secret.getClientSecret().getValue())).findFirst()
                    .<TokenResponse>map(person -> new AccessTokenResponse(new Tokens(accessToken(person), null)))
                    .orElseGet(() -> new TokenErrorResponse(OAuth2Error.INVALID_CLIENT));
        }
        return new TokenErrorResponse(OAuth2Error.UNSUPPORTED_GRANT_TYPE);
    }

    private void logout(HttpServerRequest http) {
        URI back = URI.create(home + "/");
        try {
            URI asked = http.query() == null ? back : LogoutRequest.parse(http.query()).getPostLogoutRedirectionURI();
            if (asked == null || asked.equals(back)) {
                redirect(http.response(), back);
                return;
            }
        } catch (ParseException e) {
            LOG.debug("A logout cannot be read", e);
        }
        refuse(http.response(), "Send " + back + " as post_logout_redirect_uri; no other address is allowed.");
    }

    private BearerAccessToken accessToken(Person person) {
        return new BearerAccessToken(sign(new JOSEObjectType("at+jwt"), claims(person, audience).build()).serialize(), TOKEN_LASTS.toSeconds(), null);
    }

    private JWTClaimsSet.Builder claims(Person person, String audience) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder().issuer(issuer).subject(person.subject).audience(audience).issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(TOKEN_LASTS))).claim("name", person.name).claim("roles", List.copyOf(Set.of(person.role)));
    }

    private SignedJWT sign(JOSEObjectType type, JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).type(type).keyID(key.getKeyID()).build(), claims);
        Failable.run(() -> token.sign(new ECDSASigner(key)));
        return token;
    }

    private static void json(HttpServerResponse response, String json) {
        response.putHeader("Content-Type", "application/json").putHeader("Cache-Control", "no-store").end(json);
    }

    private static void redirect(HttpServerResponse response, URI place) {
        response.setStatusCode(302).putHeader("Location", place.toString()).putHeader("Cache-Control", "no-store").end();
    }

    private static void refuse(HttpServerResponse response, String why) {
        response.setStatusCode(400).putHeader("Content-Type", "text/plain; charset=utf-8").end(why);
    }
}
