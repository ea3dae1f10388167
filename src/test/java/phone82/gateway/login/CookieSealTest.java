package phone82.gateway.login;

import com.nimbusds.jose.util.Base64URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.gateway.login.OpenIdIssuer.Attempt;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The encryption of the session that a browser keeps for the gateway. */
class CookieSealTest {

    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final Session SESSION = new Session("kim", "Kim", Set.of("customer"), NOON, NOON, "0a7f", NOON, null, NOON);
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Duration MAXIMUM = Duration.ofHours(8);

    @Test
    void opensASealedText() {
        CookieSeal seal = new CookieSeal(List.of());
        String sealed = seal.seal("session", SESSION);

        assertThat(seal.open("session", sealed, Session.class)).hasValue(SESSION);
        assertThat(sealed).doesNotContain("kim").hasSizeLessThan(1024);
        assertThat(seal.seal("session", SESSION)).isNotEqualTo(sealed);
    }

    @Test
    void opensALoginThatBeganAtAnEarlierVersion() {
        CookieSeal seal = new CookieSeal(List.of());
        String sealed = seal.seal("login", Map.of("state", "1", "nonce", "2", "verifier", "3"));

        assertThat(seal.open("login", sealed, Attempt.class)).hasValueSatisfying(attempt -> {
            assertThat(attempt).extracting(Attempt::state, Attempt::nonce, Attempt::verifier, Attempt::back).containsExactly("1", "2", "3", "/");
            assertThat(attempt.isOver(Instant.now())).isFalse();
        });
    }

    @Test
    void aLoginEndsAfterTenMinutes() {
        Attempt attempt = new Attempt("1", "2", "3", "/", NOON);
        assertThat(attempt.isOver(NOON.plusSeconds(599))).isFalse();
        assertThat(attempt.isOver(NOON.plusSeconds(600))).isTrue();
    }

    @Test
    void rejectsEverythingElse() {
        CookieSeal seal = new CookieSeal(List.of());
        String sealed = seal.seal("session", SESSION);
        int middle = sealed.length() - 30;
        String changed = sealed.substring(0, middle) + (sealed.charAt(middle) == 'A' ? 'B' : 'A') + sealed.substring(middle + 1);

        assertThat(seal.open("login", sealed, Session.class)).isEmpty();
        assertThat(seal.open("session", changed, Session.class)).isEmpty();
        assertThat(seal.open("session", "", Session.class)).isEmpty();
        assertThat(seal.open("session", "a.b.c.d.e", Session.class)).isEmpty();
        assertThat(new CookieSeal(List.of()).open("session", sealed, Session.class)).isEmpty();
    }

    /** The sender of a cookie chooses its header. Some encryptions need a library that is not there. */
    @ParameterizedTest
    @ValueSource(strings = {"XC20P", "A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A192GCM", "none", "unknown"})
    void opensNoOtherEncryption(String encryption) {
        String header = Base64URL.encode("{\"alg\":\"dir\",\"enc\":\"" + encryption + "\",\"cty\":\"session\"}").toString();

        assertThat(new CookieSeal(List.of()).open("session", header + "..AAAA.AAAA.AAAA", Session.class)).isEmpty();
    }

    @Test
    void aKeyCanBeReplaced() {
        String old = key(1);
        String young = key(2);
        String sealed = new CookieSeal(List.of(old)).seal("session", SESSION);

        assertThat(new CookieSeal(List.of(young, old)).open("session", sealed, Session.class)).hasValue(SESSION);
        assertThat(new CookieSeal(List.of(young)).open("session", sealed, Session.class)).isEmpty();
        assertThat(new CookieSeal(List.of(young)).open("session", new CookieSeal(List.of(young, old)).seal("session", SESSION), Session.class)).isPresent();
        assertThatIllegalArgumentException().isThrownBy(() -> new CookieSeal(List.of("c2hvcnQ"))).withMessageContaining("5 bytes");
    }

    @Test
    void aSessionEndsWhenIdleAndAtItsMaximumAge() {
        assertThat(SESSION.isOver(NOON.plus(IDLE).minusSeconds(1), IDLE, MAXIMUM)).isFalse();
        assertThat(SESSION.isOver(NOON.plus(IDLE), IDLE, MAXIMUM)).isTrue();
        Session busy = SESSION.seenAt(NOON.plus(MAXIMUM).minusSeconds(60));
        assertThat(busy.isOver(NOON.plus(MAXIMUM).minusSeconds(1), IDLE, MAXIMUM)).isFalse();
        assertThat(busy.isOver(NOON.plus(MAXIMUM), IDLE, MAXIMUM)).isTrue();
    }

    @Test
    void theTimeOfTheLastRequestIsUpdatedNowAndThen() {
        assertThat(SESSION.needsUpdate(NOON.plusSeconds(59), IDLE)).isFalse();
        assertThat(SESSION.needsUpdate(NOON.plusSeconds(60), IDLE)).isTrue();
        assertThat(SESSION.needsUpdate(NOON.plusSeconds(5), Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void onlyASessionWithARefreshTokenNeedsRenewal() {
        Session renewable = SESSION.renewed(null, "token", NOON);
        assertThat(renewable.needsRenewal(NOON.plusSeconds(59), Duration.ofMinutes(1))).isFalse();
        assertThat(renewable.needsRenewal(NOON.plusSeconds(60), Duration.ofMinutes(1))).isTrue();
        assertThat(SESSION.needsRenewal(NOON.plusSeconds(60), Duration.ofMinutes(1))).isFalse();
    }

    private static String key(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
