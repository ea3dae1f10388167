package phone82.platform.http;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives each client a limited number of places, so that none takes all. */
public final class Places {

    private final int each;
    private final Map<InetAddress, Integer> taken = new ConcurrentHashMap<>();

    /** @param each how many a client may take at once */
    public Places(int each) {
        this.each = each;
    }

    /** Whether the client got one; it must {@link #leave} it again. */
    public boolean take(InetAddress client) {
        if (taken.merge(client, 1, Integer::sum) <= each) {
            return true;
        }
        leave(client);
        return false;
    }

    public void leave(InetAddress client) {
        taken.computeIfPresent(client, (same, places) -> places > 1 ? places - 1 : null);
    }
}
