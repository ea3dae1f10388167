package phone82.platform.identity;

import com.nimbusds.jose.jwk.ECKey;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertyResolver;

import java.nio.file.Path;
import java.text.ParseException;

/** A context's own key and those of the others: from the configuration, or in the data folder of a laptop. */
@Configuration(proxyBeanMethods = false)
public class IdentityConfiguration {

    private static final String KEY = "phone82.identity.key";
    private static final String TRUSTED = "phone82.identity.trusted-keys";

    @Bean
    TokenVerifier tokenVerifier(@Value("${phone82.context}") String context, Environment environment) {
        return new TokenVerifier(context, trustedKeys(environment));
    }

    /** Not of every context: some call nobody. */
    @Bean
    @Lazy
    TokenMinter tokenMinter(@Value("${phone82.context}") String context, Environment environment) {
        return minter(context, environment);
    }

    /** @throws IllegalArgumentException with a line that says what is wrong with the configured keys */
    public static TrustedKeys trustedKeys(PropertyResolver properties) {
        String trusted = properties.getProperty(TRUSTED, "");
        try {
            return trusted.isBlank() ? folder(properties) : TrustedKeys.of(trusted);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(TRUSTED + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException with a line that says what is wrong with the configured key */
    public static TokenMinter minter(String context, PropertyResolver properties) {
        String key = properties.getProperty(KEY, "");
        try {
            return new TokenMinter(context, key.isBlank() ? folder(properties).require(context) : ECKey.parse(key));
        } catch (ParseException | IllegalArgumentException e) {
            throw new IllegalArgumentException(KEY + " of " + context + " is no private key as a JWK (" + e.getMessage() + ")", e);
        }
    }

    /** Where keys are made that are not configured. */
    public static KeyFolder folder(PropertyResolver properties) {
        return new KeyFolder(Path.of(properties.getRequiredProperty("phone82.identity.folder")));
    }
}
