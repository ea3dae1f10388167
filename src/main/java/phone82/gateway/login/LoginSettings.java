package phone82.gateway.login;

import java.time.Duration;
import java.util.List;

/**
 * How users log in.
 *
 * @param publicUrl    where browsers find the gateway: the issuer must allow {@code <publicUrl>/callback}
 * @param issuer       the OpenID Connect issuer
 * @param clientId     the gateway's at the issuer
 * @param clientSecret empty if it has none: then PKCE alone protects the code
 * @param scope        what the gateway asks the issuer for
 * @param audience     that a program's token must have
 * @param rolesClaim   where tokens say what somebody may do; {@code realm_access.roles} looks into an object
 * @param sessionKeys  seal the cookies; the same in each instance
 * @param idle         a session ends after this time without a request
 * @param maximum      a session ends after this time
 */
public record LoginSettings(String publicUrl, String issuer, String clientId, String clientSecret, String scope, String audience, String rolesClaim,
                            List<String> sessionKeys, Duration idle, Duration maximum) {

    public LoginSettings {
        sessionKeys = sessionKeys == null ? List.of() : sessionKeys;
    }

    public LoginSettings with(String issuer) {
        return new LoginSettings(publicUrl, issuer, clientId, clientSecret, scope, audience, rolesClaim, sessionKeys, idle, maximum);
    }
}
