package phone82.gateway.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.commons.codec.digest.DigestUtils;
import phone82.gateway.login.OpenIdIssuer.Verified;

import java.time.Duration;

/** The tokens of programs that were verified and have not expired, by their hashes: a token may have 8 kB. */
class VerifiedTokens {

    private static final int MOST = 10_000;

    private final Cache<String, Verified> verified;

    /** @param ticker measures how long a token is kept */
    VerifiedTokens(Ticker ticker) {
        verified = Caffeine.newBuilder().maximumSize(MOST).ticker(ticker).expireAfter(Expiry.<String, Verified>creating((hash, token) -> left(token))).build();
    }

    void add(String token, Verified result) {
        verified.put(DigestUtils.sha256Hex(token), result);
    }

    /** Returns null for a token that is not known to be valid. */
    Verified find(String token) {
        Verified known = verified.getIfPresent(DigestUtils.sha256Hex(token));
        // the ticker stands still while a machine sleeps
        return known != null && !left(known).isZero() ? known : null;
    }

    /** The number of tokens that are kept. */
    long size() {
        verified.cleanUp();
        return verified.estimatedSize();
    }

    private static Duration left(Verified token) {
        return Duration.ofMillis(Math.max(0, token.untilMillis() - System.currentTimeMillis()));
    }
}
