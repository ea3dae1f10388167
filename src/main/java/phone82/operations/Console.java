package phone82.operations;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import phone82.platform.http.ClassPathFiles;
import phone82.platform.http.Endpoint;

/** The Hawtio console: its static files and the name of its user. */
class Console implements Endpoint {

    static final String PATH = "/hawtio";

    private final ClassPathFiles files = new ClassPathFiles();
    private final String user;

    Console(String user) {
        this.user = user;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        router.get(PATH + "/user").handler(request -> OperatorApi.send(request, user));
        router.get(PATH + "/*").blockingHandler(this::send, false);
    }

    /** Serves a file, or {@code index.html} for any page: the console renders its pages in the browser. */
    private void send(RoutingContext request) {
        String path = request.normalizedPath().substring(PATH.length());
        if (path.isEmpty()) {
            request.redirect(PATH + "/");
        } else if (!sendFile(request, path) && !(isPage(request) && sendFile(request, "/index.html"))) {
            request.next();
        }
    }

    /** Files under {@code /static/} may be cached for ever, because their names contain a hash of their content. */
    private boolean sendFile(RoutingContext request, String path) {
        return files.send(request, "hawtio-static" + path, path.startsWith("/static/") ? "private, max-age=31536000, immutable" : "no-cache");
    }

    private static boolean isPage(RoutingContext request) {
        String accepted = request.request().getHeader("Accept");
        return accepted != null && accepted.contains("text/html") || request.normalizedPath().equals(PATH + "/");
    }
}
