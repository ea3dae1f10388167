package phone82.platform.http;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

import java.util.Set;

/**
 * An HTTP endpoint that is not a Camel route, because it is more than one request and one response: files, streams. Its handlers run on the
 * event loop and must not block; they report errors as {@link phone82.platform.api.Problem}.
 */
public interface Endpoint {

    void mount(Vertx vertx, Router router);

    /** The paths to which a form may be posted. Everywhere else it is refused. */
    default Set<String> forms() {
        return Set.of();
    }
}
