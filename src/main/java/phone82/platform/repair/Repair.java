package phone82.platform.repair;

import java.util.List;

/** Something in a context that may wait for an operator, and can be repaired from the operator's page. */
public interface Repair {

    /** The name in the path of the operator's port. */
    String name();

    /** What waits for a repair, at most {@code most} items, oldest first. */
    List<Item> waiting(int most);

    /**
     * Repairs what waits, or a part of it if there is much.
     *
     * @param id of one item; null for all
     * @throws phone82.platform.api.Problem 404 nothing with this id waits; 409 the repair has failed
     */
    Result repair(String id);

    /**
     * @param type  type of the event; null for an order
     * @param since when it began to wait, as text
     * @param cause why it waits; null if that is not known
     */
    record Item(String id, String orderId, String type, String since, String cause) {
    }

    /**
     * @param repaired number of repaired items
     * @param failed   number of items whose repair has failed; they go on waiting
     * @param more     whether others wait that this repair did not reach
     */
    record Result(int repaired, int failed, boolean more) {
    }
}
