package phone82.platform;

import java.util.Collection;
import java.util.Collections;

/** The question marks of SQL. */
public final class Placeholders {

    private Placeholders() {
    }

    /** One for each value, for {@code in (...)}. */
    public static String of(Collection<?> values) {
        return String.join(",", Collections.nCopies(values.size(), "?"));
    }
}
