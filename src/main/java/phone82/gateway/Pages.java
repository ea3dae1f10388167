package phone82.gateway;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The pages: for people at {@code /}, of the API at {@code /docs}. Files of {@code static/} and of the library that shows the API;
 * they need no third party, and run no script and load no style but these.
 */
class Pages implements Endpoint {

    private static final String LIBRARY = "META-INF/resources/webjars/swagger-ui/" + libraryVersion() + "/";
    private static final Map<String, String> FROM_LIBRARY = Map.of(
            "/docs/swagger-ui.css", LIBRARY + "swagger-ui.css",
            "/docs/swagger-ui-bundle.js", LIBRARY + "swagger-ui-bundle.js");
    private static final Map<String, String> PAGES = Map.of("/", "static/index.html", "/docs", "static/docs/index.html");
    private static final Pattern FILE = Pattern.compile("/(?:assets|docs)/[a-z][a-z0-9-]*\\.(?:js|css|svg)");

    private static final String NOTHING_ELSE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "script-src 'self'; style-src 'self'; connect-src 'self'; ";
    private static final String POLICY = NOTHING_ELSE + "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    /** The library has pictures in its style sheet, and writes cleaned HTML. */
    private static final String DOCS_POLICY = NOTHING_ELSE + "img-src 'self' data:";

    private final ClassPathFiles files = new ClassPathFiles();

    @Override
    public void mount(Vertx vertx, Router router) {
        router.route().handler(context -> {
            context.response().putHeader("X-Content-Type-Options", "nosniff");
            context.next();
        });
        PAGES.forEach((path, file) -> router.get(path).blockingHandler(context -> send(context, file), false));
        router.getWithRegex(FILE.pattern()).blockingHandler(context -> {
            String path = context.normalizedPath();
            send(context, FROM_LIBRARY.getOrDefault(path, "static" + path));
        }, false);
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
