package phone82.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import phone82.platform.http.Endpoint;
import phone82.platform.http.ListHeader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

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
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8", "svg", "image/svg+xml");

    private static final String NOTHING_ELSE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "script-src 'self'; style-src 'self'; connect-src 'self'; ";
    private static final String POLICY = NOTHING_ELSE + "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    /** The library has pictures in its style sheet, and writes cleaned HTML. */
    private static final String DOCS_POLICY = NOTHING_ELSE + "img-src 'self' data:";

    private final Map<String, Content> contents = new ConcurrentHashMap<>();

    /** A file as it is sent: whole and compressed, known by a digest. */
    private record Content(String type, String etag, Buffer whole, Buffer compressed) {
    }

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
        Content content = contents.get(file);
        if (content == null) {
            ClassPathResource resource = new ClassPathResource(file);
            if (!resource.exists()) {
                context.next();
                return;
            }
            content = read(resource);
            contents.put(file, content);
        }
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, content.etag)
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.CONTENT_TYPE, content.type)
                .putHeader("Content-Security-Policy", context.normalizedPath().startsWith("/docs") ? DOCS_POLICY : POLICY)
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                .putHeader("Referrer-Policy", "no-referrer");
        if (has(content.etag, context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        if (ListHeader.acceptsGzip(context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(content.compressed);
        } else {
            response.end(content.whole);
        }
    }

    /** Compares weakly, as RFC 9110 (13.1.2) asks for: a proxy that compressed the page has marked the tag. */
    private static boolean has(String etag, List<String> ifNoneMatch) {
        return ListHeader.elements(ifNoneMatch).anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }

    private static Content read(ClassPathResource resource) {
        try (InputStream in = resource.getInputStream()) {
            byte[] bytes = in.readAllBytes();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(bytes);
            }
            String name = resource.getFilename();
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
            return new Content(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), '"' + digest + '"', Buffer.buffer(bytes),
                    Buffer.buffer(compressed.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
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
