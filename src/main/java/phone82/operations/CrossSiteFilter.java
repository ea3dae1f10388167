package phone82.operations;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import phone82.platform.Problem;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses what a page of another site makes a browser send, whatever it asks for: the browser adds the operator's password to it. A name
 * of another site that resolves to this host (DNS rebinding) is refused, too.
 */
class CrossSiteFilter extends Filter {

    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]]+)(:\\d+)?");
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|\\d+(\\.\\d+){3}");
    /** Of the page itself, or typed by the user. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

    /** @param more names of this host besides those of the loopback interface, its own, and the address that a request arrives at */
    CrossSiteFilter(Collection<String> more) {
        more.forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
        try {
            hosts.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            // then nobody asks for it by this name
        }
    }

    @Override
    public void doFilter(HttpExchange request, Chain chain) throws IOException {
        Headers headers = request.getResponseHeaders();
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        String host = only(request, "Host");
        // a browser names the host; a program may not
        if (host != null && !isOurs(host, request.getLocalAddress().getAddress())) {
            throw forbidden("This server is not known as " + Audit.printable(host) + ". Use localhost, the host's own name or its address, "
                    + "or add the name to phone82.operations.hosts.");
        }
        String site = only(request, "Sec-Fetch-Site");
        String origin = only(request, "Origin");
        if (site != null && !OWN_SITES.contains(site) || origin != null && !isOf(host, origin)) {
            throw forbidden("A page of another site cannot use the operator's port. Type its address into the browser's address bar.");
        }
        chain.doFilter(request);
    }

    private boolean isOurs(String host, InetAddress arrivedAt) {
        Matcher authority = AUTHORITY.matcher(host.toLowerCase(Locale.ROOT));
        return authority.matches() && (hosts.contains(authority.group(1)) || isAddress(authority.group(1), arrivedAt));
    }

    /** An address can be written in several ways; a name is not resolved. */
    private static boolean isAddress(String host, InetAddress address) {
        try {
            return ADDRESS.matcher(host).matches() && InetAddress.getByName(host).equals(address);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isOf(String host, String origin) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String only(HttpExchange request, String header) {
        List<String> values = request.getRequestHeaders().get(header);
        if (values != null && values.size() > 1) {
            throw new Problem(400, "Malformed request", "Send " + header + " once.");
        }
        return values == null ? null : values.get(0);
    }

    private static Problem forbidden(String detail) {
        return new Problem(403, "Forbidden", detail);
    }

    @Override
    public String description() {
        return "own pages only";
    }
}
