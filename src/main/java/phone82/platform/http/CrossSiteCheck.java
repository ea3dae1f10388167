package phone82.platform.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import org.apache.commons.lang3.Strings;
import phone82.platform.api.Problem;

import java.util.Set;

/**
 * Refuses requests that a page of another site makes a browser send: they would have the rights of the page's visitor, and come from inside
 * the visitor's network. Programs send none of the headers checked.
 */
final class CrossSiteCheck {

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Set<String> OURS = Set.of("same-origin", "none");

    private CrossSiteCheck() {
    }

    /**
     * @param reads whether to refuse GET and HEAD, too
     * @throws Problem 403
     */
    static void check(HttpServerRequest request, boolean reads) {
        if (!reads && SAFE.contains(request.method())) {
            return;
        }
        boolean foreign = !OURS.containsAll(request.headers().getAll("Sec-Fetch-Site"));
        for (String origin : request.headers().getAll("Origin")) {
            foreign |= !isOf(origin, request.getHeader("Host"));
        }
        if (foreign) {
            throw new Problem(403, "Cross-site request", "A page of another site sent this request. Send it from a page of this server, "
                    + "or from a program without the headers Origin and Sec-Fetch-Site.");
        }
    }

    /** Compares host and port only: the scheme may differ behind a proxy that terminates TLS. */
    private static boolean isOf(String origin, String host) {
        String scheme = origin.regionMatches(true, 0, "https://", 0, 8) ? "https://" : "http://";
        String defaultPort = scheme.equals("https://") ? ":443" : ":80";
        return host != null && origin.regionMatches(true, 0, scheme, 0, scheme.length())
                && Strings.CS.removeEnd(origin.substring(scheme.length()), defaultPort).equalsIgnoreCase(Strings.CS.removeEnd(host, defaultPort));
    }
}
