package phone82.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import phone82.platform.Json;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The Hawtio console: its files for the browser, and whom it greets. */
class Console implements HttpHandler {

    static final String PATH = "/hawtio";

    private static final String FILES = "/hawtio-static";
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript", "css", "text/css",
            "json", "application/json", "svg", "image/svg+xml", "png", "image/png", "ico", "image/x-icon", "ttf", "font/ttf",
            "woff", "font/woff", "woff2", "font/woff2");

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
                request.getResponseHeaders().set("Cache-Control", path.startsWith("/static/") ? "max-age=86400" : "no-cache");
                request.getResponseHeaders().set("Content-Type", type);
                request.sendResponseHeaders(200, 0);
                file.transferTo(request.getResponseBody());
            } else if (isPage(request)) {
                file(request, "/index.html");
            } else {
                Operations.answer(request, 404, "text/plain", new byte[0]);
            }
        }
    }

    private static boolean isPage(HttpExchange request) {
        String accepted = request.getRequestHeaders().getFirst("Accept");
        return accepted != null && accepted.contains("text/html") && !request.getRequestURI().getPath().endsWith("/index.html");
    }
}
