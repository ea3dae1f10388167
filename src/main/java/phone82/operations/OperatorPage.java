package phone82.operations;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.Json;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One look at how phone82 is, for operators alone: at {@code /} of the operator's port. It shows what all processes tell, at
 * {@code /processes}. Nothing of it is at the public port.
 */
public class OperatorPage implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorPage.class);

    private record File(String name, String type) {
    }

    private static final Map<String, File> FILES = Map.of(
            "/", new File("index.html", "text/html; charset=utf-8"),
            "/operator.js", new File("operator.js", "text/javascript; charset=utf-8"),
            "/operator.css", new File("operator.css", "text/css; charset=utf-8"));

    private static final String PROCESSES = "/processes";

    private final Predicate<HttpExchange> isOperator;
    private final Supplier<CompletableFuture<?>> processes;

    /**
     * @param isOperator whether a request may see it; another is asked for user and password
     * @param processes  what all processes tell, to be had as JSON
     */
    public OperatorPage(Predicate<HttpExchange> isOperator, Supplier<CompletableFuture<?>> processes) {
        this.isOperator = isOperator;
        this.processes = processes;
    }

    /** Holds no thread of the server while other processes are asked. */
    @Override
    public void handle(HttpExchange request) throws IOException {
        String path = request.getRequestURI().getPath();
        if (!path.equals(PROCESSES) || !request.getRequestMethod().equals("GET") || !isOperator.test(request)) {
            try (request) {
                answer(request, path);
            }
            return;
        }
        processes.get().thenApply(Json::bytes).whenComplete((json, failure) -> {
            try (request) {
                if (failure == null) {
                    request.getResponseHeaders().set("Cache-Control", "no-store");
                    Operations.answer(request, 200, "application/json", json);
                }
            } catch (IOException left) {
                LOG.debug("Who asked has gone", left);
            }
        });
    }

    private void answer(HttpExchange request, String path) throws IOException {
        Headers headers = request.getResponseHeaders();
        File file = FILES.get(path);
        if (file == null && !path.equals(PROCESSES)) {
            request.sendResponseHeaders(404, -1);
        } else if (!request.getRequestMethod().equals("GET")) {
            request.sendResponseHeaders(405, -1);
        } else if (!isOperator.test(request)) {
            headers.set("WWW-Authenticate", "Basic realm=\"phone82\", charset=\"UTF-8\"");
            request.sendResponseHeaders(401, -1);
        } else {
            headers.set("Cache-Control", "no-cache");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; "
                    + "style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'");
            Operations.answer(request, 200, file.type, new ClassPathResource("operator/" + file.name).getContentAsByteArray());
        }
    }
}
