package phone82.platform.http;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;

import java.util.Set;

/**
 * An HTTP endpoint that is not a Camel route, because it is more than one request and one response: files, streams. Its handlers run on the
 * event loop and must not block; they report errors as {@link Problem}.
 */
public interface Endpoint {

    /** Adds the handlers. It is called once, before the port opens. */
    void mount(Vertx vertx, Router router);

    /**
     * Answers a refused request with a page instead of a problem in JSON, if a person opened a page. No handler may have seen the request, and its
     * path may be malformed.
     *
     * @return whether it is answered
     */
    default boolean show(RoutingContext request, Problem problem) {
        return false;
    }

    /** The paths to which a form may be posted. Everywhere else it is refused. */
    default Set<String> forms() {
        return Set.of();
    }
}
