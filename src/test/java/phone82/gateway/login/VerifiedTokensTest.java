package phone82.gateway.login;

import org.junit.jupiter.api.Test;
import phone82.gateway.login.OpenIdIssuer.User;
import phone82.gateway.login.OpenIdIssuer.Verified;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the gateway remembers of the tokens of programs. */
class VerifiedTokensTest {

    private static final User KIM = new User("kim", "Kim", Set.of("customer"));

    private final AtomicLong nanos = new AtomicLong();
    private final VerifiedTokens tokens = new VerifiedTokens(nanos::get);

    @Test
    void aTokenIsKnownUntilItExpires() {
        Verified verified = validFor(Duration.ofMinutes(1));
        tokens.add("a.b.c", verified);

        assertThat(tokens.find("a.b.c")).isEqualTo(verified);
        assertThat(tokens.find("a.b.d")).isNull();
        nanos.set(Duration.ofSeconds(61).toNanos());
        assertThat(tokens.find("a.b.c")).isNull();
        assertThat(tokens.size()).isZero();
    }

    @Test
    void aTokenThatExpiresWhileTheMachineSleepsIsNotKnown() {
        tokens.add("a.b.c", validFor(Duration.ofMillis(50)));

        await().until(() -> tokens.find("a.b.c") == null);
    }

    @Test
    void onlySomeTokensAreKept() {
        for (int i = 0; i < 11_000; i++) {
            tokens.add("a.b." + i, validFor(Duration.ofMinutes(1)));
        }

        await().until(() -> tokens.size() <= 10_000);
    }

    private static Verified validFor(Duration left) {
        return new Verified(KIM, System.currentTimeMillis() + left.toMillis());
    }
}
