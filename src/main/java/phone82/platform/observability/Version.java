package phone82.platform.observability;

import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.ClassPathResource;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The version of this program. */
public final class Version {

    private Version() {
    }

    /** Returns the version of the build and, if it was built in a repository, the commit: {@code 1.0.0-SNAPSHOT+41e7f12245ef}. */
    public static String text() {
        ClassPathResource version = new ClassPathResource("META-INF/phone82-version");
        return version.exists() ? Failable.get(() -> version.getContentAsString(UTF_8)).strip() : "unknown";
    }
}
