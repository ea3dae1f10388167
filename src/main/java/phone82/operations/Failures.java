package phone82.operations;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.springframework.util.function.SingletonSupplier;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.http.Endpoint;
import phone82.platform.http.LimitedClient;
import phone82.platform.http.RequestAudit;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What an operator breaks on purpose, to show how phone82 copes: the simulated payment provider fails on demand, routes are stopped. Nothing is
 * remembered here: the provider and the routes themselves show what is broken, also if it was broken by other means.
 */
class Failures implements Endpoint {

    private static final String PATH = "/failures";
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final int MOST_BYTES = 64 * 1024;
    /** A route that stops ends its work before, for at most 20 s. */
    private static final Duration ROUTE = Duration.ofSeconds(30);

    private static final List<Failure> ALL = List.of(
            provider("payments-declined", Map.of("operation", "authorise", "kind", "decline")),
            provider("provider-fails", Map.of("operation", "authorise", "kind", "error")),
            provider("provider-slow", Map.of("operation", "authorise", "kind", "delay", "millis", 400, "maxMillis", 800)),
            provider("provider-hangs", Map.of("operation", "authorise", "kind", "hang")),
            provider("captures-fail", Map.of("operation", "capture", "kind", "refuse")),
            route("store-receives-nothing", "store", "store-receive-events"),
            route("store-ships-nothing", "store", "store-ship-due"),
            route("view-stands-still", "customer", "customer-receive-events"));

    private final boolean enabled;
    private final Peers peers;
    private final URI faults;
    private final String controlKey;
    /** Created on first use. */
    private final Supplier<HttpClient> http = SingletonSupplier.of(() -> new LimitedClient(ANSWER, MOST_BYTES));

    /**
     * @param provider   the simulated payment provider on this machine
     * @param controlKey its key for failures on demand
     */
    Failures(boolean enabled, Peers peers, URI provider, String controlKey) {
        this.enabled = enabled;
        this.peers = peers;
        this.faults = provider.resolve("/faults");
        this.controlKey = controlKey;
    }

    /**
     * What can be broken: the provider or a route.
     *
     * @param fault the provider's failure on demand; null for a route
     * @param route the route to stop; null for the provider
     */
    private record Failure(String id, Map<String, Object> fault, String context, String route) {

        /** Whether this is the failure of all calls of its operation. */
        boolean is(JsonNode fault) {
            return concerns(fault) && this.fault.get("kind").equals(fault.path("kind").asText()) && !fault.has("count") && !fault.has("probability");
        }

        boolean concerns(JsonNode fault) {
            return this.fault != null && this.fault.get("operation").equals(fault.path("operation").asText());
        }

        Map<String, String> jolokia(String type, String key, String value) {
            return Map.of("type", type, "mbean", "org.apache.camel:context=" + context + ",type=routes,name=\"" + route + "\"", key, value);
        }
    }

    private static Failure provider(String id, Map<String, Object> fault) {
        return new Failure(id, fault, null, null);
    }

    private static Failure route(String id, String context, String route) {
        return new Failure(id, null, context, route);
    }

    /** @param active null if its process does not answer */
    private record State(String id, Boolean active) {
    }

    /** @param others the provider's other failures on demand */
    private record Report(boolean enabled, List<State> failures, List<JsonNode> others) {
    }

    private record Change(Boolean active) {
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        router.get(PATH).blockingHandler(request -> OperatorApi.sendWhenDone(request, report()), false);
        for (String path : List.of(PATH, PATH + "/:id")) {
            router.post(path).handler(request -> {
                RequestAudit.action(request, "operations-set-failure");
                RequestAudit.target(request, request.pathParam("id"));
                if (!enabled) {
                    throw new Problem(403, "Not a demonstration", "Nothing can be broken here. For a demonstration start phone82 on 127.0.0.1 without "
                            + "phone82.operations.peers; with an issuer also set phone82.operations.demo=true.");
                }
                Jolokia.requireJson(request);
            });
            router.post(path).handler(BodyHandler.create(false).setBodyLimit(1000)).blockingHandler(this::change, false);
        }
    }

