package phone82.platform.http;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

import java.util.Locale;
import java.util.Set;

/**
 * Allow-lists of the HTTP headers that enter and leave the routes, so that a client cannot set a {@code Camel*} header, and its own headers
 * are not echoed.
 *
 * @param in the request headers to admit, in lower case
 */
public record HttpHeaderFilter(Set<String> in) implements HeaderFilterStrategy {

    private static final Set<String> OUT = Set.of("location", "retry-after", "allow", "cache-control", "etag", "server-timing", "link", "vary");

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !OUT.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !in.contains(name.toLowerCase(Locale.ROOT));
    }
}
