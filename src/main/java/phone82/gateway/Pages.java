package phone82.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;
import phone82.platform.http.ListHeader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The web pages: the shop at {@code /}, the API documentation at {@code /docs}. They consist of the files in {@code static/} and of
 * Swagger UI, and their content security policy allows no other scripts and styles. Some paths serve a page and the API: a client that
 * prefers HTML, such as a browser that opens the address, gets the page.
 */
public class Pages implements Endpoint {

    private static final String LIBRARY = "META-INF/resources/webjars/swagger-ui/" + libraryVersion() + "/";
    private static final Map<String, String> FROM_LIBRARY = Map.of(
            "/docs/swagger-ui.css", LIBRARY + "swagger-ui.css",
            "/docs/swagger-ui-bundle.js", LIBRARY + "swagger-ui-bundle.js");
    private static final String SHOP = "static/index.html";
    private static final Map<String, String> PAGES = Map.of("/", SHOP, "/my-orders", SHOP, "/dealer", SHOP, "/dealer/slips", SHOP, "/docs", "static/docs/index.html");
    private static final List<String> PAGES_OR_API = List.of("/orders", "/orders/:id");
    private static final Pattern FILE = Pattern.compile("/(?:assets|docs)/[a-z][a-z0-9-]*\\.(?:js|css|svg)");
    /** Paths that neither a page nor the API has. */
    private static final Pattern NOTHING = Pattern.compile("/(?!(?:assets|docs|my-orders|dealer|orders|payments|deliveries|history|phones|openapi\\.json)(?:/|$)).+");

    private static final String NOTHING_ELSE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "script-src 'self'; style-src 'self'; connect-src 'self'; ";
    private static final String POLICY = NOTHING_ELSE + "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    /** Swagger UI has images in its style sheet, and assigns sanitized HTML. */
    private static final String DOCS_POLICY = NOTHING_ELSE + "img-src 'self' data:";

    private final ClassPathFiles files = new ClassPathFiles();

    @Override
    public void mount(Vertx vertx, Router router) {
        router.route().handler(context -> {
            context.response().putHeader("X-Content-Type-Options", "nosniff");
            context.next();
        });
        PAGES.forEach((path, file) -> router.get(path).blockingHandler(context -> send(context, file), false));
        for (String path : PAGES_OR_API) {
            router.get(path).handler(context -> {
                variesByAccept(context);
                sendIfPreferred(context, 200);
            });
        }
        router.routeWithRegex(NOTHING.pattern()).handler(context -> sendIfPreferred(context, 404));
        router.getWithRegex(FILE.pattern()).blockingHandler(context -> {
            String path = context.normalizedPath();
            send(context, FROM_LIBRARY.getOrDefault(path, "static" + path));
        }, false);
    }

    private static void variesByAccept(RoutingContext context) {
        HttpServerResponse response = context.response();
        context.addHeadersEndHandler(head -> {
            String others = response.headers().get(HttpHeaders.VARY);
            response.putHeader(HttpHeaders.VARY, others == null ? "Accept" : others + ", Accept");
        });
    }

    /** Any other request continues in its event loop thread: in another thread it would miss the end of the body. */
    private void sendIfPreferred(RoutingContext context, int status) {
        if (context.request().method() == HttpMethod.GET
                && ListHeader.prefers(context.request().headers().getAll(HttpHeaders.ACCEPT), "text/html", "application/json")) {
            context.response().setStatusCode(status);
            context.vertx().executeBlocking(() -> {
                send(context, SHOP);
                return null;
            }, false).onFailure(context::fail);
        } else {
            context.next();
        }
    }

    private void send(RoutingContext context, String file) {
        context.response()
                .putHeader("Content-Security-Policy", context.normalizedPath().startsWith("/docs") ? DOCS_POLICY : POLICY)
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                .putHeader("Referrer-Policy", "no-referrer");
        if (!files.send(context, file, "no-cache")) {
            context.next();
        }
    }

    private static String libraryVersion() {
        try {
            return PropertiesLoaderUtils.loadAllProperties("META-INF/maven/org.webjars/swagger-ui/pom.properties").getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
