package phone82.platform.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.apache.commons.lang3.function.Failable;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Mints the short-lived tokens that one context sends to others. A token is reused for half of its lifetime, because signing costs more
 * than most calls.
 */
public final class TokenMinter {

    static final String ROLES = "roles";

    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final Duration REUSE = Duration.ofSeconds(30);

    private final String issuer;
    private final JWSSigner signer;
    private final JWSHeader header;
    private final Cache<Use, Minted> minted = Caffeine.newBuilder().maximumSize(10_000).build();

    private record Use(String audience, String subject, Set<String> roles) {
    }

    private record Minted(String token, Instant reusableUntil) {
    }

    /**
     * @param issuer the context whose tokens it mints
     * @param key    its private key
     */
    public TokenMinter(String issuer, ECKey key) {
        if (key.getKeyID() == null || !TrustedKeys.owner(key).equals(issuer)) {
            throw new IllegalArgumentException("its kid is " + key.getKeyID() + ", not " + issuer);
        }
        this.issuer = issuer;
        try {
            signer = new ECDSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("it is no private key on the curve P-256", e);
        }
        header = new JWSHeader.Builder(JWSAlgorithm.ES256).type(JOSEObjectType.JWT).keyID(key.getKeyID()).build();
    }

    /**
     * Returns a token for a call on the context's own behalf.
     *
     * @param audience the context that is called
     */
    public String token(String audience) {
        return token(audience, issuer, Set.of(Sender.service(issuer)));
    }

    /**
     * Returns a token for a call on behalf of a user; such tokens are accepted from the gateway only.
     *
     * @param audience the context that is called
     */
    public String token(String audience, String subject, Collection<String> roles) {
        Use use = new Use(audience, subject, Set.copyOf(roles));
        Instant now = Instant.now();
        Minted known = minted.getIfPresent(use);
        if (known == null || !now.isBefore(known.reusableUntil)) {
            known = new Minted(sign(use, now), now.plus(REUSE));
            minted.put(use, known);
        }
        return known.token;
    }

    private String sign(Use use, Instant now) {
        SignedJWT token = new SignedJWT(header, new JWTClaimsSet.Builder().issuer(issuer).subject(use.subject)
                .claim(ROLES, List.copyOf(new TreeSet<>(use.roles))).audience(use.audience).issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE))).jwtID(UUID.randomUUID().toString()).build());
        Failable.run(() -> token.sign(signer));
        return token.serialize();
    }
}
