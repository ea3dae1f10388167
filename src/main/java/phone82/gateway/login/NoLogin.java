package phone82.gateway.login;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import phone82.platform.api.Problem;
import phone82.platform.http.Endpoint;
import phone82.platform.identity.Caller;

import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Replaces the login on a laptop: every request is made as the user {@code demo}. A proxy on this machine would make every stranger that user,
 * so a request that shows the marks of one is refused.
 */
public class NoLogin implements Endpoint {

    private static final Pattern OF_PROXIES = Pattern.compile("X-Forwarded-.*|Forwarded|Via|X-Real-IP", Pattern.CASE_INSENSITIVE);

    @Override
    public void mount(Vertx vertx, Router router) {
        Caller demo = Caller.DEMO;
        ShownSession session = new ShownSession(false, demo.subject(), demo.subject(), new TreeSet<>(demo.roles()), false);
        router.route().handler(context -> {
            String mark = markOfAProxy(context.request());
            if (mark != null) {
                throw new Problem(403, "Not for others", "There is no login here, so every client is an operator, and what a proxy passes on is refused. This request has "
                        + mark + ". Open the gateway at its own address, with HTTP/1.1, or set phone82.identity.issuer, at which users log in.");
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
    private static String markOfAProxy(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_1_0) {
            return "HTTP/1.0, as nginx uses by default";
        }
        return request.headers().names().stream().filter(OF_PROXIES.asMatchPredicate()).findFirst().map("the header "::concat).orElse(null);
    }
}
