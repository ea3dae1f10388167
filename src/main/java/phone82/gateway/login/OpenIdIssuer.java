package phone82.gateway.login;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.BackChannelLogoutRequest;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Guest;
import phone82.platform.log.RareLog;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A client of the OpenID Connect issuer. Its methods may block for some seconds; known keys stay valid while the issuer is down. */
class OpenIdIssuer {

    private static final Logger LOG = LoggerFactory.getLogger(OpenIdIssuer.class);

    /** Asymmetric signatures, which only the issuer can make. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.copyOf(JWSAlgorithm.Family.SIGNATURE);
    private static final Pattern SUBJECT = Pattern.compile("[\\x21-\\x7e]{1,255}");
    /** Claims of ID tokens and of logout tokens. Their audience is the client id, which may be that of access tokens, too, and browsers see ID tokens. */
    private static final Set<String> OF_NO_ACCESS_TOKEN = Set.of("nonce", "events");
    private static final int SKEW_SECONDS = 60;
    /** Between two lines of the log about failures that strangers can cause. */
    static final Duration QUIET = Duration.ofSeconds(10);
    /** Title of a 503. */
    static final String UNAVAILABLE = "Login unavailable";
    private static final Duration DISCOVERY_PAUSE = Duration.ofSeconds(1);

    private final RareLog rareLog = new RareLog(LOG, QUIET);
    private final LoginSettings settings;
    private final ClientID client;
    private final IssuerClient http = new IssuerClient();
    private volatile Discovered known;
    private long failed;

    /** The discovery document, and the processors that are created from it once. */
    record Discovered(OIDCProviderMetadata metadata, IssuerKeys keys, DefaultJWTProcessor<SecurityContext> bearer, DefaultJWTProcessor<SecurityContext> access,
                         IDTokenValidator idTokens, LogoutTokenValidator logoutTokens) {
    }

    /**
     * A login attempt: the values that the callback is checked against.
     *
     * @param back  the path to return to
     * @param began a cookie can be sent for longer than a browser keeps it
     */
    record Attempt(String state, String nonce, String verifier, String back, Instant began) {

        static final Duration LASTS = Duration.ofMinutes(10);

        Attempt {
            // null in the cookie of an attempt that began at an earlier version
            back = back == null ? "/" : back;
            began = began == null ? Instant.now() : began;
        }

        static Attempt begin(String back) {
            return new Attempt(new State().getValue(), new Nonce().getValue(), new CodeVerifier().getValue(), back, Instant.now());
        }

        boolean isOver(Instant now) {
            return !now.isBefore(began.plus(LASTS));
        }
    }

    /** A user of the issuer. */
    record User(String subject, String name, Set<String> roles) {
    }

    OpenIdIssuer(LoginSettings settings) {
        this.settings = settings;
        this.client = new ClientID(settings.clientId());
    }

    /**
     * The URL at which a browser logs in.
     *
     * @throws Problem 503 the issuer is unavailable
     */
    URI authorization(Attempt attempt) {
        return new AuthenticationRequest.Builder(ResponseType.CODE, Scope.parse(settings.scope()), client, callback())
                .endpointURI(known().metadata.getAuthorizationEndpointURI())
                .state(new State(attempt.state)).nonce(new Nonce(attempt.nonce))
                .codeChallenge(new CodeVerifier(attempt.verifier), CodeChallengeMethod.S256)
                .build().toURI();
    }

    URI callback() {
        return URI.create(settings.publicUrl() + "/callback");
    }

    /**
     * A user who has logged in.
     *
     * @param sessionId    the issuer's id of the session; null if it has none
     * @param issued       the time by the issuer's clock
     * @param refreshToken null if the issuer gave none
     * @param idToken      shows the issuer which session a logout ends
     */
    record LoggedIn(User user, String sessionId, Instant issued, String refreshToken, String idToken) {
    }

