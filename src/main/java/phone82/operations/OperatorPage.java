package phone82.operations;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.springframework.core.io.ClassPathResource;

import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One look at how phone82 is, for operators alone: at {@code /} of the operator's port, of which the page shows the health and the
 * figures. Nothing of it is at the public port.
 */
public class OperatorPage implements HttpHandler {

    private record File(String name, String type) {
    }

    private static final Map<String, File> FILES = Map.of(
            "/", new File("index.html", "text/html; charset=utf-8"),
            "/operator.js", new File("operator.js", "text/javascript; charset=utf-8"),
            "/operator.css", new File("operator.css", "text/css; charset=utf-8"));

    private final Predicate<HttpExchange> isOperator;

    /** @param isOperator whether a request may see it; another is asked for user and password */
    public OperatorPage(Predicate<HttpExchange> isOperator) {
        this.isOperator = isOperator;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        try (request) {
            Headers headers = request.getResponseHeaders();
            File file = FILES.get(request.getRequestURI().getPath());
            if (file == null) {
                request.sendResponseHeaders(404, -1);
            } else if (!request.getRequestMethod().equals("GET")) {
                request.sendResponseHeaders(405, -1);
            } else if (!isOperator.test(request)) {
                headers.set("WWW-Authenticate", "Basic realm=\"phone82\"");
                request.sendResponseHeaders(401, -1);
            } else {
                headers.set("Content-Type", file.type);
                headers.set("Cache-Control", "no-cache");
                headers.set("X-Content-Type-Options", "nosniff");
                headers.set("Referrer-Policy", "no-referrer");
                headers.set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; "
                        + "style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'");
                byte[] content = new ClassPathResource("operator/" + file.name).getContentAsByteArray();
                request.sendResponseHeaders(200, content.length);
                request.getResponseBody().write(content);
            }
        }
    }
}
