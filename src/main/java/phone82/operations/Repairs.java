package phone82.operations;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.http.Endpoint;
import phone82.platform.http.RequestAudit;
import phone82.platform.observability.Correlation;
import phone82.platform.repair.Repair;
import phone82.platform.repair.Repair.Item;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** What waits for an operator in the contexts of all processes, such as dead letters, and its repair. A process repairs its own contexts, and has the others do so. */
class Repairs implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);

    private static final String ALL = "/repairs";
    static final String OWN = ALL + "/own";
    /** Status of a process that does not run the context. */
    static final int ELSEWHERE = 421;
    /** Most items of one kind and context that are shown. */
    private static final int SHOWN = 20;

    private final Peers peers;
    private final Map<String, Collection<Repair>> contexts = new ConcurrentSkipListMap<>();

    Repairs(Peers peers) {
        this.peers = peers;
    }

    /** @param more whether there are others that are not shown */
    record Waiting(String context, String name, List<Item> items, boolean more) {
    }

    record Report(List<Waiting> repairs) {

        static final Report NONE = new Report(List.of());
    }

    void add(String context, Collection<Repair> repairs) {
        contexts.put(context, List.copyOf(repairs));
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        router.get(ALL).blockingHandler(this::showAll, false);
        router.get(OWN).blockingHandler(request -> OperatorApi.send(request, own()), false);
        for (String path : List.of(OWN, ALL)) {
            for (String item : List.of("/:context/:name", "/:context/:name/:id")) {
                router.post(path + item).handler(request -> {
                    RequestAudit.action(request, "operations-repair");
                    RequestAudit.target(request, request.normalizedPath().substring(path.length() + 1));
                    Jolokia.requireJson(request);
                });
                router.post(path + item).handler(BodyHandler.create(false).setBodyLimit(1000)).blockingHandler(path.equals(OWN) ? this::repairOwn : this::repair, false);
            }
        }
    }

    private void showAll(RoutingContext request) {
        Report own = own();
        OperatorApi.sendWhenDone(request, peers.repairs().thenApply(others -> new Report(
                Stream.concat(Stream.of(own), others.stream()).flatMap(each -> each.repairs.stream()).distinct().toList())));
    }

    private Report own() {
        return new Report(contexts.entrySet().stream().flatMap(each -> each.getValue().stream().map(repair -> waiting(each.getKey(), repair)))
                .filter(each -> !each.items.isEmpty()).toList());
    }

    private static Waiting waiting(String context, Repair repair) {
        List<Item> items = List.of();
        try {
            items = repair.waiting(SHOWN + 1);
        } catch (RuntimeException e) {
            LOG.debug("Without its broker or database {} does not know its {}; its health shows that", context, repair.name(), e);
        }
        return new Waiting(context, repair.name(), items.subList(0, Math.min(SHOWN, items.size())), items.size() > SHOWN);
    }

    private void repair(RoutingContext request) {
        if (contexts.containsKey(request.pathParam("context"))) {
            repairOwn(request);
            return;
        }
        peers.repair(OWN + request.normalizedPath().substring(ALL.length())).whenComplete((answer, failure) -> {
            if (failure != null) {
                request.fail(failure);
            } else if (answer.isEmpty()) {
                request.fail(new Problem(503, "Temporarily unavailable", "No process that runs " + request.pathParam("context") + " answers. Start it."));
            } else {
                request.response().setStatusCode(answer.get().statusCode()).putHeader("Content-Type", answer.get().headers().firstValue("Content-Type").orElse("application/json"))
                        .end(answer.get().body());
            }
        });
    }

    private void repairOwn(RoutingContext request) {
        Collection<Repair> repairs = contexts.get(request.pathParam("context"));
        if (repairs == null) {
            throw new Problem(ELSEWHERE, "Misdirected request", "This process does not run " + request.pathParam("context") + ".");
        }
        Repair repair = repairs.stream().filter(each -> each.name().equals(request.pathParam("name"))).findFirst()
                .orElseThrow(() -> Problem.notFound("repair", request.pathParam("name")));
        Correlation.begin(request.request().getHeader(Correlation.TRACEPARENT));
        try {
            OperatorApi.send(request, repair.repair(request.pathParam("id")));
        } finally {
            Correlation.end();
        }
    }
}