    /**
     * The user who logged in.
     *
     * @throws Problem 401 the issuer does not confirm the login; 503 the issuer is unavailable
     */
    LoggedIn user(String code, Attempt attempt) {
        Discovered issuer = known();
        try {
            TokenResponse answer = request(issuer, new AuthorizationCodeGrant(new AuthorizationCode(code), callback(), new CodeVerifier(attempt.verifier)));
            if (!answer.indicatesSuccess()) {
                throw new BadJOSEException("the code is refused: " + answer.toErrorResponse().getErrorObject());
            }
            OIDCTokens tokens = ((OIDCTokenResponse) answer.toSuccessResponse()).getOIDCTokens();
            if (tokens.getIDToken() == null) {
                throw new BadJOSEException("there is no ID token; the scopes must include openid");
            }
            JWTClaimsSet claims = issuer.idTokens.validate(tokens.getIDToken(), new Nonce(attempt.nonce)).toJWTClaimsSet();
            User user = new User(subject(claims), name(claims), roles(rolesOf(claims) != null ? claims
                    : issuer.access.process(tokens.getAccessToken().getValue(), null)));
            return new LoggedIn(user, claims.getClaim("sid") instanceof String id ? id : null, claims.getIssueTime().toInstant(),
                    tokens.getRefreshToken() == null ? null : tokens.getRefreshToken().getValue(), tokens.getIDTokenString());
        } catch (IOException | KeySourceException e) {
            throw unavailable(e);
        } catch (ParseException | java.text.ParseException | BadJOSEException | JOSEException e) {
            rareLog.info("login", "A login fails: {}", e.getMessage());
            throw new Problem(401, "Not logged in", "The issuer does not confirm this login. Log in again.");
        }
    }

    /**
     * A session that the issuer has confirmed.
     *
     * @param roles        null if the answer does not show them
     * @param refreshToken the next one, which may be the same
     */
    record Renewed(Set<String> roles, String refreshToken) {
    }

    /**
     * Uses a refresh token.
     *
     * @return empty if the issuer refuses it, because the session has ended there or the user may not log in any more
     * @throws Problem 503 the issuer is unavailable
     */
    Optional<Renewed> renew(String refreshToken, String subject) {
        Discovered issuer = known();
        try {
            TokenResponse answer = request(issuer, new RefreshTokenGrant(new RefreshToken(refreshToken)));
            if (!answer.indicatesSuccess()) {
                ErrorObject error = answer.toErrorResponse().getErrorObject();
                if (OAuth2Error.INVALID_GRANT.getCode().equals(error.getCode())) {
                    LOG.info("The session of {} ends: {}", subject, error.getDescription());
                    return Optional.empty();
                }
                throw unavailable(new GeneralException("it answers " + error.getHTTPStatusCode() + " " + error.getCode() + " " + error.getDescription()));
            }
            OIDCTokens tokens = ((OIDCTokenResponse) answer.toSuccessResponse()).getOIDCTokens();
            return Optional.of(new Renewed(renewedRoles(issuer, tokens, subject),
                    tokens.getRefreshToken() == null ? refreshToken : tokens.getRefreshToken().getValue()));
        } catch (IOException | ParseException e) {
            throw unavailable(e);
        } catch (BadJOSEException | JOSEException e) {
            LOG.warn("The session of {} ends, because the issuer's answer is not valid: {}", subject, e.getMessage());
            return Optional.empty();
        }
    }

    /** @return null if the answer does not show them, or cannot be verified at the moment */
    private Set<String> renewedRoles(Discovered issuer, OIDCTokens tokens, String subject) throws BadJOSEException, JOSEException {
        try {
            JWTClaimsSet claims = tokens.getIDToken() == null ? null : issuer.idTokens.validate(tokens.getIDToken(), null).toJWTClaimsSet();
            if (claims == null || rolesOf(claims) == null) {
                claims = issuer.access.process(tokens.getAccessToken().getValue(), null);
            }
            if (!subject.equals(claims.getSubject())) {
                throw new BadJOSEException("it is about " + claims.getSubject());
            }
            return roles(claims);
        } catch (KeySourceException e) {
            rareLog.warn("roles", "The roles of {} cannot be verified now: {}", subject, e.getMessage());
            return null;
        } catch (ParseException | java.text.ParseException e) {
            LOG.debug("The access token is no JWT", e);
            return tokens.getIDToken() == null ? null : Set.of();
        }
    }

