package phone82.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import phone82.gateway.page.Assets;
import phone82.gateway.page.DealerPage;
import phone82.gateway.page.Lookup;
import phone82.gateway.page.OrderPage;
import phone82.gateway.page.OrderPage.Rendered;
import phone82.gateway.page.ShopPage;
import phone82.gateway.page.ShopPage.View;
import phone82.platform.api.Problem;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;
import phone82.platform.http.ListHeader;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The web pages: the shop at {@code /}, the API documentation at {@code /docs}. They consist of the files in {@code static/} and of
 * Swagger UI, and their content security policy allows no other scripts and styles. Some paths serve a page and the API: a client that
 * prefers HTML, such as a browser that opens the address, gets the page. The page of an order shows it also to browsers without scripts.
 */
public class Pages implements Endpoint {

    private static final String LIBRARY = "META-INF/resources/webjars/swagger-ui/" + libraryVersion() + "/";
    private static final Map<String, String> FROM_LIBRARY = Map.of(
            "/docs/swagger-ui.css", LIBRARY + "swagger-ui.css",
            "/docs/swagger-ui-bundle.js", LIBRARY + "swagger-ui-bundle.js");
    private static final Map<String, View> VIEWS = Map.of("/", View.SHOP, "/my-orders", View.MINE, "/guest", View.GUEST, "/dealer/slips", View.SLIPS);
    /** The pages besides {@link #VIEWS} and those of paths that nothing has. */
    private static final Pattern OTHER_PAGES = Pattern.compile("/(?:docs|dealer|orders(?:/[^/]*)?)");
    private static final String CALLBACK = "/callback";
    private static final Pattern FILE = Pattern.compile("/(?:assets/(?:[0-9a-f]{16}/)?|docs/)[a-z][a-z0-9-]*\\.(?:js|css|svg)");
    private static final String ASSETS = "/assets/";
    private static final String VERSIONED = ASSETS + Assets.VERSION + "/";
    private static final Pattern OTHER_VERSION = Pattern.compile("^/assets/[0-9a-f]{16}/");
    /** The first parts of paths that are no operations of the API. */
    private static final Set<String> OTHERS = Set.of("assets", "docs", "my-orders", "guest", "dealer", "openapi.json");

    private static final String ACCEPT = "Accept";
    private static final String ACCEPT_LANGUAGE = "Accept-Language";

    private static final String NOT_STORED = "no-store";
    private static final String REVALIDATED = "no-cache";
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private static final String NOTHING_ELSE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "script-src 'self'; style-src 'self'; connect-src 'self'; ";
    private static final String POLICY = NOTHING_ELSE + "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    /** Swagger UI has images in its style sheet, and assigns sanitized HTML. */
    private static final String DOCS_POLICY = NOTHING_ELSE + "img-src 'self' data:";

    private final ClassPathFiles files = new ClassPathFiles();
    private final ShopPage shop = new ShopPage();
    private final Lookup lookup;
    private final OrderPage order;
    private final DealerPage dealer;
    /** Paths that neither a page nor the API has. */
    private final Pattern nothing;

    /**
     * @param urls     the base URLs of the contexts whose answers the pages show
     * @param sections the first parts of the paths of the API
     */
    public Pages(Map<String, String> urls, Set<String> sections) {
        nothing = Pattern.compile(Stream.concat(OTHERS.stream(), sections.stream()).map(Pattern::quote)
                .collect(Collectors.joining("|", "/(?!(?:", ")(?:/|$)).+")));
        lookup = new Lookup(urls);
        order = new OrderPage(lookup);
        dealer = new DealerPage(lookup);
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        lookup.open(vertx);
        router.route().handler(context -> {
            forbidSniffing(context);
            context.next();
        });
        VIEWS.forEach((path, view) -> router.get(path).blockingHandler(context -> send(context, view), false));
        router.get("/docs").blockingHandler(context -> send(context, "static/docs/index.html", REVALIDATED), false);
        router.get("/orders").handler(context -> {
            varies(context, ACCEPT);
            sendIfPreferred(context, 200, View.ORDERS);
        });
        router.get("/orders/:id").handler(context -> {
            varies(context, ACCEPT);
            if (opensPage(context)) {
                order.of(context, context.pathParam("id")).onSuccess(page -> send(context, page)).onFailure(context::fail);
            } else {
                context.next();
            }
        });
        router.get("/dealer").handler(context -> dealer.of(context).onSuccess(page -> send(context, page)).onFailure(context::fail));
        router.routeWithRegex(nothing.pattern()).handler(context -> sendIfPreferred(context, 404, View.NOTHING));
        router.getWithRegex(FILE.pattern()).blockingHandler(context -> {
            String path = context.normalizedPath();
            if (path.startsWith(VERSIONED)) {
                send(context, "static" + ASSETS + path.substring(VERSIONED.length()), FOR_EVER);
            } else {
                // a page of another version is about to be replaced
                send(context, FROM_LIBRARY.getOrDefault(path, "static" + OTHER_VERSION.matcher(path).replaceFirst(ASSETS)), REVALIDATED);
            }
        }, false);
    }