    private void change(RoutingContext request) {
        String id = request.pathParam("id");
        boolean wanted = active(request.body().asString()).filter(active -> !active || id != null).orElseThrow(() -> new Problem(400, "Invalid request", "Send {\"active\": true} to break what the path names, and {\"active\": false} to undo it, or without a name to undo all."));
        RequestAudit.action(request, wanted ? "operations-break" : "operations-undo");
        if (id == null) {
            OperatorApi.sendWhenDone(request, undoAll().thenCompose(done -> report()));
        } else {
            Failure failure = ALL.stream().filter(each -> each.id.equals(id)).findFirst().orElseThrow(() -> Problem.notFound("failure", id));
            OperatorApi.sendWhenDone(request, set(failure, wanted).thenCompose(done -> report()));
        }
    }

    /** Empty if the body does not say it. */
    private static Optional<Boolean> active(String body) {
        try {
            return Optional.ofNullable(Json.read(body, Change.class)).map(Change::active);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private CompletableFuture<?> set(Failure failure, boolean active) {
        if (failure.fault == null) {
            return peers.jolokia(failure.context, failure.jolokia("exec", "operation", active ? "stop()" : "start()"), ROUTE).thenAccept(answers -> {
                if (answers.stream().noneMatch(answer -> answer.path("status").asInt() == 200)) {
                    throw unavailable("No process of this machine that runs " + failure.context + " has answered. Start it.");
                }
            });
        }
        return faults("GET", null).thenCompose(now -> {
            List<Object> next = new ArrayList<>();
            // of an operation the provider shows the first one only
            now.stream().filter(each -> active ? !failure.concerns(each) : !failure.is(each)).forEach(next::add);
            if (active) {
                next.add(failure.fault);
            }
            return faults("PUT", Map.of("faults", next));
        });
    }

    /** Undoes as much as possible, even if the provider does not answer. */
    private CompletableFuture<?> undoAll() {
        CompletableFuture<?> provider = faults("DELETE", null).exceptionally(unavailable -> null);
        return report().thenCompose(report -> CompletableFuture.allOf(Stream.concat(Stream.of(provider), ALL.stream().filter(each -> each.route != null
                        && report.failures.contains(new State(each.id, true))).map(each -> set(each, false))).toArray(CompletableFuture[]::new)));
    }

    private CompletableFuture<Report> report() {
        if (!enabled) {
            return CompletableFuture.completedFuture(new Report(false, List.of(), List.of()));
        }
        List<CompletableFuture<State>> routes = ALL.stream().filter(each -> each.route != null).map(this::state).toList();
        return faults("GET", null).exceptionally(unavailable -> null).thenCombine(CompletableFuture.allOf(routes.toArray(CompletableFuture[]::new)), (now, all) -> {
            Stream<State> provider = ALL.stream().filter(each -> each.fault != null).map(each -> new State(each.id, now == null ? null : now.stream().anyMatch(each::is)));
            return new Report(true, Stream.concat(provider, routes.stream().map(CompletableFuture::join)).toList(),
                    now == null ? List.of() : now.stream().filter(fault -> ALL.stream().noneMatch(each -> each.is(fault))).toList());
        });
    }

    private CompletableFuture<State> state(Failure failure) {
        return peers.jolokia(failure.context, failure.jolokia("read", "attribute", "State"), ANSWER).thenApply(answers -> {
            List<String> states = answers.stream().map(answer -> answer.path("value").asText(null)).filter(Objects::nonNull).toList();
            return new State(failure.id, states.isEmpty() ? null : states.stream().anyMatch(state -> !state.equals("Started")));
        });
    }

    /**
     * The provider's failures on demand, after the request.
     *
     * @param body null for none
     */
    private CompletableFuture<List<JsonNode>> faults(String method, Object body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(faults).timeout(ANSWER).header("Authorization", "Bearer " + controlKey);
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.method(method, BodyPublishers.ofString(Json.text(body))).header("Content-Type", "application/json");
        }
        return http.get().sendAsync(request.build(), BodyHandlers.ofString()).handle((answer, failure) -> {
            if (failure != null) {
                throw unavailable("The simulated payment provider does not answer at " + faults.resolve("/") + ". Start the context provider.");
            }
            if (answer.statusCode() != 200) {
                throw unavailable("The payment provider answers " + answer.statusCode() + " at " + faults + ". Set phone82.provider.control-key to its key.");
            }
            return StreamSupport.stream(Json.read(answer.body(), JsonNode.class).path("faults").spliterator(), false).toList();
        });
    }

    private static Problem unavailable(String detail) {
        return new Problem(503, "Temporarily unavailable", detail);
    }
}
