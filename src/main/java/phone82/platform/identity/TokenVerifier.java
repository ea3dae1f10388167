package phone82.platform.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Problem;

import java.security.Key;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Checks the tokens that others send to one context: their signature, their audience, their age, and for whom their issuer may speak. */
public final class TokenVerifier {

    /** The one context that speaks for users. */
    private static final String GATEWAY = "gateway";

    private static final int SKEW_SECONDS = 5;
    private static final String BEARER = "Bearer ";

    private static final Logger LOG = LoggerFactory.getLogger(TokenVerifier.class);

    private final String audience;
    private final TrustedKeys keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    /** Callers reuse their tokens, and a signature costs more to check than to look up. */
    private final Cache<String, Verified> verified = Caffeine.newBuilder().maximumSize(10_000).build();

    private record Verified(Sender sender, Instant expires) {
    }

    /** @param audience the context that is called */
    public TokenVerifier(String audience, TrustedKeys keys) {
        this.audience = audience;
        this.keys = keys;
        processor.setJWTClaimsSetAwareJWSKeySelector(this::keys);
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(audience, null,
                Set.of("iss", "sub", "iat", "exp", "jti", TokenMinter.ROLES));
        claims.setMaxClockSkew(SKEW_SECONDS);
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * @param authorization the request's {@code Authorization}; null if there is none
     * @throws Problem 401 without a valid token
     */
    public Sender sender(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new Problem(401, "Not allowed", "This operation needs a token: Authorization: Bearer <token>.")
                    .header("WWW-Authenticate", "Bearer");
        }
        return verify(authorization.substring(BEARER.length()).trim());
    }

    /** @throws Problem 401 unless the token is valid here and now */
    public Sender verify(String token) {
        Verified known = verified.getIfPresent(token);
        if (known == null) {
            known = check(token);
            verified.put(token, known);
        }
        if (Instant.now().isAfter(known.expires)) {
            verified.invalidate(token);
            throw invalid();
        }
        return known.sender;
    }

    private Verified check(String token) {
        try {
            JWTClaimsSet claims = processor.process(token, null);
            List<String> roles = claims.getStringListClaim(TokenMinter.ROLES);
            for (String role : roles) {
                if (!maySpeakFor(claims.getIssuer(), role)) {
                    throw new BadJOSEException(claims.getIssuer() + " may not speak for " + role);
                }
            }
            return new Verified(new Sender(claims.getIssuer(), claims.getSubject(), Set.copyOf(roles)),
                    claims.getExpirationTime().toInstant().plusSeconds(SKEW_SECONDS));
        } catch (ParseException | BadJOSEException | JOSEException e) {
            LOG.debug("{} refuses a token", audience, e);
            throw invalid();
        }
    }

    private static boolean maySpeakFor(String issuer, String role) {
        return Sender.isService(role) ? role.equals(Sender.service(issuer)) : issuer.equals(GATEWAY);
    }

    /** Does not say what is wrong: the holder of a valid token does not need it, and an attacker must not learn it. */
    private Problem invalid() {
        return new Problem(401, "Not allowed", "The token is not valid here. Send one of an issuer that " + audience
                + " knows, with " + audience + " as its audience and not older than a minute.")
                .header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }

    private List<Key> keys(JWSHeader header, JWTClaimsSet claims, SecurityContext context) throws KeySourceException {
        if (!JWSAlgorithm.ES256.equals(header.getAlgorithm()) || header.getKeyID() == null || claims.getIssuer() == null) {
            return List.of();
        }
        List<Key> found = new ArrayList<>();
        for (ECKey key : keys.find(claims.getIssuer(), header.getKeyID())) {
            try {
                found.add(key.toECPublicKey());
            } catch (JOSEException e) {
                throw new KeySourceException("a key of " + claims.getIssuer() + " cannot be used", e);
            }
        }
        return found;
    }
}
