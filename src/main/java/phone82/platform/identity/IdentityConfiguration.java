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
import java.util.Optional;

/** A context's own key and those of the others: from the configuration, or in the data folder of a laptop. */
@Configuration(proxyBeanMethods = false)
public class IdentityConfiguration {

    public static final String KEY = "phone82.identity.key";
    public static final String TRUSTED = "phone82.identity.trusted-keys";
    public static final String FOLDER = "phone82.identity.folder";

    @Bean
    @Lazy
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

    /**
     * Of a context's tokens; its key is made now if it has none.
     *
     * @throws IllegalArgumentException with a line that says what is wrong with the configured key
     */
    public static TokenMinter minter(String context, PropertyResolver properties) {
        return configured(context, properties).orElseGet(() -> new TokenMinter(context, folder(properties).require(context)));
    }

    /** The same, if there is a key. */
    public static Optional<TokenMinter> knownMinter(String context, PropertyResolver properties) {
        return configured(context, properties).or(() -> folder(properties).find(context).map(key -> new TokenMinter(context, key)));
    }

    private static Optional<TokenMinter> configured(String context, PropertyResolver properties) {
        String key = properties.getProperty(KEY, "");
        try {
            return key.isBlank() ? Optional.empty() : Optional.of(new TokenMinter(context, ECKey.parse(key)));
        } catch (ParseException | IllegalArgumentException e) {
            throw new IllegalArgumentException(KEY + " is not the private key of " + context + " as a JWK (" + e.getMessage() + ")", e);
        }
    }

    /** Where keys are made that are not configured. */
    public static KeyFolder folder(PropertyResolver properties) {
        String folder = properties.getProperty(FOLDER, "");
        return new KeyFolder(folder.isBlank() ? Path.of(properties.getRequiredProperty("phone82.data"), "identity") : Path.of(folder));
    }
}
