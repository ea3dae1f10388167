package phone82.platform.http;

import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;

import java.util.Locale;
import java.util.Set;

/**
 * The allow-list of the headers that leave a route with a call of another context: what a client has sent, and the parameters of its path, concern only
 * the context that it has called.
 */
class CallHeaderFilter extends HttpHeaderFilterStrategy {

    private final Set<String> out;

    /** @param out the headers to send, in lower case */
    CallHeaderFilter(Set<String> out) {
        this.out = out;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !out.contains(name.toLowerCase(Locale.ROOT)) || super.applyFilterToCamelHeaders(name, value, exchange);
    }
}
