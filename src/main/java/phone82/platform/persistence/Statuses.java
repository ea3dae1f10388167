package phone82.platform.persistence;

import java.util.List;
import java.util.stream.Collectors;

/** Creates SQL conditions from the statuses of an entity. */
public final class Statuses {

    private Statuses() {
    }

    /** Returns the condition that a row has one of these statuses. */
    public static String in(List<? extends Enum<?>> statuses) {
        return statuses.stream().map(status -> "'" + status.name() + "'").collect(Collectors.joining(", ", "status in (", ")"));
    }
}
