package phone82.operations;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.Json;
import phone82.platform.Problem;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

    private final Supplier<CompletableFuture<?>> processes;

    /** @param processes what all processes report, to be written as JSON */
    public OperatorPage(Supplier<CompletableFuture<?>> processes) {
        this.processes = processes;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        String path = request.getRequestURI().getPath();
        File file = FILES.get(path);
        if (file == null && !path.equals(PROCESSES)) {
            throw new Problem(404, "Not found", "There is nothing at this address.");
        }
        if (!request.getRequestMethod().equals("GET")) {
            throw new Problem(405, "Method not allowed", "This can only be read.").header("Allow", "GET");
        }
        if (file == null) {
            answerProcesses(request);
        } else {
            Headers headers = request.getResponseHeaders();
            headers.set("Cache-Control", "no-cache");
            headers.set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; "
                    + "style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'");
            Operations.answer(request, 200, file.type, new ClassPathResource("operator/" + file.name).getContentAsByteArray());
        }
    }

    /** Holds no thread of the server while other processes are asked. */
    private void answerProcesses(HttpExchange request) {
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
}
