package phone82.platform.http;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives each client a limited number of places, so that none takes all. */
public final class ClientLimit {

    private final int each;
    private final Map<InetAddress, Integer> taken = new ConcurrentHashMap<>();

    /** @param each how many a client may take at once */
    public ClientLimit(int each) {
        this.each = each;
    }

    /** Whether the client got one; it must {@link #release} it again. */
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
