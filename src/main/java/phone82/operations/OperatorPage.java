package phone82.operations;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The operator's overview page, at {@code /} of the operator's port, and the runbook that it refers to, with the guides of its links. It shows the reports of all processes,
 * which it reads from {@code /processes}. The public port serves none of them.
 */
public class OperatorPage implements Endpoint {

    private static final Map<String, String> PAGES = Map.of("/", "index.html", "/runbook", "runbook.html", "/operating", "runbook.html", "/deploying", "runbook.html");
    private static final List<String> FILES = List.of("operator.js", "words.js", "failures.js", "repairs.js", "trends.js", "operator.css", "runbook.js", "runbook.md", "operating.md", "deploying.md");

    private final ClassPathFiles files = new ClassPathFiles();
    private final Supplier<CompletableFuture<?>> processes;

    /** @param processes supplies the reports of all processes, which are sent as JSON */
    public OperatorPage(Supplier<CompletableFuture<?>> processes) {
        this.processes = processes;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        PAGES.forEach((path, file) -> serve(router, path, file));
        // the address that one might guess, from the names of this page and of the shop's
        router.get("/operator").handler(request -> request.redirect("/"));
        FILES.forEach(file -> serve(router, "/" + file, file));
        router.get("/processes").blockingHandler(request -> OperatorApi.sendWhenDone(request, processes.get()), false);
    }

    private void serve(Router router, String path, String file) {
        router.get(path).blockingHandler(request -> {
            request.response().putHeader("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                    + "script-src 'self'; style-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'");
            files.send(request, "operator/" + file, "no-cache");
        }, false);
    }
}
