package phone82.gateway.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.vertx.core.WorkerExecutor;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Lets the issuer confirm sessions by their refresh tokens. Each token is used once in a while, also if several requests need it at once or the
 * browser did not get the next one, because an issuer may end a session whose token is used twice.
 */
class SessionRenewal {

    /** Long enough for requests with the former cookie, and for a browser that tries again; not for a laptop that sleeps before it has the next one. */
    private static final Duration REMEMBERED = Duration.ofMinutes(2);
    /** Renewals of 10,000 sessions in this time, some 40 MB. With more, tokens are forgotten early. */
    private static final int MOST = 20_000;
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int LONGEST_SECONDS = 3;

    private final OpenIdIssuer issuer;
    private final Duration interval;
    private final WorkerExecutor workers;
    /** By the refresh token; never forgotten before the issuer answers. */
    private final Map<String, CompletableFuture<Optional<Renewal>>> unfinished = new ConcurrentHashMap<>();
    private final Cache<String, Optional<Renewal>> answers = Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();
    /** While the issuer does not answer, only one request in a while waits for it. */
    private final CircuitBreaker breaker = CircuitBreaker.of("issuer", CircuitBreakerConfig.custom()
            .slidingWindowSize(1).minimumNumberOfCalls(1).failureRateThreshold(100)
            .waitDurationInOpenState(PAUSE).permittedNumberOfCallsInHalfOpenState(1)
            .writableStackTraceEnabled(false).build());

    private record Renewal(Set<String> roles, String refreshToken, Instant at) {
    }

    /**
     * @param interval time from one confirmation to the next
     * @param workers  threads that wait for the issuer
     */
    SessionRenewal(OpenIdIssuer issuer, Duration interval, WorkerExecutor workers) {
        this.issuer = issuer;
        this.interval = interval;
        this.workers = workers;
    }

    /** Returns the confirmed session; empty if the issuer refuses it. It fails without an answer within 3 s; a later request gets an answer that comes later. */
    CompletableFuture<Optional<Session>> renew(Session session) {
        return confirmed(session).orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    private CompletableFuture<Optional<Session>> confirmed(Session session) {
        String token = session.refreshToken();
        return renewal(session).thenCompose(answer -> {
            if (answer.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            Renewal known = answer.get();
            Session renewed = session.renewed(known.roles, known.refreshToken, known.at);
            if (!renewed.needsRenewal(Instant.now(), interval)) {
                return CompletableFuture.completedFuture(Optional.of(renewed));
            }
            if (known.refreshToken.equals(token)) {
                answers.asMap().remove(token, answer);
            }
            return confirmed(renewed);
        });
    }

    private CompletableFuture<Optional<Renewal>> renewal(Session session) {
        String token = session.refreshToken();
        CompletableFuture<Optional<Renewal>> renewal = unfinished.computeIfAbsent(token, key -> {
            Optional<Renewal> known = answers.getIfPresent(key);
            return known != null ? CompletableFuture.completedFuture(known)
                    : workers.executeBlocking(() -> breaker.executeSupplier(() -> ask(session)), false)
                    .onSuccess(answer -> answers.put(key, answer)).toCompletionStage().toCompletableFuture();
        });
        renewal.whenComplete((answer, failure) -> unfinished.remove(token, renewal));
        return renewal;
    }

    private Optional<Renewal> ask(Session session) {
        return issuer.renew(session.refreshToken(), session.subject())
                .map(renewed -> new Renewal(renewed.roles(), renewed.refreshToken(), Instant.now()));
    }
}
