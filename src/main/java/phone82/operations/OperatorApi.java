package phone82.operations;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Json;
import phone82.platform.http.Endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** The API of the operator's port: health and metrics without a login, everything else for operators only. */
class OperatorApi implements Endpoint {

    private static final String HEALTH = "/actuator/health";
    private static final String METRICS = "/actuator/prometheus";

    private final Operators operators;
    private final Health health;
    private final PrometheusMeterRegistry metrics;
    private final List<Endpoint> forOperators;

    OperatorApi(Operators operators, Health health, PrometheusMeterRegistry metrics, List<Endpoint> forOperators) {
        this.operators = operators;
        this.health = health;
        this.metrics = metrics;
        this.forOperators = forOperators;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        router.route().handler(this::admit);
        show(router, HEALTH, health::readiness);
        show(router, HEALTH + "/readiness", health::readiness);
        show(router, HEALTH + "/liveness", operator -> health.liveness());
        show(router, HEALTH + "/startup", operator -> health.startup());
        router.get(METRICS).blockingHandler(request -> request.response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8").end(metrics.scrape()), false);
        forOperators.forEach(each -> each.mount(vertx, router));
    }

    /** Requires a login for every path except health and metrics. */
    private void admit(RoutingContext request) {
        request.response().putHeader("X-Content-Type-Options", "nosniff").putHeader("X-Frame-Options", "DENY")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin").putHeader("Referrer-Policy", "no-referrer");
        String path = request.normalizedPath();
        if (!path.equals(METRICS) && !path.equals(HEALTH) && !path.startsWith(HEALTH + "/")) {
            operators.require(request);
        }
        request.next();
    }

    private void show(Router router, String path, Function<Boolean, Health.Report> asked) {
        router.get(path).blockingHandler(request -> {
            boolean operator = operators.isOperator(request);
            Health.Report report = asked.apply(operator);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("status", Health.status(report.up()));
            if (operator) {
                json.put("components", report.components());
            }
            request.response().setStatusCode(report.up() ? 200 : 503);
            send(request, json);
        }, false);
    }

    static void send(RoutingContext request, Object body) {
        json(request, Buffer.buffer(Json.bytes(body)));
    }

    /** Sends a result when it is there; no server thread waits for it. */
    static void sendWhenDone(RoutingContext request, CompletableFuture<?> result) {
        result.thenApply(Json::bytes).whenComplete((json, failure) -> {
            if (failure == null) {
                json(request, Buffer.buffer(json));
            } else {
                request.fail(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
    }

    static void json(RoutingContext request, Buffer json) {
        request.response().putHeader("Content-Type", "application/json").end(json);
    }
}