    private static void forbidSniffing(RoutingContext context) {
        context.response().putHeader("X-Content-Type-Options", "nosniff");
    }

    @Override
    public boolean show(RoutingContext context, Problem problem) {
        // as it is: a path that is not normalized may be the fault
        String path = context.request().path();
        View view = refusal(problem.status(), path);
        if (view == null || !(VIEWS.containsKey(path) || OTHER_PAGES.matcher(path).matches() || nothing.matcher(path).matches()) || !opensPage(context)) {
            return false;
        }
        forbidSniffing(context);
        context.response().setStatusCode(problem.status());
        problem.headers().forEach((name, value) -> context.response().putHeader(name, String.valueOf(value)));
        varies(context, ACCEPT);
        send(context, view, NOT_STORED);
        return true;
    }

    /** Null for a refusal that concerns programs. */
    private static View refusal(int status, String path) {
        return switch (status) {
            case 400 -> View.NOTHING;
            case 401 -> path.equals(CALLBACK) ? View.LOGIN_FAILED : null;
            case 429 -> View.TOO_MANY;
            case 503 -> View.UNAVAILABLE;
            default -> null;
        };
    }

    /** Adds the request header to {@code Vary} when the response begins. */
    private static void varies(RoutingContext context, String header) {
        HttpServerResponse response = context.response();
        context.addHeadersEndHandler(head -> {
            String others = response.headers().get(HttpHeaders.VARY);
            response.putHeader(HttpHeaders.VARY, others == null ? header : others + ", " + header);
        });
    }

    private static boolean opensPage(RoutingContext context) {
        return context.request().method() == HttpMethod.GET && ListHeader.prefersPage(context.request());
    }

    /** Any other request continues in its event loop thread: in another thread it would miss the end of the body. */
    private void sendIfPreferred(RoutingContext context, int status, View view) {
        if (opensPage(context)) {
            context.response().setStatusCode(status);
            context.vertx().executeBlocking(() -> {
                send(context, view);
                return null;
            }, false).onFailure(context::fail);
        } else {
            context.next();
        }
    }

    private void send(RoutingContext context, View view) {
        send(context, view, REVALIDATED);
    }

    private void send(RoutingContext context, View view, String cacheControl) {
        prepare(context);
        varies(context, ACCEPT_LANGUAGE);
        shop.of(view, context.request().getHeader(ACCEPT_LANGUAGE)).send(context, cacheControl);
    }

    private static void send(RoutingContext context, Rendered page) {
        prepare(context);
        varies(context, ACCEPT_LANGUAGE);
        if (page.status() == 503) {
            context.response().putHeader("Retry-After", "5");
        }
        context.response().setStatusCode(page.status());
        page.content().send(context, "private, no-store");
    }

    private void send(RoutingContext context, String file, String cacheControl) {
        prepare(context);
        if (!files.send(context, file, cacheControl)) {
            context.next();
        }
    }

    private static void prepare(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", context.request().path().startsWith("/docs") ? DOCS_POLICY : POLICY)
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                .putHeader("Referrer-Policy", "no-referrer");
    }

    private static String libraryVersion() {
        return Failable.get(() -> PropertiesLoaderUtils.loadAllProperties("META-INF/maven/org.webjars/swagger-ui/pom.properties")).getProperty("version");
    }
}
