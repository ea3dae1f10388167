package phone82.platform.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import org.apache.commons.lang3.function.Failable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Determines the address of the client behind a connection: the remote address, or the one that a trusted proxy reports. */
public final class ClientAddresses {

    static final String FORWARDED = "X-Forwarded-For";

    /** An address with port, as some proxies write it, with IPv6 in brackets. */
    private static final Pattern WITH_PORT = Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::\\d{1,5})?|([0-9.]+):\\d{1,5}");

    private final List<IpSubnetFilterRule> proxies;

    /**
     * @param proxies addresses or networks (10.0.0.0/8) whose {@code X-Forwarded-For} is trusted
     * @throws IllegalArgumentException if an element is neither
     */
    public ClientAddresses(List<String> proxies) {
        this.proxies = proxies.stream().map(String::trim).filter(each -> !each.isEmpty()).map(ClientAddresses::rule).toList();
    }

    private static IpSubnetFilterRule rule(String network) {
        String[] parts = network.split("/", 2);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
        String bits = parts.length == 2 ? parts[1] : address == null ? "" : String.valueOf(8 * address.length);
        if (address == null || !bits.matches("\\d{1,3}") || Integer.parseInt(bits) > 8 * address.length) {
            throw new IllegalArgumentException(network + " is neither an address nor a network such as 10.0.0.0/8");
        }
        return new IpSubnetFilterRule(parts[0], Integer.parseInt(bits), IpFilterRuleType.ACCEPT);
    }

    /** Whether the address is a trusted proxy, with many clients behind it. */
    boolean isProxy(InetAddress address) {
        return proxies.stream().anyMatch(network -> network.matches(new InetSocketAddress(address, 0)));
    }

    /**
     * Returns the nearest hop that is not a trusted proxy: earlier ones may be forged.
     *
     * @param forwarded the fields {@code X-Forwarded-For}
     */
    InetAddress of(InetAddress remote, List<String> forwarded) {
        InetAddress client = remote;
        if (isProxy(remote)) {
            String[] hops = String.join(",", forwarded).split(",", -1);
            for (int i = hops.length - 1; i >= 0 && isProxy(client); i--) {
                InetAddress hop = address(hops[i].trim());
                if (hop == null) {
                    break;
                }
                client = hop;
            }
        }
        return subscriber(client);
    }

    private static InetAddress address(String hop) {
        Matcher matcher = WITH_PORT.matcher(hop);
        return NetUtil.createInetAddressFromIpAddressString(!matcher.matches() ? hop
                : matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }

    /** Reduces an IPv6 address to its /64 network, because each client has a whole one. */
    static InetAddress subscriber(InetAddress address) {
        return network(address, 8);
    }

    /** Reduces an IPv6 address to its /48 network, the largest that a provider gives to one customer. */
    public static InetAddress site(InetAddress address) {
        return network(address, 6);
    }

    private static InetAddress network(InetAddress address, int length) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, length, bytes.length, (byte) 0);
        return Failable.get(() -> InetAddress.getByAddress(bytes));
    }
}
