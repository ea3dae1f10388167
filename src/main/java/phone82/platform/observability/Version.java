package phone82.platform.observability;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The version of this program. */
public final class Version {

    private Version() {
    }

    /** Returns the version of the build and, if it was built in a repository, the commit: {@code 1.0.0-SNAPSHOT+41e7f12245ef}. */
    public static String text() {
        try (InputStream version = Version.class.getResourceAsStream("/META-INF/phone82-version")) {
            return version == null ? "unknown" : new String(version.readAllBytes(), UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
