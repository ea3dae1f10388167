package phone82.operations;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import phone82.platform.Json;
import phone82.platform.Problem;
import phone82.platform.http.ListHeader;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** The Hawtio console: its files for the browser, and whom it greets. */
class Console implements HttpHandler {

    static final String PATH = "/hawtio";

    private static final String FILES = "/hawtio-static";
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript", "css", "text/css",
            "json", "application/json", "svg", "image/svg+xml", "png", "image/png", "ico", "image/x-icon", "ttf", "font/ttf",
            "woff", "font/woff", "woff2", "font/woff2");

    private static final Pattern COMPRESSIBLE = Pattern.compile("text|json|svg|font/ttf");

    private final String user;

    Console(String user) {
        this.user = user;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        String path = request.getRequestURI().getPath().substring(PATH.length());
        if (path.equals("/user")) {
            Operations.answer(request, 200, "application/json", Json.bytes(user));
        } else if (path.isEmpty()) {
            request.getResponseHeaders().set("Location", PATH + "/");
            Operations.answer(request, 302, "text/plain", new byte[0]);
        } else {
            file(request, path.equals("/") ? "/index.html" : path);
        }
    }

    /** A page of the console is drawn in the browser, whatever its address. */
    private static void file(HttpExchange request, String path) throws IOException {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        try (InputStream file = type == null || path.contains("..") ? null : Console.class.getResourceAsStream(FILES + path)) {
            if (file != null) {
                send(request, path, type, file);
            } else if (isPage(request)) {
                file(request, "/index.html");
            } else {
                throw new Problem(404, "Not found", "The console has no such file.");
            }
        }
    }

    /** The names of those under {@code /static/} change with what is in them. */
    private static void send(HttpExchange request, String path, String type, InputStream file) throws IOException {
        Headers headers = request.getResponseHeaders();
        headers.set("Cache-Control", path.startsWith("/static/") ? "private, max-age=31536000, immutable"
                : path.endsWith(".html") ? "no-cache" : "private, max-age=86400");
        headers.set("Content-Type", type);
        headers.set("Vary", "Accept-Encoding");
        boolean compressed = COMPRESSIBLE.matcher(type).find()
                && ListHeader.acceptsGzip(request.getRequestHeaders().getOrDefault("Accept-Encoding", List.of()));
        if (compressed) {
            headers.set("Content-Encoding", "gzip");
        }
        try (request) {
            request.sendResponseHeaders(200, 0);
            try (OutputStream body = compressed ? new GZIPOutputStream(request.getResponseBody(), 8192) : request.getResponseBody()) {
                file.transferTo(body);
            }
        }
    }

    private static boolean isPage(HttpExchange request) {
        String accepted = request.getRequestHeaders().getFirst("Accept");
        return accepted != null && accepted.contains("text/html") && !request.getRequestURI().getPath().endsWith("/index.html");
    }
}
