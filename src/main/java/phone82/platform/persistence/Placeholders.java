package phone82.platform.persistence;

import java.util.Collection;
import java.util.Collections;

/** Creates SQL parameter placeholders. */
public final class Placeholders {

    private Placeholders() {
    }

    /** Returns one question mark per value, for {@code in (...)}. */
    public static String of(Collection<?> values) {
        return String.join(",", Collections.nCopies(values.size(), "?"));
    }
}
