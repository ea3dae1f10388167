package phone82.platform.http;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/**
 * What a context serves beside its routes, because it is not one question with one answer: files, streams. Its handlers run on
 * the event loop and must not block; a {@link phone82.platform.Problem} they fail with is answered as such.
 */
public interface Endpoint {

    void mount(Vertx vertx, Router router);
}
