package phone82.operations;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.Json;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One look at how phone82 is, for operators alone: at {@code /} of the operator's port. It shows what all processes tell, at
 * {@code /processes}. Nothing of it is at the public port.
 */
public class OperatorPage implements Endpoint {

    private static final Map<String, String> FILES = Map.of("/", "index.html", "/operator.js", "operator.js", "/operator.css", "operator.css");

    private final ClassPathFiles files = new ClassPathFiles();
    private final Supplier<CompletableFuture<?>> processes;

    /** @param processes what all processes report, to be written as JSON */
    public OperatorPage(Supplier<CompletableFuture<?>> processes) {
        this.processes = processes;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        FILES.forEach((path, file) -> router.get(path).blockingHandler(request -> {
            request.response().putHeader("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                    + "script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'");
            files.send(request, "operator/" + file, "no-cache");
        }, false));
        router.get("/processes").blockingHandler(this::answerProcesses, false);
    }

    /** Holds no thread of the server while other processes are asked. */
    private void answerProcesses(RoutingContext request) {
        processes.get().thenApply(Json::bytes).whenComplete((json, failure) -> {
            if (failure == null) {
                OperatorApi.json(request, Buffer.buffer(json));
            } else {
                request.fail(failure);
            }
        });
    }
}
