package phone82.platform.identity;

import java.util.function.UnaryOperator;

/** How users prove who they are. */
public enum Login {

    /** Not at all: everybody is {@link Caller#DEMO}; on 127.0.0.1 alone. */
    NONE,
    /** At the small issuer within the gateway, which believes everybody; on 127.0.0.1 alone. */
    EMBEDDED,
    /** At an OpenID Connect issuer. */
    ISSUER;

    public static final String ISSUER_PROPERTY = "phone82.identity.issuer";
    public static final String EMBEDDED_PROPERTY = "phone82.identity";

    /** @param properties gives the value of each; null if there is none */
    public static Login of(UnaryOperator<String> properties) {
        if ("embedded".equals(properties.apply(EMBEDDED_PROPERTY))) {
            return EMBEDDED;
        }
        String issuer = properties.apply(ISSUER_PROPERTY);
        return issuer == null || issuer.isBlank() ? NONE : ISSUER;
    }
}
