package phone82.platform.identity;

import java.util.function.UnaryOperator;

/** The ways in which users log in. */
public enum Login {

    /** No login: every caller is {@link Caller#DEMO}; on 127.0.0.1 only. */
    NONE,
    /** At the demo issuer in the gateway, which checks no passwords; on 127.0.0.1 only. */
    EMBEDDED,
    /** At an OpenID Connect issuer. */
    ISSUER;

    public static final String ISSUER_PROPERTY = "phone82.identity.issuer";
    public static final String EMBEDDED_PROPERTY = "phone82.identity";

    /** @param properties returns the value of a property, or null */
    public static Login of(UnaryOperator<String> properties) {
        if ("embedded".equals(properties.apply(EMBEDDED_PROPERTY))) {
            return EMBEDDED;
        }
        String issuer = properties.apply(ISSUER_PROPERTY);
        return issuer == null || issuer.isBlank() ? NONE : ISSUER;
    }
}
