package phone82.platform.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.Test;
import phone82.platform.api.Problem;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Issuing and checking the tokens between contexts. */
class TokensTest {

    private final ECKey app = key("app");
    private final ECKey gateway = key("gateway");
    private final TrustedKeys trusted = TrustedKeys.of(new JWKSet(List.of(app.toPublicJWK(), gateway.toPublicJWK())).toString());
    private final TokenVerifier pay = new TokenVerifier("pay", trusted);
    private final TokenMinter byApp = new TokenMinter("app", app);
    private final TokenMinter byGateway = new TokenMinter("gateway", gateway);

    static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_context_calls_on_its_own_behalf() {
        Sender sender = pay.sender("Bearer " + byApp.token("pay"));

        assertThat(sender).isEqualTo(new Sender("app", "app", Set.of("service:app")));
        assertThat(sender.hasAnyOf(List.of("service:app"))).isTrue();
        assertThat(sender.hasAnyOf(List.of("service:store"))).isFalse();
    }

    @Test
    void the_gateway_calls_on_behalf_of_a_user() {
        assertThat(pay.verify(byGateway.token("pay", "kim", Set.of("customer", "dealer"))))
                .isEqualTo(new Sender("gateway", "kim", Set.of("customer", "dealer")));
    }

    @Test
    void a_token_has_all_required_claims() throws ParseException {
        JWTClaimsSet claims = SignedJWT.parse(byApp.token("pay")).getJWTClaimsSet();

        assertThat(claims.getIssuer()).isEqualTo("app");
        assertThat(claims.getSubject()).isEqualTo("app");
        assertThat(claims.getAudience()).containsExactly("pay");
        assertThat(claims.getJWTID()).isNotBlank();
        assertThat(Duration.between(claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void it_is_reused_for_the_same_call_only() {
        assertThat(byApp.token("pay")).isEqualTo(byApp.token("pay")).isNotEqualTo(byApp.token("store"));
        assertThat(byGateway.token("pay", "kim", Set.of("customer"))).isNotEqualTo(byGateway.token("pay", "lee", Set.of("customer")))
                .isNotEqualTo(byGateway.token("pay", "kim", Set.of("operator")));
    }

    @Test
    void a_request_without_a_token_is_refused() {
        refused(null);
        refused("Basic YTpi");
        refused("Bearer ");
        refused("Bearer none");
    }

    @Test
    void another_audience_is_refused() {
        refused("Bearer " + byApp.token("store"));
    }

    @Test
    void an_expired_token_is_refused_after_the_clock_tolerance() {
        assertThat(pay.verify(sign(app, claims("app", "service:app", -61)))).isNotNull();
        refused("Bearer " + sign(app, claims("app", "service:app", -70)));
    }

    @Test
    void a_cached_valid_token_is_refused_once_it_expires() {
        String token = sign(app, claims("app", "service:app", -61));
        assertThat(pay.verify(token)).isNotNull();

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> refused("Bearer " + token));
    }

    @Test
    void a_signature_of_another_key_is_refused() {
        refused("Bearer " + sign(key("app"), claims("app", "service:app", 0)));
        refused("Bearer " + sign(gateway, claims("app", "service:app", 0)));
        refused("Bearer " + sign(key("stranger"), claims("stranger", "service:stranger", 0)));
    }

    @Test
    void other_algorithms_are_refused() throws JOSEException {
        refused("Bearer " + new PlainJWT(claims("app", "service:app", 0)).serialize());
        refused("Bearer " + sign(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("app").build(),
                new MACSigner(app.toECPublicKey().getEncoded()), claims("app", "service:app", 0)));
    }

    @Test
    void no_context_may_sign_for_another() {
        refused("Bearer " + sign(app, claims("app", "service:store", 0)));
        refused("Bearer " + sign(app, claims("app", "customer", 0)));
        refused("Bearer " + sign(app, claims("app", "operator", 0)));
        refused("Bearer " + byGateway.token("pay", "kim", Set.of("customer", "service:app")));
    }

    @Test
    void each_claim_is_needed() {
        for (String claim : List.of("iss", "sub", "aud", "iat", "exp", "jti", "roles")) {
            refused("Bearer " + sign(app, new JWTClaimsSet.Builder(claims("app", "service:app", 0)).claim(claim, null).build()));
        }
    }

    @Test
    void only_public_keys_of_contexts_are_accepted() {
        assertThatThrownBy(() -> TrustedKeys.of(new JWKSet(app).toString(false))).hasMessageContaining("public");
        assertThatThrownBy(() -> TrustedKeys.of("none")).hasMessageContaining("JWK set");
        assertThatThrownBy(() -> new TokenMinter("pay", app)).hasMessageContaining("kid");
        assertThatThrownBy(() -> new TokenMinter("app", app.toPublicJWK())).hasMessageContaining("private");
    }

    @Test
    void a_context_may_have_two_keys() {
        ECKey next = key("app.2");
        TokenVerifier verifier = new TokenVerifier("pay", TrustedKeys.of(new JWKSet(List.of(app.toPublicJWK(), next.toPublicJWK())).toString()));

        assertThat(verifier.verify(new TokenMinter("app", next).token("pay"))).isEqualTo(verifier.verify(byApp.token("pay")));
    }

    private void refused(String authorization) {
        assertThatThrownBy(() -> pay.sender(authorization)).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.status()).isEqualTo(401));
    }

    private static JWTClaimsSet claims(String issuer, String role, int issuedSeconds) {
        Instant issued = Instant.now().plusSeconds(issuedSeconds);
        return new JWTClaimsSet.Builder().issuer(issuer).subject(issuer).audience("pay").jwtID("1").claim("roles", List.of(role))
                .issueTime(Date.from(issued)).expirationTime(Date.from(issued.plusSeconds(60))).build();
    }

    private static String sign(ECKey key, JWTClaimsSet claims) {
        try {
            return sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), new ECDSASigner(key), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(JWSHeader header, JWSSigner signer, JWTClaimsSet claims) {
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }
}
