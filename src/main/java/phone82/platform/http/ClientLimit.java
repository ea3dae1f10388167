package phone82.platform.http;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Limits how many resources, such as connections, one client may hold at once. */
public final class ClientLimit {

    private final int each;
    private final Map<InetAddress, Integer> taken = new ConcurrentHashMap<>();

    /** @param each maximum per client */
    public ClientLimit(int each) {
        this.each = each;
    }

    /** Returns whether the client is below its limit; then it must {@link #release} later. */
    public boolean acquire(InetAddress client) {
        if (taken.merge(client, 1, Integer::sum) <= each) {
            return true;
        }
        release(client);
        return false;
    }

    public void release(InetAddress client) {
        taken.computeIfPresent(client, (same, places) -> places > 1 ? places - 1 : null);
    }
}
