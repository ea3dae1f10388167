package phone82.platform.identity;

import org.springframework.core.env.PropertyResolver;

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

    public static Login of(PropertyResolver properties) {
        if ("embedded".equals(properties.getProperty(EMBEDDED_PROPERTY))) {
            return EMBEDDED;
        }
        return properties.getProperty(ISSUER_PROPERTY, "").isBlank() ? NONE : ISSUER;
    }
}