    private TokenResponse request(Discovered issuer, AuthorizationGrant grant) throws IOException, ParseException {
        URI endpoint = issuer.metadata.getTokenEndpointURI();
        TokenRequest.Builder request = settings.clientSecret().isEmpty() ? new TokenRequest.Builder(endpoint, client, grant)
                : new TokenRequest.Builder(endpoint, new ClientSecretBasic(client, new Secret(settings.clientSecret())), grant);
        return OIDCTokenResponseParser.parse(request.build().toHTTPRequest().send(http));
    }

    /** Whether a check of the token does not wait for the issuer, because its key is known or it is not signed at all. Does not block. */
    boolean knowsKeyOf(String token) {
        Discovered present = known;
        try {
            return present != null && (!(JWTParser.parse(token) instanceof SignedJWT signed) || !ALGORITHMS.contains(signed.getHeader().getAlgorithm())
                    || present.keys.include(signed.getHeader()));
        } catch (java.text.ParseException | RuntimeException e) {
            LOG.debug("The token has no key", e);
            return true;
        }
    }

    /** The logout token in the body of the issuer's request; empty if there is none. */
    static String logoutTokenIn(String form) {
        return URLUtils.parseParameters(form).getOrDefault("logout_token", List.of()).stream().findFirst().orElse("");
    }

    /**
     * Verifies a logout token.
     *
     * @param form the body of the issuer's request
     * @throws Problem 400 the token is not valid; 503 its signature cannot be checked
     */
    LogoutTokenClaimsSet logoutToken(String form) {
        Discovered issuer = known();
        try {
            return issuer.logoutTokens.validate(BackChannelLogoutRequest.parse(URLUtils.parseParameters(form)).getLogoutToken());
        } catch (ParseException | BadJOSEException | JOSEException e) {
            requireKeys(e);
            rareLog.info("logout", "A logout token is refused: {}", e.getMessage());
            throw new Problem(400, "Bad logout token", "Send logout_token=<token> as a form, with a logout token of " + settings.issuer()
                    + " for the client " + settings.clientId() + ".");
        }
    }

