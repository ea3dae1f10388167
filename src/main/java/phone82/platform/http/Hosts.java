package phone82.platform.http;

import io.netty.util.NetUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host names that this server accepts. A malicious site can make its own name resolve to this server's address (DNS rebinding), so that
 * browsers treat this server as part of that site; the {@code Host} header reveals that. IP addresses cannot be rebound, so all of them are
 * accepted: probes, port mappings and users without a name for the machine use them.
 */
final class Hosts {

    private static final Logger LOG = LoggerFactory.getLogger(Hosts.class);

    private static final Pattern AUTHORITY = Pattern.compile("([A-Za-z0-9_](?:[A-Za-z0-9_.-]*)|\\[[0-9A-Fa-f:.]{2,45}])(?::\\d{1,5})?");
    /** The suffix that Kubernetes adds to the name of a Service; such a domain cannot be registered. */
    private static final Pattern IN_CLUSTER = Pattern.compile("\\.[a-z0-9-]+\\.svc(\\.cluster\\.local)?");

    /** The settings with which other contexts find this one. */
    private static final List<String> CALLERS = List.of("%s.callback-url", "gateway.%s-url", "app.%s-url", "pay.%s-url", "saga.%s-url");
    private static final Pattern URL = Pattern.compile("https?://([^\\s:/?]+).*");

    private final boolean any;
    private final Set<String> names = new HashSet<>();
    private final String service;
    private final List<String> domains;

    /**
     * @param service the name of the context, and of its Service in a cluster
     * @param names   further names; {@code *.example.com} stands for all names below it, {@code *} for every name
     */
    Hosts(String service, Collection<String> names) {
        this.service = service;
        this.any = names.contains("*");
        this.domains = names.stream().filter(name -> name.startsWith("*.")).map(name -> lower(name.substring(1))).toList();
        this.names.add("localhost");
        this.names.add(service);
        names.forEach(name -> this.names.add(lower(name)));
    }

    /** Returns the hosts of a context: the configured ones, those in the URLs by which other contexts call it, and the machine's own name. */
    static Hosts of(String context, Set<String> configured, Environment environment) {
        Set<String> names = new HashSet<>(configured);
        names.add(environment.getProperty("phone82.bind", ""));
        for (String caller : CALLERS) {
            Matcher url = URL.matcher(environment.getProperty("phone82." + String.format(Locale.ROOT, caller, context), ""));
            if (url.matches()) {
                names.add(url.group(1));
            }
        }
        try {
            names.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            LOG.debug("This machine does not know its own name", e);
        }
        names.removeIf(String::isBlank);
        return new Hosts(context, names);
    }

    String service() {
        return service;
    }

    /** Whether the authority is a host with an optional port, and nothing else. */
    static boolean isWellFormed(String authority) {
        return AUTHORITY.matcher(authority).matches();
    }

    /** @param authority well-formed */
    boolean include(String authority) {
        if (any) {
            return true;
        }
        String host = host(authority);
        return host.startsWith("[") || NetUtil.isValidIpV4Address(host) || names.contains(host) || host.endsWith(".localhost")
                || host.startsWith(service) && IN_CLUSTER.matcher(host.substring(service.length())).matches()
                || domains.stream().anyMatch(host::endsWith);
    }

    /** Whether the host is a name, the address at which the request arrived, or a loopback address. */
    static boolean isNoForeignAddress(String authority, String arrivedAt) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host(authority));
        return address == null || address.equals(NetUtil.createInetAddressFromIpAddressString(arrivedAt))
                || address.equals(InetAddress.getLoopbackAddress()) || address.equals(NetUtil.LOCALHOST6);
    }

    private static String host(String authority) {
        int port = authority.lastIndexOf(':');
        String host = lower(port > authority.lastIndexOf(']') ? authority.substring(0, port) : authority);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static String lower(String name) {
        return name.trim().toLowerCase(Locale.ROOT);
    }
}
