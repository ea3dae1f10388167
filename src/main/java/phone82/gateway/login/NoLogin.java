package phone82.gateway.login;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import phone82.platform.api.Problem;
import phone82.platform.http.Endpoint;
import phone82.platform.identity.Caller;

import java.util.List;
import java.util.TreeSet;

/**
 * Replaces the login on a laptop: every request is made as the user {@code demo}. A proxy on this machine would make every stranger that user,
 * so a request that shows the marks of one is refused.
 */
public class NoLogin implements Endpoint {

    private static final List<String> OF_PROXIES = List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP");

    @Override
    public void mount(Vertx vertx, Router router) {
        Caller demo = Caller.DEMO;
        ShownSession session = new ShownSession(false, demo.subject(), demo.subject(), new TreeSet<>(demo.roles()), false);
        router.route().handler(context -> {
            if (isForwarded(context.request())) {
                throw new Problem(403, "Not for others", "There is no login here, so every client is an operator. Requests that a proxy passes on are refused. "
                        + "Set phone82.identity.issuer, at which users log in, or open the gateway at its own address.");
            }
            context.next();
        });
        router.get("/session").handler(context -> LoginEndpoint.send(context, session));
        router.route().handler(context -> {
            context.put(ShownSession.KEY, session);
            context.request().headers().remove("Authorization");
            context.next();
        });
    }

    /** By default nginx uses HTTP/1.0, and adds no header. */
    private static boolean isForwarded(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_1_0 || OF_PROXIES.stream().anyMatch(request.headers()::contains);
    }
}