    /**
     * Verifies a program's token.
     *
     * @throws Problem 401 the token is not valid; 503 its signature cannot be checked
     */
    Verified verify(String token) {
        Discovered issuer = known();
        try {
            JWTClaimsSet claims = issuer.bearer.process(token, null);
            return new Verified(new User(subject(claims), name(claims), roles(claims)), claims.getExpirationTime().getTime() + SKEW_SECONDS * 1000L);
        } catch (java.text.ParseException | BadJOSEException | JOSEException e) {
            requireKeys(e);
            LOG.debug("A token is refused", e);
            throw new Problem(401, "Not allowed", "The bearer token is not valid here: it must be signed by " + settings.issuer()
                    + ", for the audience " + settings.audience() + ", not expired, and no ID token. Get a new access token.")
                    .header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
    }

    /** @throws Problem 503 the keys could not be read; that a key is missing among those that were read a moment ago says that it is wrong */
    private void requireKeys(Exception failure) {
        if (failure instanceof KeySourceException && !(failure instanceof RateLimitReachedException)) {
            throw unavailable(failure);
        }
    }

    /** @param untilMillis expiry time, in milliseconds since the epoch */
    record Verified(User user, long untilMillis) {
    }

    /**
     * The URL at which a browser logs out: at the issuer if it supports that and answers, otherwise the shop's page.
     *
     * @param idToken the ID token of the login; null if it is not known, and then the issuer may ask the user
     */
    URI logout(String idToken) {
        URI home = URI.create(settings.publicUrl() + "/");
        try {
            URI endpoint = known().metadata.getEndSessionEndpointURI();
            return endpoint == null ? home
                    : new LogoutRequest(endpoint, idToken == null ? null : JWTParser.parse(idToken), null, client, home, null, null).toURI();
        } catch (Problem unavailable) {
            return home;
        } catch (java.text.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads the discovery document, if it is not known yet.
     *
     * @throws Problem 503 the issuer is unavailable
     */
    Discovered known() {
        Discovered present = known;
        return present != null ? present : discover();
    }

    private synchronized Discovered discover() {
        if (known == null) {
            if (failed != 0 && System.nanoTime() - failed < DISCOVERY_PAUSE.toNanos()) {
                throw unavailable();
            }
            try {
                known = known(metadata());
            } catch (IOException | GeneralException e) {
                failed = System.nanoTime();
                throw unavailable(e);
            }
        }
        return known;
    }

    private OIDCProviderMetadata metadata() throws IOException, GeneralException {
        Issuer issuer = new Issuer(settings.issuer());
        HTTPResponse answer = new HTTPRequest(HTTPRequest.Method.GET, OIDCProviderMetadata.resolveURL(issuer)).send(http);
        answer.ensureStatusCode(200);
        OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(answer.getBodyAsJSONObject());
        if (!issuer.equals(metadata.getIssuer())) {
            throw new GeneralException("its discovery document is that of " + metadata.getIssuer());
        }
        requireTls(metadata);
        return metadata;
    }

    /** An issuer behind a proxy that ends TLS may name http: endpoints; others could then read secrets and replace keys. */
    private void requireTls(OIDCProviderMetadata metadata) throws GeneralException {
        for (URI endpoint : Arrays.asList(metadata.getAuthorizationEndpointURI(), metadata.getTokenEndpointURI(), metadata.getJWKSetURI(), metadata.getEndSessionEndpointURI())) {
            if (settings.issuer().startsWith("https:") && endpoint != null && !"https".equalsIgnoreCase(endpoint.getScheme())) {
                throw new GeneralException("its discovery document names " + endpoint + ", which has no TLS");
            }
        }
    }

    private Discovered known(OIDCProviderMetadata metadata) {
        IssuerKeys keys = new IssuerKeys(http, metadata.getJWKSetURI());
        JWSVerificationKeySelector<SecurityContext> selector = new JWSVerificationKeySelector<>(ALGORITHMS, keys);
        IDTokenValidator idTokens = new IDTokenValidator(metadata.getIssuer(), client, selector, null);
        idTokens.setMaxClockSkew(SKEW_SECONDS);
        return new Discovered(metadata, keys, processor(selector, Set.of(settings.audience()), OF_NO_ACCESS_TOKEN), processor(selector, null, Set.of()), idTokens,
                new LogoutTokenValidator(metadata.getIssuer(), client, false, selector, null));
    }

    private DefaultJWTProcessor<SecurityContext> processor(JWSVerificationKeySelector<SecurityContext> keys, Set<String> audience, Set<String> prohibited) {
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(audience,
                new JWTClaimsSet.Builder().issuer(settings.issuer()).build(), Set.of("sub", "exp"), prohibited);
        claims.setMaxClockSkew(SKEW_SECONDS);
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(keys);
        processor.setJWTClaimsSetVerifier(claims);
        return processor;
    }

    private static String subject(JWTClaimsSet claims) throws BadJOSEException {
        if (claims.getSubject() == null || !SUBJECT.matcher(claims.getSubject()).matches()) {
            throw new BadJOSEException("a subject has 1 to 255 printable ASCII characters");
        }
        if (Guest.isSubject(claims.getSubject())) {
            throw new BadJOSEException("this subject would be a guest's");
        }
        return claims.getSubject();
    }

    private static String name(JWTClaimsSet claims) {
        return claims.getClaim("name") instanceof String name ? name
                : claims.getClaim("preferred_username") instanceof String name ? name : claims.getSubject();
    }

    private Set<String> roles(JWTClaimsSet claims) {
        Set<String> roles = new LinkedHashSet<>();
        Object claim = rolesOf(claims);
        Collection<?> named = claim instanceof Collection<?> several ? several : claim instanceof String text ? List.of(text.split("[ ,]+")) : List.of();
        named.stream().map(String::valueOf).filter(Caller.USERS::contains).forEach(roles::add);
        return roles;
    }

    /** The roles claim, by its name or by its path; null if there is none. */
    private Object rolesOf(JWTClaimsSet claims) {
        Object value = claims.getClaim(settings.rolesClaim());
        if (value == null) {
            value = claims.getClaims();
            for (String part : settings.rolesClaim().split("\\.")) {
                value = value instanceof Map<?, ?> object ? object.get(part) : null;
            }
        }
        return value;
    }

    private Problem unavailable(Exception e) {
        rareLog.warn("issuer", "The issuer {} is unavailable: {}", settings.issuer(), e.getMessage());
        return unavailable();
    }

    private static Problem unavailable() {
        return new Problem(503, UNAVAILABLE, "The issuer of logins does not answer at the moment.").retryAfter(5);
    }
}
