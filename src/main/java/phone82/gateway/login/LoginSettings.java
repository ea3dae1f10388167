package phone82.gateway.login;

import java.time.Duration;
import java.util.List;

/**
 * Settings of the login of users.
 *
 * @param publicUrl    public URL of the gateway; the issuer must allow {@code <publicUrl>/callback}
 * @param issuer       URL of the OpenID Connect issuer
 * @param clientId     the gateway's client id at the issuer
 * @param clientSecret empty for a public client: then PKCE alone protects the code
 * @param scope        the scopes that the gateway requests
 * @param audience     the audience that a program's token must have
 * @param rolesClaim   name of the claim that lists the roles; a dot leads into an object, as in {@code realm_access.roles}
 * @param sessionKeys  keys that seal the cookies; the same in each instance
 * @param idle         a session ends after this time without a request
 * @param maximum      a session ends after this time
 * @param renewal      the issuer must confirm a session again after this time
 */
public record LoginSettings(String publicUrl, String issuer, String clientId, String clientSecret, String scope, String audience, String rolesClaim,
                            List<String> sessionKeys, Duration idle, Duration maximum, Duration renewal) {

    public LoginSettings {
        sessionKeys = sessionKeys == null ? List.of() : sessionKeys;
    }

    public LoginSettings with(String issuer) {
        return new LoginSettings(publicUrl, issuer, clientId, clientSecret, scope, audience, rolesClaim, sessionKeys, idle, maximum, renewal);
    }
}
