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

/** A context's own key and the trusted keys of the others: from the configuration, or from the data folder on a developer's machine. */
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

    /** Lazy, because some contexts call no others. */
    @Bean
    @Lazy
    TokenMinter tokenMinter(@Value("${phone82.context}") String context, Environment environment) {
        return minter(context, environment);
    }

    /** @throws IllegalArgumentException if the configured keys are wrong; its message is one line */
    public static TrustedKeys trustedKeys(PropertyResolver properties) {
        String trusted = properties.getProperty(TRUSTED, "");
        try {
            return trusted.isBlank() ? folder(properties) : TrustedKeys.of(trusted);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(TRUSTED + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the minter of a context's tokens; its key is generated now if it has none.
     *
     * @throws IllegalArgumentException if the configured key is wrong; its message is one line
     */
    public static TokenMinter minter(String context, PropertyResolver properties) {
        return configured(context, properties).orElseGet(() -> new TokenMinter(context, folder(properties).require(context)));
    }

    /** Returns the minter of a context's tokens if it has a key. */
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

    /** Returns the folder of keys that are not configured. */
    public static KeyFolder folder(PropertyResolver properties) {
        String folder = properties.getProperty(FOLDER, "");
        return new KeyFolder(folder.isBlank() ? Path.of(properties.getRequiredProperty("phone82.data"), "identity") : Path.of(folder));
    }
}
