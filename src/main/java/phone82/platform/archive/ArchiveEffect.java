package phone82.platform.archive;

import phone82.platform.api.Problem;

import java.time.Instant;
import java.util.List;

/** What a context does besides deleting rows. */
public interface ArchiveEffect {

    /**
     * Called before each step, for orders from before this time.
     *
     * @throws Problem 409 if something could still need them
     */
    default void require(Instant before) {
    }

    /** Called before the rows of these orders are deleted, in the same transaction. */
    void deleting(List<Long> orders);
}
