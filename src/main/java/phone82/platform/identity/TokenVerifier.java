package phone82.platform.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;

import java.security.Key;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Verifies the tokens that other contexts send to one context: signature, audience, age, and whether the issuer may assert the token's roles. */
public final class TokenVerifier {

    /** The only context that may act for users. */
    private static final String GATEWAY = "gateway";

    private static final int SKEW_SECONDS = 5;
    private static final String BEARER = "Bearer ";

    private static final Logger LOG = LoggerFactory.getLogger(TokenVerifier.class);

    private final String audience;
    private final TrustedKeys keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    /** Verified tokens, because callers reuse them, and a lookup is cheaper than a signature check. */
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

    /** @throws Problem 401 unless the token is valid */
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

    /** Does not reveal the cause, which could help an attacker. */
    private Problem invalid() {
        return new Problem(401, "Not allowed", "The token is not valid here. Send one from an issuer that " + audience + " trusts, with " + audience + " as its audience and not older than a minute.")
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
