package phone82.platform.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits how many resources, such as connections, one client may hold at once.
 *
 * @param <C> identifies a client
 */
public final class ClientLimit<C> {

    private final int each;
    private final Map<C, Integer> taken = new ConcurrentHashMap<>();

    /** @param each maximum per client */
    public ClientLimit(int each) {
        this.each = each;
    }

    /** Returns whether the client is below its limit; then it must {@link #release} later. */
    public boolean acquire(C client) {
        if (taken.merge(client, 1, Integer::sum) <= each) {
            return true;
        }
        release(client);
        return false;
    }

    public void release(C client) {
        taken.computeIfPresent(client, (same, places) -> places > 1 ? places - 1 : null);
    }
}
