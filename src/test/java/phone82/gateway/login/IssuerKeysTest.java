package phone82.gateway.login;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import phone82.Stub;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The keys of an issuer that withdraws one, hangs or fails. */
class IssuerKeysTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile JWKSet published = new JWKSet(key("first"));
    private volatile int status = 200;
    private volatile CountDownLatch answering = new CountDownLatch(0);
    @AutoClose
    private final Stub issuer = new Stub().on("/", request -> {
        asked.incrementAndGet();
        answering.await();
        Stub.answer(request, status, published.toString());
    });

    @AfterEach
    void stop() {
        answering.countDown();
        threads.shutdown();
    }

    @Test
    void aKeyThatTheIssuerHasWithdrawnIsForgotten() throws KeySourceException {
        IssuerKeys keys = keys(Duration.ZERO, Duration.ZERO);
        assertThat(names(keys, "first")).containsExactly("first");

        published = new JWKSet(key("second"));

        assertThat(names(keys, "first")).isEmpty();
        assertThat(names(keys, "second")).containsExactly("second");
    }

    @Test
    void keysStayWhileTheIssuerFails() throws KeySourceException {
        IssuerKeys keys = keys(Duration.ZERO, Duration.ZERO);
        names(keys, "first");
        status = 500;
        int before = asked.get();

        await().until(() -> {
            assertThat(names(keys, "first")).containsExactly("first");
            assertThatThrownBy(() -> names(keys, "second")).isInstanceOf(KeySourceException.class).hasMessageContaining("it answers 500");
            return asked.get() > before + 5;
        });
    }

    @Test
    void withoutAnyKeyNothingIsKnown() {
        status = 500;

        assertThatThrownBy(() -> names(keys(Duration.ZERO, LONG), "first")).isInstanceOf(KeySourceException.class).hasMessageContaining("it answers 500");
    }

    @Test
    void aMissingKeyIsNotSearchedForAllTheTime() throws KeySourceException {
        IssuerKeys keys = keys(LONG, LONG);
        names(keys, "first");

        assertThatThrownBy(() -> names(keys, "second")).isInstanceOf(RateLimitReachedException.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void searchesForMissingKeysShareARequestForWhichNoOtherTokenWaits() throws Exception {
        IssuerKeys keys = keys(Duration.ZERO, LONG);
        names(keys, "first");
        published = new JWKSet(List.of(key("first"), key("second")));
        answering = new CountDownLatch(1);

        List<Future<List<String>>> searches = Stream.generate(() -> threads.submit(() -> names(keys, "second"))).limit(20).toList();
        await().until(() -> asked.get() == 2);
        assertThat(names(keys, "first")).containsExactly("first");
        assertThat(keys.include(header("first"))).isTrue();
        assertThat(keys.include(header("second"))).isFalse();
        assertThat(searches).noneMatch(Future::isDone);
        answering.countDown();

        for (Future<List<String>> search : searches) {
            assertThat(search.get()).containsExactly("second");
        }
        // a search that begins at the moment of the answer may ask again
        assertThat(asked.get()).isLessThan(5);
    }

    private IssuerKeys keys(Duration pause, Duration fresh) {
        return new IssuerKeys(new IssuerClient(), URI.create(issuer.url() + "/keys"), pause, fresh);
    }

    private static List<String> names(IssuerKeys keys, String id) throws KeySourceException {
        return keys.get(new JWKSelector(JWKMatcher.forJWSHeader(header(id))), null).stream().map(JWK::getKeyID).toList();
    }

    private static JWSHeader header(String id) {
        return new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(id).build();
    }

    private static JWK key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate().toPublicJWK();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
