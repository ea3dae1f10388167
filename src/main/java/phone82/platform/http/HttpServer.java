package phone82.platform.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import phone82.platform.Correlation;
import phone82.platform.Problem;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A context's HTTP port: what Camel's platform-http listens on. It opens when the routes are started, and closes
 * when they are drained. What no route takes is answered here, as a problem.
 */
public class HttpServer implements CamelContextConfiguration, ApplicationListener<ContextClosedEvent>, DisposableBean {

    private static final int[] REFUSALS = {400, 404, 405, 406, 413, 414, 415, 431, 500};

    private static final Pattern FORM = Pattern.compile("\\s*(multipart/|application/x-www-form-urlencoded)", Pattern.CASE_INSENSITIVE);

    private final String host;
    private final int port;
    private final HttpLimits limits;
    private final Contract contract;
    private Vertx vertx;
    private Router router;
    private io.vertx.core.http.HttpServer server;
    private volatile boolean draining;

    /** @param contract what the requests that go to a contract-first REST service must match; null where there is none */
    public HttpServer(String host, int port, HttpLimits limits, Contract contract) {
        this.host = host;
        this.port = port;
        this.limits = limits;
        this.contract = contract;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(limits.eventLoops()).setWorkerPoolSize(limits.workers())
                .setInternalBlockingPoolSize(2).setBlockedThreadCheckInterval(30).setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
                .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        router = Router.router(vertx);
        router.route().handler(this::greet);
        for (int status : REFUSALS) {
            router.errorHandler(status, this::refuse);
        }
        VertxPlatformHttpServerConfiguration place = new VertxPlatformHttpServerConfiguration();
        place.setBindPort(port);
        camel.getRegistry().bind("platform-http-server-configuration", place);
        String name = VertxPlatformHttpRouter.getRouterNameFromPort(port);
        camel.getRegistry().bind(name, new PlatformRouter(name));
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        CompletableFuture<io.vertx.core.http.HttpServer> listening = new CompletableFuture<>();
        vertx.createHttpServer(new HttpServerOptions()
                        .setHost(host).setPort(port)
                        .setIdleTimeout(limits.idleSeconds())
                        .setCompressionSupported(false)
                        .setHandle100ContinueAutomatically(true))
                .requestHandler(router)
                .listen().onComplete(result -> {
                    if (result.succeeded()) {
                        listening.complete(result.result());
                    } else {
                        listening.completeExceptionally(result.cause());
                    }
                });
        server = listening.join();
    }

    /** The context is about to stop: new requests are refused, those under way go on. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        draining = true;
    }

    @Override
    public void destroy() {
        if (vertx != null) {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private void greet(RoutingContext request) {
        String type = request.request().getHeader("Content-Type");
        if (type != null && FORM.matcher(type).lookingAt()) {
            request.fail(415);
        } else if (draining) {
            answer(request, new Problem(503, "Shutting down", "This server is stopping. Try again.")
                    .header("Retry-After", 5).header("Connection", "close"));
        } else {
            request.next();
        }
    }

    private void admit(RoutingContext request) {
        try {
            contract.admit(request.request().method().name(), request.normalizedPath());
            request.next();
        } catch (Problem problem) {
            answer(request, problem);
        }
    }

    private void refuse(RoutingContext request) {
        answer(request, switch (request.statusCode()) {
            case 404 -> new Problem(404, "Not found", "There is nothing at this path.");
            case 405 -> Contract.notAllowed(methodsOf(request.normalizedPath()));
            case 406 -> new Problem(406, "Not acceptable", "The answer is application/json.");
            case 413 -> new Problem(413, "Body too large", "Send at most " + limits.bodyBytes() + " bytes.")
                    .header("Connection", "close");
            case 414, 431 -> new Problem(request.statusCode(), "Request too large", "The request line or the headers are too long.");
            case 415 -> new Problem(415, "Unsupported media type", "Send the body as application/json.");
            case 500 -> new Problem(500, "Internal error", "The request could not be processed. Try again.");
            default -> new Problem(400, "Bad request", "The request is not well-formed HTTP.");
        });
    }

    private Set<String> methodsOf(String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.methods() != null
                    && path.matches(route.getPath().replaceAll(":[^/]+", "[^/]+"))) {
                route.methods().forEach(method -> methods.add(method.name()));
            }
        }
        return methods;
    }

    private static void answer(RoutingContext request, Problem problem) {
        if (request.response().ended()) {
            return;
        }
        Correlation.begin(request.request().getHeader(Correlation.TRACEPARENT));
        request.response().setStatusCode(problem.status()).putHeader("Content-Type", Problems.MEDIA_TYPE);
        problem.headers().forEach((name, value) -> request.response().putHeader(name, String.valueOf(value)));
        request.response().end(io.vertx.core.buffer.Buffer.buffer(Problems.body(problem)));
        Correlation.end();
    }

    /** Where Camel's HTTP consumers register. The contract's comes last, so that more special paths win. */
    private final class PlatformRouter extends VertxPlatformHttpRouter {

        private static final String EVERYTHING = "/*";

        PlatformRouter(String name) {
            super(null, HttpServer.this.vertx, HttpServer.this.router, name);
        }

        @Override
        public Route route(String path) {
            return EVERYTHING.equals(path) && contract != null
                    ? super.route(path).last().handler(HttpServer.this::admit) : super.route(path);
        }

        @Override
        public Handler<RoutingContext> bodyHandler() {
            BodyHandler handler = BodyHandler.create(false).setBodyLimit(limits.bodyBytes());
            return request -> {
                request.request().resume();
                handler.handle(request);
            };
        }
    }
}
