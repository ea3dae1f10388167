package phone82.gateway.login;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import phone82.Stub;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Renewals of many sessions, at an issuer that does not answer at once. */
class SessionRenewalTest {

    private static final Instant LONG_AGO = Instant.parse("2026-01-01T12:00:00Z");

    private final Vertx vertx = Vertx.vertx();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    @AutoClose
    private final Stub issuer = new Stub();

    @BeforeEach
    void start() {
        issuer.on("/.well-known/openid-configuration", request -> Stub.answer(request, 200, """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token","jwks_uri":"%1$s/jwks",
                "response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}"""
                .formatted(issuer.url())));
        issuer.on("/token", request -> {
            asked.incrementAndGet();
            answer.await();
            Stub.answer(request, 500, "{}");
        });
    }

    @AfterEach
    void stop() {
        answer.countDown();
        vertx.close();
    }

    @Test
    void renewalsThatWaitForAThreadDoNotAskAnIssuerThatHasFailed() {
        LoginSettings settings = settings();
        SessionRenewal renewal = new SessionRenewal(new OpenIdIssuer(settings), settings.renewal(), vertx.createSharedWorkerExecutor("renewals", 1));

        List<CompletableFuture<Optional<Session>>> renewals = IntStream.range(0, 20).mapToObj(i -> renewal.renew(session("token-" + i))).toList();
        await().until(() -> asked.get() == 1);
        answer.countDown();

        assertThat(renewals).allSatisfy(each -> assertThat(each).failsWithin(Duration.ofSeconds(5)));
        assertThat(asked).hasValue(1);
    }

    @Test
    void aTokenIsUsedOnceHoweverManySessionsThereAre() {
        LoginSettings settings = settings();
        SessionRenewal renewal = new SessionRenewal(new OpenIdIssuer(settings) {
            @Override
            Optional<Renewed> renew(String refreshToken, String subject) {
                awaitQuietly(answer);
                asked.incrementAndGet();
                return Optional.of(new Renewed(Set.of("customer"), refreshToken + "-next"));
            }
        }, settings.renewal(), vertx.createSharedWorkerExecutor("renewals", 4));
        List<Session> sessions = IntStream.range(0, 12_000).mapToObj(i -> session("token-" + i)).toList();

        sessions.forEach(renewal::renew);
        sessions.forEach(renewal::renew);
        answer.countDown();
        await().until(() -> asked.get() >= 12_000);

        assertThat(sessions).allSatisfy(each -> assertThat(renewal.renew(each)).succeedsWithin(Duration.ofSeconds(5)));
        assertThat(asked).hasValue(12_000);
    }

    private LoginSettings settings() {
        return new LoginSettings("http://localhost", issuer.url(), "phone82", "", "openid", "phone82", "roles", List.of(),
                Duration.ofMinutes(30), Duration.ofHours(8), Duration.ofMinutes(1));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Session session(String refreshToken) {
        return new Session("kim", "Kim", Set.of("customer"), LONG_AGO, LONG_AGO, null, LONG_AGO, refreshToken, LONG_AGO);
    }
}
