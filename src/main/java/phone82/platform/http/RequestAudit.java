package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.audit.Actor;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.observability.Correlation;

import java.util.function.Supplier;

/**
 * Writes the audit of a port. The code that decides about access leaves the actor and the action with the request; when the request has
 * ended, its one entry is written: for a request that changes something, for a login, and for each refusal (401, 403) that was decided here.
 */
public final class RequestAudit {

    private static final String ACTOR = "audit-actor";
    private static final String ACTION = "audit-action";
    private static final String TARGET = "audit-target";
    private static final String REFUSED = "audit-refused";

    private final Supplier<Audit> audit;
    private final String context;

    /** @param audit supplies null where nothing is recorded */
    RequestAudit(Supplier<Audit> audit, String context) {
        this.audit = audit;
        this.context = context;
    }

    /** Names the sender, as soon as it is known. */
    public static void actor(RoutingContext request, Actor actor) {
        request.put(ACTOR, actor);
    }

    /** Has the request recorded under this name, whatever its result. */
    public static void action(RoutingContext request, String action) {
        request.put(ACTION, action);
    }

    /** Names the object of the request; null for none. */
    public static void target(RoutingContext request, String target) {
        request.put(TARGET, target);
    }

    static void refused(RoutingContext request, int status) {
        request.put(REFUSED, status == 401 || status == 403);
    }

    /** @param answered whether the client has got the response */
    void ended(RoutingContext request, boolean answered) {
        String action = request.get(ACTION);
        boolean refused = Boolean.TRUE.equals(request.get(REFUSED));
        Audit audit = action == null && !refused ? null : this.audit.get();
        if (audit == null) {
            return;
        }
        HttpServerRequest http = request.request();
        String trace = http.getHeader(Correlation.TRACEPARENT);
        audit.write(new Entry(context, request.get(ACTOR, Actor.NOBODY), action != null ? action : attempted(request), target(request),
                answered ? String.valueOf(http.response().getStatusCode()) : Audit.HUNG_UP, Correlation.id(Correlation.valid(trace))));
    }

    private static String attempted(RoutingContext request) {
        String operation = request.get(HttpServer.OPERATION);
        return operation != null ? operation : HttpServer.label(request.request().method().name());
    }

    /** The object in the path or, if the request created it, in the response. */
    private static String target(RoutingContext request) {
        String created = request.response().getStatusCode() == 201 ? request.response().headers().get("Location") : null;
        return created == null ? request.get(TARGET) : created.substring(created.lastIndexOf('/') + 1);
    }
}
