package phone82.platform.settings;

import io.netty.util.NetUtil;

import java.net.InetAddress;
import java.util.Locale;

/** Recognises the names and addresses by which a machine calls itself. It looks nothing up. */
public final class LocalName {

    private LocalName() {
    }

    /** @param host a name or an address, IPv6 also in brackets; null is not local */
    public static boolean isLocal(String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
        return name.equals("localhost") || name.endsWith(".localhost") || address != null && address.isLoopbackAddress();
    }
}
