package phone82.operations;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.apache.commons.lang3.function.Failable;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.audit.Audit.Query;
import phone82.platform.http.Endpoint;
import phone82.platform.http.RequestAudit;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The audit at the operator's port: that of all processes to read, that of this process to erase a user from. */
class AuditApi implements Endpoint {

    private static final String ALL = "/audit";
    static final String OWN = ALL + "/own";
    private static final int USUAL = 100;
    private static final int MOST = 1000;
    private static final Set<String> PARAMETERS = Set.of("subject", "correlation", "order", "before", "size");
    /** Less than the time after which a connection without traffic is closed. */
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final String PSEUDONYM = "erased-[0-9a-f-]{36}";

    private final Audit audit;
    private final Peers peers;

    AuditApi(Audit audit, Peers peers) {
        this.audit = audit;
        this.peers = peers;
    }

    /**
     * Entries, newest first.
     *
     * @param missing the processes that did not answer, with the reason
     */
    record Found(List<Entry> items, List<String> missing) {
    }

    /**
     * @param contexts the contexts of the process
     * @param after    to send with the next request; null if all is erased
     */
    private record Erased(long entries, Collection<String> contexts, String after) {
    }

    private record Erasure(String subject, String after) {
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        router.get(ALL).blockingHandler(this::showAll, false);
        router.get(OWN).blockingHandler(request -> OperatorApi.send(request, new Found(read(query(request)), null)), false);
        router.post(ALL + "/erasures/:pseudonym").handler(request -> {
            RequestAudit.action(request, "operations-erase-subject");
            RequestAudit.target(request, request.pathParam("pseudonym"));
            Jolokia.requireJson(request);
        });
        router.post(ALL + "/erasures/:pseudonym").handler(BodyHandler.create(false).setBodyLimit(10_000)).blockingHandler(this::erase, false);
    }

    private void showAll(RoutingContext request) {
        Query query = query(request);
        List<Entry> own = read(query);
        OperatorApi.sendWhenDone(request, peers.audits(request.request().query()).thenApply(others -> {
            Stream<Entry> all = Stream.concat(own.stream(), others.stream().flatMap(each -> each.items() == null ? Stream.empty() : each.items().stream()));
            // processes with a common folder return the same entries
            return new Found(all.distinct().sorted(Comparator.comparing(Entry::time).reversed()).limit(query.size()).toList(),
                    others.stream().flatMap(each -> each.missing() == null ? Stream.empty() : each.missing().stream()).toList());
        }));
    }

    private List<Entry> read(Query query) {
        return Failable.get(() -> audit.read(query));
    }

    private void erase(RoutingContext request) {
        String pseudonym = request.pathParam("pseudonym");
        Erasure erasure;
        try {
            erasure = Json.read(request.body().asString(), Erasure.class);
        } catch (IllegalArgumentException e) {
            throw new Problem(400, "Malformed JSON", "Send {\"subject\": \"..\"}.");
        }
        if (!pseudonym.matches(PSEUDONYM) || erasure.subject() == null || erasure.subject().isBlank()) {
            throw new Problem(400, "Invalid request", "Send the subject to erase as JSON, and in the path the pseudonym that the command erase-subject has got from app.");
        }
        try {
            Audit.Erased erased = audit.erase(erasure.subject(), pseudonym, erasure.after(), STEP);
            OperatorApi.send(request, new Erased(erased.entries(), peers.contexts(), erased.after()));
        } catch (IOException e) {
            throw new Problem(503, "Temporarily unavailable", "The audit of this process cannot be rewritten (" + e + "). Check the disk, and repeat the command.");
        }
    }

    /** @throws Problem 400 naming the fault */
    private static Query query(RoutingContext request) {
        Map<String, List<String>> parameters = new QueryStringDecoder(request.request().uri()).parameters();
        if (!PARAMETERS.containsAll(parameters.keySet())) {
            throw invalid("There are the parameters subject, correlation, order, before and size.");
        }
        try {
            int size = parameters.containsKey("size") ? Integer.parseInt(parameters.get("size").get(0)) : USUAL;
            String before = first(parameters, "before");
            if (size < 1 || size > MOST) {
                throw invalid("size must be from 1 to " + MOST + ".");
            }
            return new Query(first(parameters, "subject"), first(parameters, "correlation"), first(parameters, "order"),
                    before == null ? null : Instant.parse(before), size);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw invalid("size must be a whole number, and before a time such as 2026-11-27T20:00:00Z.");
        }
    }

    private static Problem invalid(String detail) {
        return new Problem(400, "Invalid request", detail);
    }

    private static String first(Map<String, List<String>> parameters, String name) {
        return parameters.containsKey(name) && !parameters.get(name).get(0).isEmpty() ? parameters.get(name).get(0) : null;
    }
}
