package phone82.platform.http;

import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.URIAuthority;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.identity.TokenMinter;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Adds this context's token to requests of the routes to other contexts, unless they have one. Requests to other servers get no token. */
final class TokenInterceptor implements HttpRequestInterceptor {

    private static final List<String> OTHERS = List.of("app", "pay", "store", "customer");

    private final Map<String, String> audiences = new HashMap<>();
    private final Supplier<TokenMinter> minter;

    /** @param properties the URLs of the other contexts */
    TokenInterceptor(String context, PropertyResolver properties, Supplier<TokenMinter> minter) {
        this.minter = minter;
        for (String other : OTHERS) {
            reach(other, properties.getProperty("phone82." + context + "." + other + "-url"));
        }
        reach("coordinator", properties.getProperty("phone82.saga.coordinator-url"));
    }

    private void reach(String context, String url) {
        if (url != null) {
            URI place = URI.create(url);
            audiences.put(authority(place.getScheme(), place.getHost(), place.getPort()), context);
        }
    }

    @Override
    public void process(HttpRequest request, EntityDetails body, HttpContext context) {
        URIAuthority authority = request.getAuthority();
        String audience = authority == null ? null
                : audiences.get(authority(request.getScheme(), authority.getHostName(), authority.getPort()));
        if (audience != null && !request.containsHeader("Authorization")) {
            request.setHeader("Authorization", "Bearer " + minter.get().token(audience));
        }
    }

    private static String authority(String scheme, String host, int port) {
        return scheme + "://" + host.toLowerCase(Locale.ROOT) + ":" + (port >= 0 ? port : scheme.equals("https") ? 443 : 80);
    }
}
