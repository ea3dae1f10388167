package phone82.gateway.login;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The issuer's keys. Only a token whose key is missing waits for them to be read again, all such tokens for the same request. While the issuer does not
 * answer, the keys that are known stay valid.
 */
class IssuerKeys implements JWKSource<SecurityContext> {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

    /** Missing keys are not searched for more often than this. */
    private static final Duration PAUSE = Duration.ofMillis(2500);
    /** Then the keys are read again in the background, because the issuer may have withdrawn some; after twice as long, before they are used. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final IssuerClient issuer;
    private final URI place;
    private final Duration pause;
    private final Duration fresh;
    private CompletableFuture<JWKSet> reading;
    private volatile long begun;
    private volatile Known known;

    private record Known(JWKSet keys, long since) {

        List<JWK> select(JWKSelector wanted) {
            return wanted.select(keys);
        }
    }

    /** @param place the URL of the keys */
    IssuerKeys(IssuerClient issuer, URI place) {
        this(issuer, place, PAUSE, FRESH);
    }

    IssuerKeys(IssuerClient issuer, URI place, Duration pause, Duration fresh) {
        this.issuer = issuer;
        this.place = place;
        this.pause = pause;
        this.fresh = fresh;
    }

    /** Whether a signature can be checked without waiting for the issuer. */
    boolean include(JWSHeader signature) {
        Known present = known;
        return present != null && !isForgotten(present) && !present.select(new JWKSelector(JWKMatcher.forJWSHeader(signature))).isEmpty();
    }

    /**
     * @throws RateLimitReachedException the key is missing among those that were read a moment ago
     * @throws KeySourceException        the key is missing, and the issuer is unavailable
     */
    @Override
    public List<JWK> get(JWKSelector wanted, SecurityContext none) throws KeySourceException {
        Known present = present();
        List<JWK> found = present == null ? List.of() : present.select(wanted);
        if (found.isEmpty()) {
            return search(wanted);
        }
        if (System.nanoTime() - present.since > fresh.toNanos()) {
            read();
        }
        return found;
    }

    /** The keys, which are read first if nothing has tried to for a long time; those that are known stay valid while the issuer is unavailable. */
    private Known present() {
        Known present = known;
        if (present != null && isForgotten(present)) {
            try {
                result(read());
            } catch (KeySourceException e) {
                LOG.debug("The known keys stay valid", e);
            }
        }
        return known;
    }

    private boolean isForgotten(Known present) {
        long now = System.nanoTime();
        long longest = 2 * fresh.toNanos();
        return now - present.since > longest && now - begun > longest;
    }

    private List<JWK> search(JWKSelector wanted) throws KeySourceException {
        CompletableFuture<JWKSet> latest = read();
        boolean isOver = latest.isDone();
        List<JWK> found = wanted.select(result(latest));
        if (found.isEmpty() && isOver) {
            throw new RateLimitReachedException();
        }
        return found;
    }

    private static JWKSet result(CompletableFuture<JWKSet> reading) throws KeySourceException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            throw new KeySourceException("the keys cannot be read: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeySourceException("interrupted", e);
        }
    }

    /** Reads the keys, unless they were just read; the result is that of the latest reading. */
    private synchronized CompletableFuture<JWKSet> read() {
        long now = System.nanoTime();
        if (reading == null || reading.isDone() && now - begun > pause.toNanos()) {
            begun = now;
            reading = issuer.get(place).thenApply(IssuerKeys::parsed).thenApply(keys -> {
                known = new Known(keys, System.nanoTime());
                return keys;
            });
        }
        return reading;
    }

    private static JWKSet parsed(String json) {
        try {
            return JWKSet.parse(json);
        } catch (ParseException e) {
            throw new CompletionException(e);
        }
    }
}
